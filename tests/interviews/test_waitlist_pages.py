"""A candidate's lines, moves and meeting interviews on pages, without JavaScript."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from events.employers.models import Stand
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.enums import PlaceKind
from events.interviews.models import Place, Slot, WaitlistEntry
from events.registrations.enums import Channel
from events.registrations.models import Registration
from tests.factories.accounts import actor_of, make_member, organiser_of
from tests.factories.browser import browser_of
from tests.factories.employers import make_employer, make_exhibitor, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_interviewer, make_slot
from tests.factories.registrations import make_registration
from tests.interviews.test_pages import text_of, words_of

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 26, 8, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY, GRID = "/me/fairs/forum/", "/me/fairs/forum/book/airbus/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """Nine o'clock of Paris, until a test moves it on."""
    with time_machine.travel(NINE, tick=False) as traveller:
        yield traveller


@pytest.fixture
def fair() -> Fair:
    return make_fair(name="Forum", slug="forum", starts_at=NINE, ends_at=NINE + timedelta(hours=8))


@pytest.fixture
def registration(fair: Fair) -> Registration:
    return make_registration(fair, given_name="Noémie", email="noemie@example.org")


@pytest.fixture
def client(registration: Registration) -> Client:
    return browser_of(registration.user)


def stand_of(fair: Fair, name: str, label: str) -> Stand:
    employer = make_employer(fair.organisation, name=name, slug=name.lower())
    return make_stand(fair, label, exhibitor=make_exhibitor(fair, employer))


def slot_at(stand: Stand, minutes: int) -> Slot:
    """Ten minutes at the stand's first table, so many minutes after nine."""
    table = stand.interviewers.first() or make_interviewer(stand)
    return make_slot(stand.fair, stand=stand, interviewer=table, starts_at=NINE + minutes * MINUTE)


def book(registration: Registration, slot: Slot) -> Place:
    assert registration.user is not None
    return services.book_interview(slot.pk, actor=actor_of(registration.user), registration_id=registration.pk)


def cancel(place: Place) -> None:
    services.cancel_booking(place.pk, actor=organiser_of(place.slot.fair.organisation))


@pytest.fixture
def full(fair: Fair) -> Place:
    """Somebody else's interview at 11:00, in the only place of the slot; Airbus is free at 12:00 too."""
    stand = stand_of(fair, "Airbus", "B12")
    slot_at(stand, 180)
    return book(make_registration(fair), slot_at(stand, 120))


def join(client: Client, place: Place) -> WaitlistEntry:
    assert client.post(f"{DAY}waitlist/", {"slot": place.slot_id}).status_code == 302
    return WaitlistEntry.objects.get(slot=place.slot, registration__given_name="Noémie")


def test_a_full_time_leads_into_its_line(
    client: Client, full: Place, fair: Fair, clock: time_machine.Traveller
) -> None:
    first = make_registration(fair)
    assert first.user is not None
    services.join_waitlist(full.slot_id, actor=actor_of(first.user), registration_id=first.pk)
    clock.shift(MINUTE)
    assert "11:00 full, 1 waits Wait for a place" in words_of(client.get(GRID))
    words = words_of(client.post(f"{DAY}waitlist/", {"slot": full.slot_id}, follow=True))
    assert "You are number 2 in line for 11:00, Airbus." in words
    assert "11:00 number 2 in line" in words
    assert "Number 2 in line for 11:00" in words_of(client.get(f"{DAY}book/"))
    words = words_of(client.get(DAY))
    assert "Waiting for a place 11:00 Airbus stand B12, Thursday 26 November Number 2 in line Leave the line" in words


def test_leaving_the_line(client: Client, full: Place) -> None:
    entry = join(client, full)
    assert "You are the next in line" in words_of(client.get(DAY))
    words = words_of(client.post(f"{DAY}waitlist/{entry.pk}/", {"answer": "leave"}, follow=True))
    assert "No longer in line for 11:00, Airbus." in words
    assert "Waiting for a place" not in words
    entry.refresh_from_db()
    assert entry.status == "left"


def test_an_offered_place_is_on_top_and_accepted(client: Client, full: Place) -> None:
    entry = join(client, full)
    cancel(full)
    assert "11:00 a place is offered" in words_of(client.get(GRID))
    assert "A place is offered at 11:00" in words_of(client.get(f"{DAY}book/"))
    words = words_of(client.get(DAY))
    offer = "A place is free for you 11:00 Airbus , stand B12 It is kept until 10:00; after that it goes to the next"
    assert words.index(offer) < words.index("Your next step")
    words = words_of(client.post(f"{DAY}waitlist/{entry.pk}/", {"answer": "accept"}, follow=True))
    assert "Booked: 11:00, Airbus, stand B12." in words
    assert "A place is free for you" not in words
    assert Place.objects.get(is_live=True).kind == PlaceKind.BOOKING


