"""Reminders, each once and at the right hour, and word of an earlier time for who asked."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from backend.mail.enums import Status
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.models import Place
from events.interviews.services import earlier
from events.interviews.services.reminders import next_reminder, send_reminders
from tests.factories.interviews import make_slot
from tests.factories.messages import (
    DAY,
    HOUR,
    MINUTE,
    START,
    book,
    fair_at_start,
    last,
    own,
    person,
    slots_of_one,
    told,
    work,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Two days before the fair; it goes on, so that messages have an order."""
    with time_machine.travel(START - 2 * DAY) as clock:
        yield clock


@pytest.fixture
def fair(clock: time_machine.Traveller) -> Fair:
    return fair_at_start()


class TestReminders:
    def test_the_evening_before_and_two_hours_before_each_once(self, fair: Fair, clock: Any) -> None:
        [slot], amina = slots_of_one(fair, 0), person(fair)
        book(slot, amina)
        clock.move_to(datetime(2026, 6, 10, 15, 59, tzinfo=UTC))
        assert send_reminders() == 0
        clock.move_to(datetime(2026, 6, 10, 16, tzinfo=UTC))  # 18:00 in Paris
        assert (send_reminders(), send_reminders()) == (1, 0)
        assert last().subject == "Tomorrow 10:00: interview with Airbus"
        clock.move_to(START - 2 * HOUR)
        assert (send_reminders(), send_reminders()) == (1, 0)
        assert last().subject == "Today 10:00: interview with Airbus"
        clock.move_to(START)
        assert send_reminders() == 0
        assert len(told(template="interview_reminder")) == 2

    def test_not_of_what_was_booked_after_the_reminders_time(self, fair: Fair, clock: Any) -> None:
        clock.move_to(START - HOUR)
        book(slots_of_one(fair, 0)[0], person(fair))
        clock.move_to(START - MINUTE)
        assert send_reminders() == 0

    def test_what_moves_takes_its_reminders_along(self, fair: Fair, clock: Any) -> None:
        first, second = slots_of_one(fair, 0, 6)
        amina = person(fair)
        place = book(first, amina)
        clock.move_to(START - 3 * HOUR)
        services.switch_booking(place.id, actor=own(amina), slot_id=second.id)
        clock.move_to(START - HOUR)
        assert send_reminders() == 0
        clock.move_to(START + 4 * HOUR)
        assert send_reminders() == 1

    def test_not_of_what_is_cancelled_and_a_waiting_one_is_withdrawn(self, fair: Fair, clock: Any) -> None:
        first, second = slots_of_one(fair, 0, 1)
        gone, kept = person(fair, email="a@example.org"), person(fair, email="b@example.org")
        services.cancel_booking(book(first, gone).id, actor=own(gone))
        place = book(second, kept)
        clock.move_to(START - 15 * HOUR)
        assert send_reminders() == 1
        services.cancel_booking(place.id, actor=own(kept))
        assert [row.status for row in told(template="interview_reminder")] == [Status.CANCELLED]

    def test_a_worker_that_slept_too_long_reminds_of_nothing_past(self, fair: Fair, clock: Any) -> None:
        book(slots_of_one(fair, 0)[0], person(fair))
        clock.move_to(START + MINUTE)
        assert send_reminders() == 1
        assert told(template="interview_reminder") == []

    def test_many_are_few_statements(self, fair: Fair, clock: Any, django_assert_max_num_queries: Any) -> None:
        for number, slot in enumerate(slots_of_one(fair, *range(6))):
            book(slot, person(fair, email=f"p{number}@example.org"))
        clock.move_to(START - 15 * HOUR)
        with django_assert_max_num_queries(8):  # read, write, note, and a look that finds nothing, each in a savepoint
            assert send_reminders() == 6

    @pytest.mark.parametrize(
        ("starts", "eve"),
        [
            # Clocks go forward on 29 March 2026 at 2:00, and back on 25 October at 3:00.
            (datetime(2026, 3, 29, 8, tzinfo=UTC), datetime(2026, 3, 28, 17, tzinfo=UTC)),
            (datetime(2026, 3, 30, 8, tzinfo=UTC), datetime(2026, 3, 29, 16, tzinfo=UTC)),
            (datetime(2026, 10, 25, 9, tzinfo=UTC), datetime(2026, 10, 24, 16, tzinfo=UTC)),
            (datetime(2026, 10, 26, 9, tzinfo=UTC), datetime(2026, 10, 25, 17, tzinfo=UTC)),
        ],
    )
    def test_the_evening_is_by_the_clocks_of_the_fair(self, starts: datetime, eve: datetime) -> None:
        zone = Fair(time_zone="Europe/Paris").zone
        assert next_reminder(starts, zone, starts - 3 * DAY) == eve
        assert next_reminder(starts, zone, eve) == starts - 2 * HOUR
        assert next_reminder(starts, zone, starts - 2 * HOUR) is None

    def test_two_hours_are_two_hours_in_the_night_of_the_change(self) -> None:
        zone = Fair(time_zone="Europe/Paris").zone
        starts = datetime(2026, 10, 25, 2, 30, tzinfo=UTC)  # 3:30, after an hour that came twice
        assert next_reminder(starts, zone, starts - 5 * HOUR) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


