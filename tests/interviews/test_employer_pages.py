"""The employer's pages in a browser without JavaScript."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from backend.accounts.enums import Role
from events.employers.models import Exhibitor, Stand
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.models import Place, Slot
from events.registrations.enums import Presence
from tests.factories.accounts import actor_of, make_member, make_user
from tests.factories.browser import browser_of
from tests.factories.employers import make_employer, make_exhibitor, make_recruiter, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_interviewer, make_slot

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 28, 8, tzinfo=UTC)
FORM = {
    "day": "2026-11-28",
    "begin": "09:00",
    "end": "10:00",
    "slot_minutes": "15",
    "break_minutes": "0",
    "tables": "2",
    "capacity": "1",
}


@pytest.fixture(autouse=True)
def _half_past_nine() -> Any:
    with time_machine.travel(NINE + timedelta(minutes=30), tick=False):
        yield


@pytest.fixture
def fair() -> Fair:
    """From 09:00 to 17:00 of Paris, under way since half an hour."""
    return make_fair(name="Forum de Martigues", starts_at=NINE, ends_at=NINE + timedelta(hours=8))


@pytest.fixture
def exhibitor(fair: Fair) -> Exhibitor:
    return make_exhibitor(fair, make_employer(fair.organisation, name="Airbus Helicopters"))


@pytest.fixture
def stand(fair: Fair, exhibitor: Exhibitor) -> Stand:
    return make_stand(fair, "B12", exhibitor=exhibitor)


@pytest.fixture
def recruiter(exhibitor: Exhibitor) -> Client:
    """Somebody of the employer's team."""
    return browser_of(make_recruiter(exhibitor.employer))


def book(slot: Slot, *, note: str = "", **values: Any) -> Place:
    registration = make_candidate(slot.fair, **values)
    assert registration.user is not None
    return services.book_interview(
        slot.id, actor=actor_of(registration.user), registration_id=registration.id, note=note
    )


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:500]
    text: str = response.content.decode()
    return text


def test_home_says_what_is_left_to_do(recruiter: Client, stand: Stand) -> None:
    text = text_of(recruiter.get("/employer/"))
    assert "Forum de Martigues" in text
    assert "Stand B12" in text
    assert f"/employer/stands/{stand.id}/schedule/" in text
    make_slot(stand.fair, stand=stand)
    text = text_of(recruiter.get("/employer/"))
    assert "0 of 1" in text
    assert f'href="/employer/stands/{stand.id}/"' in text


def test_home_leaves_out_fairs_that_are_over_and_others(recruiter: Client, fair: Fair, exhibitor: Exhibitor) -> None:
    over = make_fair(
        fair.organisation, name="Past", starts_at=NINE - timedelta(days=9), ends_at=NINE - timedelta(days=8)
    )
    make_exhibitor(over, exhibitor.employer)
    make_exhibitor(make_fair(fair.organisation, name="Of others"))
    text = text_of(recruiter.get("/employer/"))
    assert "Past" not in text
    assert "Of others" not in text


def test_home_of_an_employer_without_fair_says_what_to_do() -> None:
    assert "No fair ahead" in text_of(browser_of(make_recruiter(make_employer())).get("/employer/"))


@pytest.mark.parametrize("stands", [1, 3])
def test_home_costs_the_same_for_one_stand_and_for_three(
    recruiter: Client, fair: Fair, exhibitor: Exhibitor, stands: int, django_assert_num_queries: Any
) -> None:
    for _number in range(stands):
        make_slot(fair, stand=make_stand(fair, exhibitor=exhibitor))
    with django_assert_num_queries(7):
        recruiter.get("/employer/")


def test_agenda_shows_who_comes_and_who_is_inside(recruiter: Client, fair: Fair, stand: Stand) -> None:
    second = make_interviewer(stand, position=2, name="Claire Roux")
    slot = make_slot(
        fair, stand=stand, interviewer=make_interviewer(stand, position=1), starts_at=NINE + timedelta(hours=1)
    )
    make_slot(fair, stand=stand, interviewer=second, starts_at=NINE + timedelta(hours=1))
    place = book(slot, given_name="Noémie", family_name="Giraud", note="I have a CACES")
    place.registration.presence, place.registration.presence_at = Presence.INSIDE, NINE
    place.registration.save()
    text = text_of(recruiter.get(f"/employer/stands/{stand.id}/"))
    assert "Airbus Helicopters" in text
    assert text.index("Table 1") < text.index("Claire Roux")
    assert "Noémie Giraud" in text
    assert "I have a CACES" in text
    assert ">Inside<" in text.replace("</svg>", ">")
    assert ">10:00<" in text
    assert "Free" in text