def test_no_thanks_gives_it_to_the_next(client: Client, full: Place) -> None:
    entry = join(client, full)
    cancel(full)
    words = words_of(client.post(f"{DAY}waitlist/{entry.pk}/", {"answer": "decline"}, follow=True))
    assert "The place at 11:00, Airbus, goes to the next in line." in words
    assert not Place.objects.filter(is_live=True).exists()


def test_an_offer_that_ran_out_goes_on_when_somebody_looks(
    client: Client, full: Place, clock: time_machine.Traveller
) -> None:
    entry = join(client, full)
    cancel(full)
    clock.shift(61 * MINUTE)
    words = words_of(client.get(DAY))
    assert "11:00 Airbus The place was not accepted in time and went to the next. See its times" in words
    assert "A place is free for you" not in words
    words = words_of(client.post(f"{DAY}waitlist/{entry.pk}/", {"answer": "accept"}), 409)
    assert "The offer ran out and the place went to the next." in words
    assert not Place.objects.filter(is_live=True).exists()


def test_an_offer_that_clashes_by_now_shows_other_times(
    client: Client, full: Place, registration: Registration
) -> None:
    entry = join(client, full)
    cancel(full)
    book(registration, slot_at(stand_of(full.slot.fair, "Naval", "C3"), 120))
    words = words_of(client.post(f"{DAY}waitlist/{entry.pk}/", {"answer": "accept"}), 409)
    assert "You have another interview too close to this time. These times would fit: 12:00" in words
    entry.refresh_from_db()
    assert entry.status == "offered"


def test_a_line_for_a_free_time_is_no_line(client: Client, fair: Fair) -> None:
    slot = slot_at(stand_of(fair, "Airbus", "B12"), 60)
    page = text_of(client.post(f"{DAY}waitlist/", {"slot": slot.pk}), 409)
    assert "A place is free. Book it." in page
    assert f'<button class="time" name="slot" value="{slot.pk}">' in page


def test_who_has_an_interview_there_is_told_so(client: Client, full: Place, registration: Registration) -> None:
    book(registration, Slot.objects.get(starts_at=NINE + 180 * MINUTE))
    page = text_of(client.get(GRID))
    assert 'name="slot"' not in page
    assert client.post(f"{DAY}waitlist/", {"slot": full.slot_id}).status_code == 409


def test_a_time_held_over_rest_is_still_ones_own(client: Client, fair: Fair, registration: Registration) -> None:
    slot = slot_at(stand_of(fair, "Airbus", "B12"), 60)
    assert registration.user is not None
    services.hold_slot(slot.pk, actor=actor_of(registration.user), registration_id=registration.pk)
    assert f'<button class="time" name="slot" value="{slot.pk}">' in text_of(client.get(GRID))
    other = make_registration(fair)
    assert "10:00 full" in words_of(browser_of(other.user).get(GRID))


def test_nonsense_is_not_found(client: Client, full: Place, registration: Registration) -> None:
    entry = join(client, full)
    for path, body in (
        (f"{DAY}waitlist/", {"slot": "nonsense"}),
        (f"{DAY}waitlist/", {"slot": str(registration.pk)}),
        (f"{DAY}waitlist/{registration.pk}/", {"answer": "leave"}),
        (f"{DAY}waitlist/{entry.pk}/", {"answer": "sell"}),
    ):
        assert client.post(path, body).status_code == 404
    stranger = make_registration(full.slot.fair)
    answer = browser_of(stranger.user).post(f"{DAY}waitlist/{entry.pk}/", {"answer": "leave"})
    assert answer.status_code == 404
    entry.refresh_from_db()
    assert entry.status == "waiting"