class TestEarlier:
    def wish(self, place: Place, *, is_wanted: bool = True) -> Place:
        return earlier.wish_for_earlier(place.id, actor=own(place.registration), is_wanted=is_wanted)

    def test_a_freed_earlier_time_is_told_to_who_asked(self, fair: Fair) -> None:
        first, second = slots_of_one(fair, 0, 3)
        early = book(first, person(fair, email="early@example.org"))
        late = self.wish(book(second, person(fair)))
        services.cancel_booking(early.id, actor=own(early.registration))
        work()
        [message] = told(template="interview_earlier")
        assert (message.to, message.subject) == (
            late.registration.email,
            "An earlier time is free: Airbus, Thursday 11 June, 10:00",
        )

    def test_three_times_at_most(self, fair: Fair) -> None:
        first, second = slots_of_one(fair, 0, 3)
        self.wish(book(second, person(fair)))
        for number in range(5):
            early = book(first, person(fair, email=f"p{number}@example.org"))
            services.cancel_booking(early.id, actor=own(early.registration))
            work()
        assert len(told(template="interview_earlier")) == 3

    def test_not_while_somebody_in_line_has_it(self, fair: Fair) -> None:
        first, second = slots_of_one(fair, 0, 3)
        early = book(first, person(fair, email="early@example.org"))
        self.wish(book(second, person(fair)))
        queue = person(fair, email="queue@example.org")
        entry, _is_new = services.join_waitlist(first.id, actor=own(queue), registration_id=queue.id)
        services.cancel_booking(early.id, actor=own(early.registration))
        work()
        assert told(template="interview_earlier") == []
        services.decline_offer(entry.id, actor=own(queue))
        work()
        assert len(told(template="interview_earlier")) == 1

    def test_not_to_who_could_not_come_then_no_longer_asks_or_has_another_day(self, fair: Fair) -> None:
        first, second, third = slots_of_one(fair, 0, 3, 4)
        early = book(first, person(fair, email="early@example.org"))
        busy = person(fair, email="busy@example.org")
        book(make_slot(fair, starts_at=START), busy)
        self.wish(book(second, busy))
        undecided = book(third, person(fair, email="undecided@example.org"))
        self.wish(undecided)
        self.wish(undecided, is_wanted=False)
        services.cancel_booking(early.id, actor=own(early.registration))
        work()
        assert told(template="interview_earlier") == []

    def test_not_to_who_has_just_moved_away_from_it(self, fair: Fair) -> None:
        first, second = slots_of_one(fair, 0, 3)
        place = self.wish(book(first, person(fair)))
        services.switch_booking(place.id, actor=own(place.registration), slot_id=second.id)
        work()
        assert told(template="interview_earlier") == []

    def test_is_for_the_person_of_a_booking_to_come(self, fair: Fair, clock: Any) -> None:
        place = book(slots_of_one(fair, 0)[0], person(fair))
        stranger = own(person(fair, email="other@example.org"))
        with pytest.raises(Exception, match="not_found"):
            earlier.wish_for_earlier(place.id, actor=stranger, is_wanted=True)
        clock.move_to(START)
        with pytest.raises(Exception, match="wrong_state"):
            self.wish(place)
        assert self.asked(place) is None
        clock.move_to(START - DAY)
        asked = self.wish(place).wants_earlier_at
        clock.shift(HOUR)
        assert self.wish(place).wants_earlier_at == asked

    def asked(self, place: Place) -> datetime | None:
        return Place.objects.get(pk=place.pk).wants_earlier_at