def test_agenda_draws_the_line_of_now(recruiter: Client, fair: Fair, stand: Stand) -> None:
    table = make_interviewer(stand)
    for minutes in (0, 25, 45):
        make_slot(fair, stand=stand, interviewer=table, starts_at=NINE + timedelta(minutes=minutes))
    text = text_of(recruiter.get(f"/employer/stands/{stand.id}/"))
    assert text.count("is-now") == 1
    assert 'href="#now"' in text
    assert text.count('id="now"') == 1
    assert text.index("is-now") < text.index(">9:25<") < text.index(">9:45<")


def test_agenda_of_a_group_names_everybody(recruiter: Client, fair: Fair, stand: Stand) -> None:
    slot = make_slot(fair, stand=stand, capacity=3)
    book(slot, family_name="Aubert")
    book(slot, family_name="Zidi")
    text = text_of(recruiter.get(f"/employer/stands/{stand.id}/"))
    assert "Aubert" in text
    assert "Zidi" in text
    assert "2 of 3" in text


def test_agenda_has_a_tab_for_each_day(recruiter: Client, fair: Fair, stand: Stand) -> None:
    fair.ends_at += timedelta(days=1)
    fair.save()
    table = make_interviewer(stand)
    make_slot(fair, stand=stand, interviewer=table, starts_at=NINE + timedelta(hours=1))
    make_slot(fair, stand=stand, interviewer=table, starts_at=NINE + timedelta(hours=25, minutes=7))
    assert ">10:00<" in text_of(recruiter.get(f"/employer/stands/{stand.id}/"))
    text = text_of(recruiter.get(f"/employer/stands/{stand.id}/?day=2026-11-29"))
    assert ">10:07<" in text
    assert ">10:00<" not in text
    for nonsense in ("2026-13-45", "x", "1999-01-01"):
        assert ">10:00<" in text_of(recruiter.get(f"/employer/stands/{stand.id}/", {"day": nonsense}))


@pytest.mark.parametrize("slots", [1, 3])
def test_agenda_costs_the_same_for_one_slot_and_for_three(
    recruiter: Client, fair: Fair, stand: Stand, slots: int, django_assert_num_queries: Any
) -> None:
    for number in range(slots):
        book(make_slot(fair, stand=stand, starts_at=NINE + timedelta(hours=1 + number)))
    with django_assert_num_queries(10):
        recruiter.get(f"/employer/stands/{stand.id}/")


def test_schedule_is_shown_first_and_made_then(recruiter: Client, stand: Stand) -> None:
    address = f"/employer/stands/{stand.id}/schedule/"
    assert 'name="begin"' in text_of(recruiter.get(address))
    text = text_of(recruiter.post(address, FORM | {"step": "preview"}))
    assert "8 interviews" in text
    assert "4 times at each of 2 tables" in text
    assert Slot.objects.count() == 0
    response = recruiter.post(address, FORM | {"step": "make"}, follow=True)
    assert response.redirect_chain == [(f"/employer/stands/{stand.id}/?day=2026-11-28", 302)]
    assert "8 interviews can be booked" in text_of(response)
    assert Slot.objects.count() == 8


