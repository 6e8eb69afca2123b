"""Calendars, opened in a second library: right on the days of the clock change, with one name and rising numbers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
import vobject
from django.db import IntegrityError, transaction

from backend.accounts.enums import Scope
from backend.core.models import AuditEntry
from events.employers.models import Stand
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.models import CalendarFeed, Place
from events.interviews.services import feeds
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from tests.factories.accounts import actor_of, make_organisation, make_token, make_user, organiser_client, organiser_of
from tests.factories.browser import browser_of
from tests.factories.client import body_of, client_of, refused
from tests.factories.employers import make_recruiter
from tests.factories.fairs import make_fair, make_venue
from tests.factories.interviews import candidate_client, make_slot
from tests.factories.messages import HOUR, START, book, fair_at_start, own, person, slots_of_one
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START - 2 * DAY) as clock:
        yield clock


@pytest.fixture
def fair() -> Fair:
    return fair_at_start()


def opened(content: bytes) -> Any:
    """The calendar as another program reads it."""
    calendar = vobject.readOne(content.decode())
    calendar.validate()
    return calendar


def ticket(registration: Registration) -> Any:
    answer = candidate_client(registration).get(f"registrations/{registration.id}/ticket.ics")
    assert answer.status_code == 200
    return opened(answer.content)


def address_of(owner: Any, actor: Any) -> str:
    return f"/calendars/{feeds.open_calendar(owner, actor=actor)}.ics"


def fetched(address: str) -> Any:
    answer = browser_of().get(address)
    assert answer.status_code == 200
    return opened(answer.content)


def interview(calendar: Any, place: Place) -> Any:
    [event] = [event for event in calendar.vevent_list if event.uid.value == f"{place.id}@localhost"]
    return event


def times_of(event: Any) -> tuple[datetime, datetime]:
    """In universal time: a time that comes twice is never equal to one of another zone."""
    return event.dtstart.value.astimezone(UTC), event.dtend.value.astimezone(UTC)


class TestTicket:
    def test_has_the_fair_and_the_live_interviews(self, fair: Fair) -> None:
        first, second = slots_of_one(fair, 0, 2)
        amina = person(fair)
        gone = book(first, amina)
        services.cancel_booking(gone.id, actor=own(amina))
        place = book(second, amina)
        calendar = ticket(amina)
        assert [event.uid.value for event in calendar.vevent_list] == [f"{fair.id}@localhost", f"{place.id}@localhost"]
        event = interview(calendar, place)
        assert event.summary.value == "Interview: Airbus"
        assert event.location.value == "Stand B12, Halle de la Villette, 13500 Martigues"
        assert times_of(event) == (place.starts_at, place.ends_at)
        assert event.dtstart.value.utcoffset() == 2 * HOUR
        assert (event.status.value, event.sequence.value) == ("CONFIRMED", "0")
        assert calendar.vtimezone.tzid.value == "Europe/Paris"

    def test_is_a_private_attachment_of_a_confirmed_registration(self, fair: Fair) -> None:
        amina = person(fair)
        answer = candidate_client(amina).get(f"registrations/{amina.id}/ticket.ics")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer["Content-Disposition"] == f'attachment; filename="{fair.slug}.ics"'
        assert answer["Cache-Control"] == "private, no-cache"
        waiting = person(fair, email="w@example.org", status=RegistrationStatus.WAITLISTED)
        refused(candidate_client(waiting).get(f"registrations/{waiting.id}/ticket.ics"), 409, "not_confirmed")

    def test_who_may(self, fair: Fair) -> None:
        amina = person(fair)
        path = f"registrations/{amina.id}/ticket.ics"
        assert organiser_client(fair.organisation).get(path).status_code == 200
        refused(candidate_client(person(fair, email="b@example.org")).get(path), 404, "not_found")
        refused(organiser_client(make_organisation()).get(path), 404, "not_found")
        refused(client_of().get(path), 401, "not_authenticated")

    @pytest.mark.parametrize("interviews", [1, 3])
    def test_statements(self, fair: Fair, interviews: int, django_assert_num_queries: Any) -> None:
        amina = person(fair)
        for hour in range(interviews):
            book(make_slot(fair, starts_at=START + hour * HOUR), amina)
        client = candidate_client(amina)
        client.get(f"registrations/{amina.id}/ticket.ics")  # notes when the token was last used
        with django_assert_num_queries(3):  # who asks, registration, interviews
            assert client.get(f"registrations/{amina.id}/ticket.ics").status_code == 200

    @pytest.mark.parametrize(
        ("starts_at", "offset"),
        [
            (datetime(2026, 3, 29, 0, 50, tzinfo=UTC), 1),  # 1:50, ten minutes before 3:00
            (datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 2),  # 3:00
            (datetime(2026, 3, 29, 8, 0, tzinfo=UTC), 2),
            (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 2),  # 2:30, the first time
            (datetime(2026, 10, 25, 8, 0, tzinfo=UTC), 1),
        ],
    )
    def test_days_of_the_clock_change(self, starts_at: datetime, offset: int, clock: Any) -> None:
        clock.move_to(starts_at - 2 * DAY)
        fair = make_fair(starts_at=starts_at - DAY, ends_at=starts_at + DAY)
        amina = person(fair)
        place = book(make_slot(fair, starts_at=starts_at), amina)
        event = interview(ticket(amina), place)
        assert times_of(event) == (place.starts_at, place.ends_at)
        assert event.dtstart.value.utcoffset() == offset * HOUR

    def test_the_second_of_two_equal_hours_is_told_in_universal_time(self, clock: Any) -> None:
        starts_at = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)  # 2:30 for the second time
        clock.move_to(starts_at - 2 * DAY)
        fair = make_fair(starts_at=starts_at - DAY, ends_at=starts_at + DAY)
        amina = person(fair)
        place = book(make_slot(fair, starts_at=starts_at), amina)
        event = interview(ticket(amina), place)
        assert times_of(event) == (place.starts_at, place.ends_at)

    def test_west_of_greenwich_too(self) -> None:
        fair = make_fair(time_zone="America/Guadeloupe", starts_at=START - HOUR, ends_at=START + DAY)
        amina = person(fair)
        place = book(make_slot(fair, starts_at=START), amina)
        event = interview(ticket(amina), place)
        assert (event.dtstart.value, event.dtstart.value.utcoffset()) == (START, -4 * HOUR)

    def test_texts_are_escaped_and_lines_folded(self) -> None:
        name = "Café; bar, \\ «Ünïcödé» & <b> " + "é" * 60
        venue = make_venue(name="Halle\r\nBEGIN:VEVENT")
        fair = make_fair(name=name, venue=venue, starts_at=START - HOUR, ends_at=START + DAY)
        amina = person(fair)
        content = candidate_client(amina).get(f"registrations/{amina.id}/ticket.ics").content
        assert max(len(line) for line in content.split(b"\r\n")) <= 75
        [event] = opened(content).vevent_list
        assert event.summary.value == name
        assert content.count(b"\r\nBEGIN:VEVENT") == 1


class TestFeed:
    def test_keeps_the_name_raises_the_number_and_shows_what_is_cancelled(self, fair: Fair, clock: Any) -> None:
        first, second = slots_of_one(fair, 0, 2)
        amina = person(fair)
        place = book(first, amina)
        address = address_of(amina, own(amina))
        assert interview(fetched(address), place).sequence.value == "0"
        services.switch_booking(place.id, actor=own(amina), slot_id=second.id)
        moved = interview(fetched(address), place)
        assert (moved.dtstart.value, moved.sequence.value) == (second.starts_at, "1")
        clock.shift(2)
        services.shift_interviewer(
            second.stand,
            actor=organiser_of(fair.organisation),
            interviewer_id=second.interviewer_id,
            minutes=10,
            starting_at=second.starts_at,
        )
        shifted = interview(fetched(address), place)
        assert (shifted.dtstart.value - moved.dtstart.value, shifted.sequence.value) == (HOUR / 6, "2")
        assert shifted.dtstamp.value > moved.dtstamp.value
        services.cancel_booking(place.id, actor=own(amina))
        cancelled = interview(fetched(address), place)
        assert (cancelled.status.value, cancelled.sequence.value) == ("CANCELLED", "3")
        assert cancelled.dtstamp.value >= shifted.dtstamp.value
        clock.shift(31 * DAY)
        assert [event.uid.value for event in fetched(address).vevent_list] == [f"{fair.id}@localhost"]

    def test_of_an_interviewer_has_given_names_and_nothing_more(self, fair: Fair) -> None:
        [slot] = slots_of_one(fair, 0)
        amina = person(fair, phone="+33612345678", family_name="Benhaddou")
        place = book(slot, amina)
        book(
            make_slot(fair, stand=slot.stand, starts_at=START + HOUR),
            person(fair, email="c@example.org", given_name="Zoé"),
        )
        address = address_of(slot.interviewer, actor_of(make_recruiter(slot.employer)))
        content = browser_of().get(address).content
        [event] = opened(content).vevent_list
        assert event.uid.value == f"{place.id}@localhost"
        assert event.summary.value.endswith(": Amina")
        for private in ("Benhaddou", "example.org", "33612345678", amina.code):
            assert private.encode() not in content

    def test_is_private_and_not_for_search_engines(self, fair: Fair) -> None:
        amina = person(fair)
        answer = browser_of().get(address_of(amina, own(amina)))
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer["Cache-Control"] == "private, max-age=300"
        assert answer["X-Robots-Tag"] == "noindex"

    def test_an_old_address_and_a_closed_one_answer_404(self, fair: Fair) -> None:
        amina = person(fair)
        old, new = (address_of(amina, own(amina)) for _ in range(2))
        assert [browser_of().get(address).status_code for address in (old, new)] == [404, 200]
        for _ in range(2):
            feeds.close_calendar(amina, actor=own(amina))
        assert browser_of().get(new).status_code == 404
        actions = AuditEntry.objects.filter(action__startswith="calendar.").values_list("action", flat=True)
        assert sorted(actions) == ["calendar.closed", "calendar.opened", "calendar.opened"]

    def test_the_secret_is_kept_as_a_hash_only(self, fair: Fair) -> None:
        amina = person(fair)
        secret = feeds.open_calendar(amina, actor=own(amina))
        assert len(secret) > 40
        assert secret not in str(list(CalendarFeed.objects.values()))
        kept = CalendarFeed.objects.get().secret_hash
        assert browser_of().get(f"/calendars/{kept}.ics").status_code == 404

    @pytest.mark.parametrize("secret", ["x", "cal_", "%F0%9F%8E%AB", "a" * 4000, "..%2Fetc", "'%20OR%201=1"])
    def test_guesses_are_404(self, secret: str) -> None:
        assert browser_of().get(f"/calendars/{secret}.ics").status_code == 404

    def test_who_reads_too_often_waits(self, fair: Fair, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.RATE_LIMITS = True
        monkeypatch.setattr("events.interviews.calendar_views.READS_PER_HOUR", 2)
        browser = browser_of()
        assert [browser.get("/calendars/x.ics", REMOTE_ADDR="203.0.113.77").status_code for _ in range(3)] == [
            404,
            404,
            429,
        ]

    @pytest.mark.parametrize("interviews", [1, 3])
    def test_statements(self, fair: Fair, interviews: int, django_assert_num_queries: Any) -> None:
        amina = person(fair)
        for hour in range(interviews):
            book(make_slot(fair, starts_at=START + hour * HOUR), amina)
        address = address_of(amina, own(amina))
        with django_assert_num_queries(2):  # calendar, interviews
            assert browser_of().get(address).status_code == 200

    def test_the_database_wants_one_owner(self, fair: Fair) -> None:
        amina, slot = person(fair), make_slot(fair)
        for owners in ({}, {"registration": amina, "interviewer": slot.interviewer}):
            with pytest.raises(IntegrityError), transaction.atomic():
                CalendarFeed.objects.create(secret_hash="x", **owners)


class TestWhoMayShare:
    def test_a_candidates_is_for_themselves(self, fair: Fair) -> None:
        amina = person(fair)
        for stranger in (own(person(fair, email="b@example.org")), organiser_of(fair.organisation)):
            for action in (feeds.open_calendar, feeds.close_calendar):
                with pytest.raises(Exception, match="not_found"):
                    action(amina, actor=stranger)

    def test_an_interviewers_is_for_who_runs_the_stand(self, fair: Fair) -> None:
        [slot] = slots_of_one(fair, 0)
        assert feeds.open_calendar(slot.interviewer, actor=organiser_of(fair.organisation))
        for stranger in (own(person(fair)), organiser_of(make_organisation()), actor_of(make_user())):
            with pytest.raises(Exception, match="not_found"):
                feeds.open_calendar(slot.interviewer, actor=stranger)


class TestPages:
    def test_a_candidate_makes_renews_and_switches_off(self, fair: Fair) -> None:
        amina = make_registration(fair)
        browser = browser_of(amina.user)
        path = f"/me/fairs/{fair.slug}/calendar/"
        assert path in browser.get(f"/me/fairs/{fair.slug}/").content.decode()
        assert f"/api/v1/registrations/{amina.id}/ticket.ics" in browser.get(path).content.decode()
        address = shown_address(browser.post(path, {"calendar": "open"}).content.decode())
        assert browser_of().get(address).status_code == 200
        assert address not in browser.get(path).content.decode()
        renewed = shown_address(browser.post(path, {"calendar": "open"}).content.decode())
        assert [browser_of().get(one).status_code for one in (address, renewed)] == [404, 200]
        assert browser.post(path, {"calendar": "close"}).status_code == 302
        assert browser_of().get(renewed).status_code == 404

    def test_a_recruiter_makes_one_for_each_table(self, fair: Fair) -> None:
        [slot] = slots_of_one(fair, 0)
        other = make_slot(fair, stand=slot.stand)
        browser = browser_of(make_recruiter(slot.employer))
        path = f"/employer/stands/{slot.stand_id}/calendars/"
        assert path in browser.get(f"/employer/stands/{slot.stand_id}/").content.decode()
        form = {"calendar": "open", "interviewer": str(slot.interviewer_id)}
        address = shown_address(browser.post(path, form).content.decode())
        assert browser_of().get(address).status_code == 200
        assert not hasattr(other.interviewer, "calendar_feed")
        assert browser.post(path, form | {"calendar": "close"}).status_code == 302
        assert browser_of().get(address).status_code == 404
        for wrong in ("", "x", str(make_slot(fair).interviewer_id)):
            assert browser.post(path, form | {"interviewer": wrong}).status_code == 302
        assert not CalendarFeed.objects.exists()

    def test_a_stand_without_interviewers_says_what_to_do(self, fair: Fair) -> None:
        stand: Stand = slots_of_one(fair, 0)[0].stand
        stand.slots.all().delete()
        stand.interviewers.all().delete()
        recruiter = make_recruiter(stand.exhibitor.employer)  # type: ignore[union-attr]
        answer = browser_of(recruiter).get(f"/employer/stands/{stand.id}/calendars/")
        assert f"/employer/stands/{stand.id}/schedule/" in answer.content.decode()

    def test_asking_for_an_earlier_time(self, fair: Fair, clock: Any) -> None:
        [slot], amina = slots_of_one(fair, 0), person(fair)
        place, browser = book(slot, amina), browser_of(amina.user)
        page = f"/me/fairs/{fair.slug}/interviews/{place.id}/"
        assert 'value="on"' in browser.get(page).content.decode()
        assert browser.post(f"{page}earlier/", {"earlier": "on"})["Location"] == page
        assert Place.objects.get(pk=place.pk).wants_earlier_at is not None
        assert 'value="off"' in browser.get(page).content.decode()
        browser.post(f"{page}earlier/", {"earlier": "off"})
        assert Place.objects.get(pk=place.pk).wants_earlier_at is None
        clock.move_to(START)
        assert browser.post(f"{page}earlier/", {"earlier": "on"}).status_code == 302
        assert Place.objects.get(pk=place.pk).wants_earlier_at is None
        stranger = browser_of(person(fair, email="b@example.org").user)
        assert stranger.post(f"{page}earlier/", {"earlier": "on"}).status_code == 404


def shown_address(page: str) -> str:
    """The address that the page shows to copy, from its path on."""
    return "/calendars/cal_" + page.split("/calendars/cal_", 1)[1].split("<", 1)[0].strip()


def test_a_token_for_reading_is_no_calendar(fair: Fair) -> None:
    amina = person(fair)
    assert amina.user is not None
    token = client_of(make_token(amina.user, [Scope.READ]))
    assert token.get(f"registrations/{amina.id}/ticket.ics").status_code in (403, 404)
    body_of(candidate_client(amina).get("me/bookings/"), 200)