class TestMoving:
    """`/interviews/{booking}/move/`"""

    def test_to_another_time_of_the_employer(self, client: Client, fair: Fair, registration: Registration) -> None:
        stand = stand_of(fair, "Airbus", "B12")
        place, later = book(registration, slot_at(stand, 60)), slot_at(stand, 65)
        path = f"{DAY}interviews/{place.pk}/"
        assert f'href="{path}move/"' in text_of(client.get(path))
        assert f'href="{path}move/"' in text_of(client.get(GRID))
        words = words_of(client.get(f"{path}move/"))
        assert "Airbus, stand B12, now at 10:00" in words
        assert "10:00 yours 10:05" in words
        words = words_of(client.post(f"{path}move/", {"slot": later.pk}, follow=True))
        assert "Moved to 10:05: Airbus, stand B12." in words
        place.refresh_from_db()
        assert (place.slot, place.is_live) == (later, True)

    def test_a_refusal_keeps_the_old_time_and_says_so(
        self, client: Client, full: Place, registration: Registration
    ) -> None:
        place = book(registration, slot_at(full.stand, 30))
        path = f"{DAY}interviews/{place.pk}/move/"
        page = client.post(path, {"slot": full.slot_id})
        assert "This time is full. The interview stays at 9:30 . These times would fit: 12:00" in words_of(page, 409)
        place.refresh_from_db()
        assert (place.starts_at, place.is_live) == (NINE + 30 * MINUTE, True)
        assert "waitlist" not in page.content.decode()

    def test_too_close_to_another_interview_is_dimmed(
        self, client: Client, full: Place, registration: Registration
    ) -> None:
        place = book(registration, slot_at(full.stand, 30))
        book(registration, slot_at(stand_of(full.slot.fair, "Naval", "C3"), 185))
        page = client.get(f"{DAY}interviews/{place.pk}/move/")
        assert "12:00 too close to 12:05 Naval" in words_of(page)
        assert 'name="slot"' not in text_of(page)

    def test_until_the_notice_of_the_fair(
        self, client: Client, full: Place, registration: Registration, clock: time_machine.Traveller
    ) -> None:
        Fair.objects.filter(pk=full.slot.fair_id).update(cancel_until_minutes=60)
        place = book(registration, slot_at(full.stand, 90))
        path = f"{DAY}interviews/{place.pk}/"
        assert "You can move or cancel it until 9:30." in words_of(client.get(path))
        clock.shift(31 * MINUTE)
        for page in (client.get(path), client.get(f"{path}move/")):
            words = words_of(page)
            assert "Too late to move or cancel At this fair that was possible until 9:30." in words
            assert 'method="post"' not in page.content.decode().split("<main")[1]
        refused = client.post(f"{path}move/", {"slot": Slot.objects.get(starts_at=NINE + 180 * MINUTE).pk})
        assert "It is too late to cancel this interview. The interview stays at 10:30 ." in words_of(refused, 409)

    def test_what_is_cancelled_cannot_move(self, client: Client, full: Place, registration: Registration) -> None:
        place = book(registration, slot_at(full.stand, 30))
        cancel(place)
        page = words_of(client.get(f"{DAY}interviews/{place.pk}/move/"))
        assert "This interview can no longer be moved Cancelled" in page


class TestMeetings:
    """An interviewer is late: what that meets, and what to do."""

    @pytest.fixture
    def late(self, fair: Fair, registration: Registration) -> Place:
        """Airbus at 14:20, and at 14:40 Naval."""
        place = book(registration, slot_at(stand_of(fair, "Airbus", "B12"), 320))
        book(registration, slot_at(stand_of(fair, "Naval", "C3"), 340))
        return place

    def shift(self, place: Place, minutes: int) -> None:
        services.shift_interviewer(
            place.stand,
            actor=organiser_of(place.slot.fair.organisation),
            interviewer_id=place.slot.interviewer_id,
            minutes=minutes,
            starting_at=NINE,
        )

    def test_two_interviews_that_meet(self, client: Client, late: Place) -> None:
        self.shift(late, 15)
        page = client.get(DAY)
        words = words_of(page)
        assert "Airbus is 15 minutes late: it is at 14:35 now and meets the one at 14:40, Naval, stand C3." in words
        assert "Move Airbus" in words
        assert f'href="{DAY}interviews/{late.pk}/move/"' in text_of(page)
        assert "Stand B12 · 10 minutes · 15 minutes later than booked" in words

    def test_too_little_time_to_walk(self, client: Client, late: Place) -> None:
        self.shift(late, 7)
        assert (
            "Airbus is 7 minutes late: it is at 14:27 now, too close to walk to or from the one at 14:40, Naval"
            in words_of(client.get(DAY))
        )

    def test_late_without_a_clash_is_only_noted(self, client: Client, late: Place) -> None:
        self.shift(late, 2)
        words = words_of(client.get(DAY))
        assert "2 minutes later than booked" in words
        assert "Two interviews meet" not in words

    def test_sorted_out_by_moving(self, client: Client, late: Place) -> None:
        free = slot_at(late.stand, 400)
        self.shift(late, 15)
        path = f"{DAY}interviews/{late.pk}/move/"
        free.refresh_from_db()
        words = words_of(client.post(path, {"slot": free.pk}, follow=True))
        assert "Moved to 15:55" in words
        assert "Two interviews meet" not in words
        assert "later than booked" not in words


def test_an_adviser_waits_and_moves_for_somebody(fair: Fair, full: Place) -> None:
    adviser = browser_of(make_member(fair.organisation, "adviser"))
    person = make_registration(fair, given_name="Aya", family_name="Diallo", channel=Channel.ADVISER)
    home = f"/adviser/forum/{person.pk}/"
    words = words_of(adviser.post(f"{home}waitlist/", {"slot": full.slot_id}, follow=True))
    assert "Aya Diallo is number 1 in line for 11:00, Airbus." in words
    cancel(full)
    page = adviser.get(home)
    assert "A place is free for Aya Diallo 11:00 Airbus , stand B12" in words_of(page)
    entry = WaitlistEntry.objects.get(registration=person)
    assert f'action="{home}waitlist/{entry.pk}/"' in text_of(page)
    adviser.post(f"{home}waitlist/{entry.pk}/", {"answer": "accept"})
    place = Place.objects.get(registration=person, is_live=True)
    later = Slot.objects.get(starts_at=NINE + 180 * MINUTE)
    words = words_of(adviser.post(f"{home}interviews/{place.pk}/move/", {"slot": later.pk}, follow=True))
    assert "Moved to 12:00: Airbus, stand B12." in words