def test_schedule_goes_around_a_pause(recruiter: Client, stand: Stand) -> None:
    pause = {"pause_begin": "09:15", "pause_end": "09:30", "tables": "1", "step": "make"}
    recruiter.post(f"/employer/stands/{stand.id}/schedule/", FORM | pause)
    assert [slot.starts_at.minute for slot in Slot.objects.order_by("starts_at")] == [0, 30, 45]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"end": "08:00"}, "The end lies after the start."),
        ({"slot_minutes": "90"}, "No interview of this length fits"),
        ({"slot_minutes": ""}, "This field is required."),
        ({"begin": "nine"}, "Enter a valid time."),
        ({"day": "2026-12-24"}, "Select a valid choice."),
        ({"tables": "900"}, "less than or equal to 30"),
        ({"pause_begin": "09:15"}, "A pause has a start and an end."),
        ({"pause_begin": "09:30", "pause_end": "09:15"}, "The end lies after the start."),
        ({"begin": "07:00"}, "This is before the fair begins."),
        ({"end": "18:00"}, "This is after the fair ends."),
    ],
)
def test_schedule_names_the_field_that_is_wrong(
    recruiter: Client, stand: Stand, values: dict[str, str], words: str
) -> None:
    address = f"/employer/stands/{stand.id}/schedule/"
    text = text_of(recruiter.post(address, FORM | values | {"step": "make"}), 422)
    assert words in text
    assert Slot.objects.count() == 0


def test_schedule_that_would_lose_a_booking_is_refused_with_it(recruiter: Client, fair: Fair, stand: Stand) -> None:
    table = make_interviewer(stand, position=1)
    slot = make_slot(fair, stand=stand, interviewer=table, starts_at=NINE + timedelta(minutes=50), minutes=10)
    book(slot, given_name="Noémie", family_name="Giraud")
    text = text_of(recruiter.post(f"/employer/stands/{stand.id}/schedule/", FORM | {"step": "make"}), 422)
    assert "people have booked" in text
    assert ">9:50<" in text
    assert "Noémie Giraud" in text
    assert Slot.objects.count() == 1


def test_booking_is_cancelled_after_asking(recruiter: Client, fair: Fair, stand: Stand) -> None:
    place = book(make_slot(fair, stand=stand), given_name="Noémie", note="I have a CACES")
    text = text_of(recruiter.get(f"/employer/bookings/{place.id}/"))
    assert "I have a CACES" in text
    assert "Noémie loses this interview" in text
    response = recruiter.post(f"/employer/bookings/{place.id}/cancel/", {"reason": "ill"}, follow=True)
    assert "the time is free again" in text_of(response)
    place.refresh_from_db()
    assert (place.status, place.cancelled_by, place.cancel_reason) == ("cancelled", "employer", "ill")
    text = text_of(recruiter.get(f"/employer/bookings/{place.id}/"))
    assert "the employer: ill" in text
    assert "loses this interview" not in text


def test_booking_that_is_done_stays(recruiter: Client, fair: Fair, stand: Stand) -> None:
    place = book(make_slot(fair, stand=stand))
    place.status, place.is_live = "done", False
    place.save()
    text = text_of(recruiter.post(f"/employer/bookings/{place.id}/cancel/", follow=True))
    assert "The present state does not allow this." in text


def test_pages_are_for_the_team_and_the_organisation(fair: Fair, stand: Stand) -> None:
    place = book(make_slot(fair, stand=stand))
    pages = [
        f"/employer/stands/{stand.id}/",
        f"/employer/stands/{stand.id}/schedule/",
        f"/employer/bookings/{place.id}/",
    ]
    organiser = browser_of(make_member(fair.organisation))
    stranger = browser_of(make_recruiter(make_employer(fair.organisation)))
    auditor = browser_of(make_member(fair.organisation, Role.AUDITOR))
    for page in pages:
        assert browser_of().get(page).status_code == 302
        assert browser_of(make_user()).get(page).status_code == 403
        assert stranger.get(page).status_code == 404
        assert browser_of(make_member(make_fair().organisation)).get(page).status_code == 404
        assert organiser.get(page).status_code == 200
        assert auditor.get(page).status_code == (403 if "schedule" in page else 200)
    assert organiser.get("/employer/").status_code == 403
    assert stranger.post(f"/employer/bookings/{place.id}/cancel/").status_code == 404
    assert stranger.post(pages[1], FORM | {"step": "make"}).status_code == 404
    assert (
        browser_of(make_recruiter(stand.exhibitor.employer)).get(f"/employer/bookings/{place.id}/cancel/").status_code
        == 405
    )
    place.refresh_from_db()
    assert place.is_live


def test_pages_speak_french(fair: Fair, stand: Stand) -> None:
    response = browser_of(make_recruiter(stand.exhibitor.employer), language="fr").get("/employer/")
    assert '<html lang="fr"' in text_of(response)
