"""Some at once, where what each may find is told exactly; the crowds are in test_storms.py."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from backend.core.errors import DomainError
from events.interviews import services
from events.interviews.models import Place, Slot
from events.interviews.services import Schedule
from events.registrations.models import Registration
from tests.factories.accounts import actor_of, organiser_of
from tests.factories.employers import make_exhibitor, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_slot

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(action: Callable[..., Any], arguments: Iterable[tuple[Any, ...]], threads: int = 8) -> Counter[str]:
    """Run the action for each of the arguments in threads; how often it ended how."""

    def run(values: tuple[Any, ...]) -> str:
        try:
            action(*values)
        except DomainError as refusal:
            return refusal.code
        else:
            return "ok"
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return Counter(pool.map(run, list(arguments)))


def book(slot: Slot, person: Registration) -> None:
    """Book as the person."""
    assert person.user is not None
    services.book_interview(slot.id, actor=actor_of(person.user), registration_id=person.id)


def test_booking_against_re_cutting_the_schedule() -> None:
    """Either the booking came first and the cut is refused, or the slot is gone: never a booking in a lost slot."""
    fair = make_fair()
    organiser = organiser_of(fair.organisation)
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    begins = fair.starts_at + timedelta(hours=2)
    grid = [
        Schedule(starts_at=begins, ends_at=begins + timedelta(hours=1), slot_minutes=minutes) for minutes in (10, 12)
    ]

    def cut(schedule: Schedule) -> None:
        services.set_schedule(stand, actor=organiser, interviewers=1, schedule=schedule)

    for round_number in range(6):
        cut(grid[0])
        slot = Slot.objects.filter(stand=stand, starts_at=begins + timedelta(minutes=10)).get()
        person = make_candidate(fair)
        actions = [(cut, grid[1]), (book, slot, person)]
        ended = at_once(lambda action, *values: action(*values), actions[:: 1 if round_number % 2 else -1], threads=2)
        live = Place.objects.filter(slot__stand=stand, is_live=True)
        assert ended["ok"] == 1, ended
        assert set(ended) <= {"ok", "slots_booked", "not_found", "slot_closed"}
        for place in live:
            assert (place.slot.starts_at, place.slot.state) == (place.starts_at, "open")
            services.cancel_booking(place.id, actor=organiser)


def test_cancels_and_bookings_mixed() -> None:
    fair = make_fair()
    slot = make_slot(fair, capacity=2)
    people = [make_candidate(fair) for _ in range(10)]

    def come_and_go(person: Registration) -> None:
        assert person.user is not None
        actor = actor_of(person.user)
        for _ in range(4):
            place = services.book_interview(slot.id, actor=actor, registration_id=person.id)
            services.cancel_booking(place.id, actor=actor)

    ended = at_once(come_and_go, [(person,) for person in people])
    assert set(ended) <= {"ok", "slot_full"}
    assert Place.objects.filter(slot=slot, is_live=True).count() == 0
