"""A candidate's pages without JavaScript: ticket, day, booking, cancelling."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from backend.accounts.models import User
from events.employers.models import Stand
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.candidate_day import duration_words
from events.interviews.enums import BookingStatus
from events.interviews.models import Place, Slot
from events.registrations.enums import Presence, RegistrationStatus
from events.registrations.models import Registration
from tests.factories.accounts import actor_of, make_user, organiser_of
from tests.factories.browser import browser_of
from tests.factories.employers import make_employer, make_exhibitor, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_interviewer, make_slot
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 26, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_nine() -> Any:
    with time_machine.travel(NINE, tick=False):
        yield


@pytest.fixture
def fair() -> Fair:
    """From 09:00 to 17:00 of Paris, just opened; five minutes to walk."""
    return make_fair(name="Forum", slug="forum", starts_at=NINE, ends_at=NINE + timedelta(hours=8))


@pytest.fixture
def registration(fair: Fair) -> Registration:
    return make_registration(fair, given_name="Noémie", email="noemie@example.org")


@pytest.fixture
def client(registration: Registration) -> Client:
    return browser_of(registration.user)


def stand_of(fair: Fair, name: str, label: str) -> Stand:
    employer = make_employer(fair.organisation, name=name, slug=name.lower().replace(" ", "-"))
    return make_stand(fair, label, exhibitor=make_exhibitor(fair, employer))


def slots(stand: Stand, *minutes: int, length: int = 10, **values: Any) -> list[Slot]:
    """Slots of one table of the stand, so many minutes after nine."""
    table = make_interviewer(stand)
    starts = [NINE + timedelta(minutes=n) for n in minutes]
    return [
        make_slot(stand.fair, stand=stand, interviewer=table, starts_at=at, minutes=length, **values) for at in starts
    ]


def book(registration: Registration, slot: Slot) -> Place:
    assert registration.user is not None
    return services.book_interview(slot.pk, actor=actor_of(registration.user), registration_id=registration.pk)


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:500]
    text: str = response.content.decode()
    return text


def words_of(response: Any, status: int = 200) -> str:
    """What a person reads, on one line."""
    body = text_of(response, status).split("</head>")[1]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def test_one_tap_books_and_the_day_shows_it(client: Client, fair: Fair) -> None:
    [slot] = slots(stand_of(fair, "Airbus Helicopters", "B12"), 320)
    words = words_of(client.get("/me/fairs/forum/book/"))
    assert "Airbus Helicopters" in words
    assert "1 time fits" in words
    page = text_of(client.get("/me/fairs/forum/book/airbus-helicopters/"))
    assert f'<button class="time" name="slot" value="{slot.pk}">' in page
    response = client.post("/me/fairs/forum/book/airbus-helicopters/", {"slot": str(slot.pk)}, follow=True)
    words = words_of(response)
    assert response.redirect_chain == [("/me/fairs/forum/", 302)]
    assert "Booked: 14:20, Airbus Helicopters, stand B12." in words
    assert "Your next step 14:20 Airbus Helicopters in 5 h 20 Stand B12" in words
    assert "Booked at 14:20" in words_of(client.get("/me/fairs/forum/book/"))


def test_cancelling_asks_then_tells(client: Client, fair: Fair, registration: Registration) -> None:
    place = book(registration, slots(stand_of(fair, "Airbus", "B12"), 60)[0])
    path = f"/me/fairs/forum/interviews/{place.pk}/"
    assert path in text_of(client.get("/me/fairs/forum/"))
    page = words_of(client.get(path))
    assert "Airbus is told, and somebody else can take this time." in page
    words = words_of(client.post(path, follow=True))
    assert "Your interview with Airbus is cancelled." in words
    assert "No interview yet" in words
    place.refresh_from_db()
    assert (place.status, place.cancelled_by) == ("cancelled", "candidate")
    assert "by the candidate" in words_of(client.get(path))


def test_too_late_to_cancel_is_said_in_words(client: Client, fair: Fair, registration: Registration) -> None:
    Fair.objects.filter(pk=fair.pk).update(cancel_until_minutes=120)
    place = book(registration, slots(stand_of(fair, "Airbus", "B12"), 60)[0])
    words = words_of(client.post(f"/me/fairs/forum/interviews/{place.pk}/", follow=True))
    assert "It is too late to cancel this interview." in words
    place.refresh_from_db()
    assert place.is_live


def test_each_time_says_what_stands_in_its_way(client: Client, fair: Fair, registration: Registration) -> None:
    book(registration, slots(stand_of(fair, "Airbus", "B12"), 60)[0])
    stand = stand_of(fair, "Naval Group", "C3")
    free, close, full = slots(stand, 30, 70, 120)
    book(make_registration(fair), full)
    page = text_of(client.get("/me/fairs/forum/book/naval-group/"))
    assert re.findall(r'<button class="time" name="slot" value="([^"]+)"', page) == [str(free.pk)]
    assert re.findall(r'formaction="/me/fairs/forum/waitlist/" name="slot" value="([^"]+)"', page) == [str(full.pk)]
    assert str(close.pk) not in page
    words = words_of(client.get("/me/fairs/forum/book/naval-group/"))
    assert "10:10 too close to 10:00 Airbus" in words
    assert "11:00 full Wait for a place" in words
    assert "1 time fits" in words_of(client.get("/me/fairs/forum/book/"))


def test_a_second_table_keeps_a_time_free(client: Client, fair: Fair) -> None:
    stand = stand_of(fair, "Airbus", "B12")
    [first] = slots(stand, 60)
    [second] = slots(stand, 60)
    book(make_registration(fair), first)
    page = text_of(client.get("/me/fairs/forum/book/airbus/"))
    assert re.findall(r'name="slot" value="([^"]+)"', page) == [str(second.pk)]
    assert "is-full" not in page


def test_a_time_taken_meanwhile_offers_others(client: Client, fair: Fair) -> None:
    stand = stand_of(fair, "Airbus", "B12")
    wanted, other = slots(stand, 60, 90)
    slots(stand, 90)
    book(make_registration(fair), wanted)
    response = client.post("/me/fairs/forum/book/airbus/", {"slot": str(wanted.pk)})
    words = words_of(response, 409)
    assert "This time is full. These times would fit: 10:30 One tap books." in words
    alert = response.content.decode().split('class="messages"')[1].split("</form>")[0]
    assert alert.count('name="slot"') == 1
    assert client.post("/me/fairs/forum/book/airbus/", {"slot": str(other.pk)}).status_code == 302


def test_the_limit_is_said_once(client: Client, fair: Fair, registration: Registration) -> None:
    Fair.objects.filter(pk=fair.pk).update(booking_limit=1)
    book(registration, slots(stand_of(fair, "Airbus", "B12"), 60)[0])
    [slot] = slots(stand_of(fair, "Naval Group", "C3"), 120)
    page = client.get("/me/fairs/forum/book/naval-group/")
    assert 'name="slot"' not in text_of(page)
    assert words_of(page).count("You have as many interviews as this fair allows.") == 1
    assert "Beyond your number of interviews" in words_of(client.get("/me/fairs/forum/book/"))
    refused = client.post("/me/fairs/forum/book/naval-group/", {"slot": str(slot.pk)})
    assert "You have as many interviews as this fair allows." in words_of(refused, 409)


def test_a_second_interview_with_one_employer_is_not_offered(
    client: Client, fair: Fair, registration: Registration
) -> None:
    first, _second = slots(stand_of(fair, "Airbus", "B12"), 60, 120)
    book(registration, first)
    page = client.get("/me/fairs/forum/book/airbus/")
    assert 'name="slot"' not in text_of(page)
    assert "You have an interview here" in words_of(page)
    assert "10:00 yours" in words_of(page)


def test_before_booking_opens_it_says_when(client: Client, fair: Fair) -> None:
    [slot] = slots(stand_of(fair, "Airbus", "B12"), 60)
    Fair.objects.filter(pk=fair.pk).update(booking_opens_at=NINE + timedelta(minutes=30))
    assert "Booking interviews opens Thursday 9:30" in words_of(client.get("/me/fairs/forum/"))
    assert "It opens Thursday 9:30." in words_of(client.get("/me/fairs/forum/book/"))
    assert 'name="slot"' not in text_of(client.get("/me/fairs/forum/book/airbus/"))
    assert "Booking is not open yet" in words_of(
        client.post("/me/fairs/forum/book/airbus/", {"slot": str(slot.pk)}), 409
    )


def test_the_day_has_walks_and_pauses(client: Client, fair: Fair, registration: Registration) -> None:
    airbus, naval = stand_of(fair, "Airbus", "B12"), stand_of(fair, "Naval Group", "C3")
    third = stand_of(fair, "Mairie", "A1")
    for stand, minutes in ((airbus, 60), (naval, 80), (third, 150)):
        book(registration, slots(stand, minutes)[0])
    words = words_of(client.get("/me/fairs/forum/"))
    day = words.split("My interviews")[1]
    assert "9:00 Doors open" in day
    assert "10:00 Airbus Stand B12 · 10 minutes" in day
    assert "5 minutes free Walk from B12 to C3, 5 minutes 10:20 Naval Group" in day
    assert "55 minutes free Walk from C3 to A1, 5 minutes 11:30 Mairie" in day
    with time_machine.travel(NINE + timedelta(minutes=65), tick=False):
        words = words_of(client.get("/me/fairs/forum/"))
    assert "10:00 Airbus now Stand B12" in words
    assert "Airbus now" in words.split("My interviews")[1]


def test_called_off_by_somebody_else_is_told(client: Client, fair: Fair, registration: Registration) -> None:
    place = book(registration, slots(stand_of(fair, "Airbus", "B12"), 60)[0])
    services.cancel_booking(place.pk, actor=organiser_of(fair.organisation))
    assert "10:00 Airbus: cancelled by the organiser." in words_of(client.get("/me/fairs/forum/"))


def test_a_no_show_is_not_called_cancelled(client: Client, fair: Fair, registration: Registration) -> None:
    place = book(registration, slots(stand_of(fair, "Airbus", "B12"), 60)[0])
    Place.objects.filter(pk=place.pk).update(status=BookingStatus.NO_SHOW, is_live=False)
    words = words_of(client.get("/me/fairs/forum/"))
    assert "Did not come" in words
    assert "ancelled" not in words.split("My interviews")[1]


def test_the_entrance_shows_on_ones_page(client: Client, registration: Registration) -> None:
    Registration.objects.filter(pk=registration.pk).update(
        presence=Presence.INSIDE, presence_at=NINE + timedelta(minutes=-18)
    )
    assert "You are in since 8:42" in words_of(client.get("/me/fairs/forum/"))


def test_my_fairs_come_first_and_past_ones_last(client: Client, registration: Registration) -> None:
    past = make_fair(name="Passé", starts_at=NINE - timedelta(days=30), ends_at=NINE - timedelta(days=29))
    make_registration(past, given_name="Noémie", email="noemie@example.org")
    words = words_of(client.get("/me/"))
    assert words.index("Forum") < words.index("Past fairs") < words.index("Passé")
    assert "This fair is over" in words_of(client.get(f"/me/fairs/{past.slug}/"))
    assert "You are not registered for a coming fair" in words_of(browser_of(make_user()).get("/me/"))


def test_a_family_with_one_address_has_a_page_each(client: Client, fair: Fair, registration: Registration) -> None:
    brother = make_registration(fair, given_name="Paul", email="noemie@example.org")
    [slot] = slots(stand_of(fair, "Airbus", "B12"), 60)
    query = f"?registration={brother.pk}"
    page = text_of(client.get(f"/me/fairs/forum/{query}"))
    assert f"/me/fairs/forum/book/{query}" in page
    assert brother.code[:4] in page
    response = client.post(f"/me/fairs/forum/book/airbus/{query}", {"slot": str(slot.pk)})
    assert response.url == f"/me/fairs/forum/{query}"
    assert Place.objects.get().registration == brother


def test_a_cancelled_member_of_the_family_is_not_taken_for_another(
    client: Client, fair: Fair, registration: Registration
) -> None:
    gone = make_registration(fair, given_name="Lou", email="noemie@example.org", status=RegistrationStatus.CANCELLED)
    [slot] = slots(stand_of(fair, "Airbus Helicopters", "B12"), 320)
    for wanted in (str(gone.pk), "nobody"):
        assert client.get(f"/me/fairs/forum/?registration={wanted}").status_code == 404
        path = f"/me/fairs/forum/book/airbus-helicopters/?registration={wanted}"
        assert client.post(path, {"slot": slot.pk}).status_code == 404
    assert not Place.objects.exists()


def test_giving_up_the_place_cancels_everything(client: Client, fair: Fair, registration: Registration) -> None:
    book(registration, slots(stand_of(fair, "Airbus", "B12"), 60)[0])
    assert "Cancel my registration" in words_of(client.get("/me/fairs/forum/"))
    words = words_of(client.post("/me/fairs/forum/leave/", follow=True))
    assert "Your registration for Forum is cancelled." in words
    registration.refresh_from_db()
    assert registration.status == RegistrationStatus.CANCELLED
    assert not Place.objects.get().is_live
    assert client.get("/me/fairs/forum/").status_code == 404


def test_other_peoples_things_are_not_there(fair: Fair, registration: Registration) -> None:
    [slot] = slots(stand_of(fair, "Airbus", "B12"), 60)
    place = book(registration, slot)
    stranger: User = make_user()
    browser = browser_of(stranger)
    path = f"/me/fairs/forum/interviews/{place.pk}/"
    for address in ("/me/fairs/forum/", "/me/fairs/forum/book/", "/me/fairs/forum/book/airbus/", path):
        assert browser.get(address).status_code == 404
        assert browser_of().get(address).url == f"/sign-in/?next={address}"
    make_registration(fair, email=stranger.email)
    assert browser.get(path).status_code == 404
    assert browser.post(path).status_code == 404
    assert browser.post("/me/fairs/forum/book/airbus/", {"slot": "nonsense"}).status_code == 404
    assert browser.post("/me/fairs/forum/leave/?registration=x").status_code == 404
    place.refresh_from_db()
    assert place.is_live


@pytest.mark.parametrize("employers", [1, 3])
def test_queries_do_not_grow_with_the_fair(
    employers: int,
    client: Client,
    fair: Fair,
    registration: Registration,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    """Session, person, roles and employers are four; the rest is the page's own."""
    for number in range(employers):
        early, _late = slots(stand_of(fair, f"Employer {number}", f"B{number}"), 60 * number + 60, 400)
        book(registration, early)
    with django_assert_num_queries(10):
        client.get("/me/fairs/forum/book/")
    with django_assert_num_queries(10):
        client.get("/me/fairs/forum/book/employer-0/")
    with django_assert_num_queries(8):
        client.get("/me/fairs/forum/")
    with django_assert_num_queries(6):
        client.get("/me/")


@pytest.mark.parametrize(("minutes", "words"), [(1, "1 minute"), (59, "59 minutes"), (60, "1 h"), (80, "1 h 20")])
def test_lengths_in_words(minutes: int, words: str) -> None:
    assert duration_words(timedelta(minutes=minutes)) == words
