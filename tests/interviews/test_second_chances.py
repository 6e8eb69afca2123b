"""What becomes possible again: a seat for whoever was passed over, for whoever came late, for whoever waited."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from backend.accounts.actors import SYSTEM, Actor
from backend.core.errors import DomainError
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.models import Place, Slot, WaitlistEntry
from events.registrations.models import Registration
from tests.factories.accounts import organiser_of
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_slot

pytestmark = pytest.mark.django_db
MORNING = "2026-06-15T09:00+02:00"
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _a_morning() -> Any:
    with time_machine.travel(MORNING, tick=True):
        yield


def book(slot: Slot, person: Registration) -> Place:
    return services.book_interview(slot.id, actor=SYSTEM, registration_id=person.id)


def join(slot: Slot, person: Registration) -> WaitlistEntry:
    return services.join_waitlist(slot.id, actor=SYSTEM, registration_id=person.id)[0]


def shift(place: Place, minutes: int, *, actor: Actor) -> None:
    slot = place.slot
    services.shift_interviewer(
        slot.stand, actor=actor, interviewer_id=slot.interviewer_id, minutes=minutes, starting_at=slot.starts_at
    )


WAYS: dict[str, Callable[[Fair, Place, Actor], Any]] = {
    "cancels": lambda _fair, place, actor: services.cancel_booking(place.id, actor=actor),
    "moves": lambda fair, place, actor: services.switch_booking(
        place.id, actor=actor, slot_id=make_slot(fair, starts_at=place.starts_at + 3 * HOUR).id
    ),
    "is moved": lambda _fair, place, actor: shift(place, 40, actor=actor),
    "is done early": lambda _fair, place, actor: services.finish_interview(place.id, actor=actor),
    "is noted as absent": lambda _fair, place, actor: services.mark_no_show(place.id, actor=actor),
}


@pytest.mark.parametrize("way", WAYS)
def test_whoever_was_passed_over_has_the_free_seat_once_nothing_is_in_its_way(way: str) -> None:
    fair = make_fair()
    slot, person = make_slot(fair), make_candidate(fair)
    first, clashing = book(slot, make_candidate(fair)), book(make_slot(fair), person)
    entry = join(slot, person)
    services.cancel_booking(first.id, actor=SYSTEM)
    entry.refresh_from_db()
    assert entry.status == "waiting"
    WAYS[way](fair, clashing, organiser_of(fair.organisation))
    entry.refresh_from_db()
    assert entry.status == "offered"


@pytest.mark.parametrize("end", [services.finish_interview, services.mark_no_show])
def test_a_seat_given_back_before_its_time_goes_to_the_line(end: Any) -> None:
    fair = make_fair()
    slot = make_slot(fair)
    place, entry = book(slot, make_candidate(fair)), join(slot, make_candidate(fair))
    end(place.id, actor=organiser_of(fair.organisation))
    entry.refresh_from_db()
    assert entry.status == "offered"


def test_whoever_comes_after_all_sits_on_any_free_seat_at_the_time_of_by_now() -> None:
    fair = make_fair()
    organiser = organiser_of(fair.organisation)
    slot = make_slot(fair, capacity=2)
    late, other = book(slot, make_candidate(fair)), make_candidate(fair)
    services.mark_no_show(late.id, actor=organiser)
    assert book(slot, other).seat == late.seat == 1
    shift(late, 20, actor=organiser)
    late = services.start_interview(late.id, actor=organiser)
    late.refresh_from_db()
    assert (late.seat, late.starts_at, late.status) == (2, slot.starts_at + timedelta(minutes=20), "in_progress")


def test_a_clash_that_is_gone_is_no_longer_marked() -> None:
    fair = make_fair()
    person, slot = make_candidate(fair), make_slot(fair)
    moved, other = book(slot, person), book(make_slot(fair, starts_at=slot.starts_at + HOUR), person)
    shift(moved, 60, actor=organiser_of(fair.organisation))
    moved.refresh_from_db()
    assert moved.has_shifted_clash
    services.cancel_booking(other.id, actor=SYSTEM)
    moved.refresh_from_db()
    assert not moved.has_shifted_clash


def test_who_holds_a_place_joins_no_line_for_it() -> None:
    fair = make_fair()
    slot, person = make_slot(fair), make_candidate(fair)
    services.hold_slot(slot.id, actor=SYSTEM, registration_id=person.id)
    with pytest.raises(DomainError, match="slot_free"):
        join(slot, person)
    assert join(slot, make_candidate(fair)).status == "waiting"


def test_who_has_an_offer_and_holds_the_place_is_answered_the_offer() -> None:
    fair = make_fair()
    slot, person = make_slot(fair), make_candidate(fair)
    place, entry = book(slot, make_candidate(fair)), join(slot, person)
    services.cancel_booking(place.id, actor=SYSTEM)
    held = services.hold_slot(slot.id, actor=SYSTEM, registration_id=person.id)
    entry.refresh_from_db()
    assert (held.id, held.expires_at) == (entry.place_id, entry.offered_until)


def test_who_gets_in_otherwise_stands_in_line_no_longer() -> None:
    fair = make_fair(booking_limit=1)
    slot, person = make_slot(fair), make_candidate(fair)
    place, entry = book(slot, make_candidate(fair)), join(slot, person)
    book(make_slot(fair, starts_at=slot.starts_at + HOUR), person)
    services.cancel_booking(place.id, actor=SYSTEM)
    seated = services.book_interview(
        slot.id,
        actor=organiser_of(fair.organisation),
        registration_id=person.id,
        is_override=True,
        reason="Came a long way",
    )
    entry.refresh_from_db()
    assert (entry.status, entry.place_id) == ("accepted", seated.id)


def test_an_offer_of_a_slot_that_was_moved_before_its_end_keeps_no_seat() -> None:
    fair = make_fair()
    slot = make_slot(fair)
    place, entry = book(slot, make_candidate(fair)), join(slot, make_candidate(fair))
    services.cancel_booking(place.id, actor=SYSTEM)
    shift(place, -50, actor=organiser_of(fair.organisation))
    with time_machine.travel(slot.ends_at - timedelta(minutes=49), tick=False):
        services.pass_on_due()
    entry.refresh_from_db()
    assert (entry.status, slot.places.filter(is_live=True).count()) == ("expired", 0)
