"""An interview as it happens: begun, ended, missed, and what came of it."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.clock import now
from backend.core.errors import DomainError
from events.interviews import permissions, realtime, rules, selectors
from events.interviews.enums import BOOKING_MOVES, LIVE_BOOKING, BookingStatus, OutcomeKind, PlaceKind
from events.interviews.models import Outcome, Place, Slot
from events.interviews.services import seating, waitlist

_MOVED = (
    *("status", "is_live", "seat", "starts_at", "ends_at", "day_on", "has_shifted_clash"),
    *("started_at", "finished_at", "missed_at", "updated_at"),
)
"""The columns that a move of a booking may set."""


def start_interview(booking_id: UUID, *, actor: Actor) -> Place:
    """The candidate sits at the table; somebody noted as absent may still come, while a seat is free.

    Begun already, it is answered as it is. Raises `not_found`, `wrong_state`, `slot_full` or a clash of contract §4.
    """
    return _move(booking_id, BookingStatus.IN_PROGRESS, "booking.started", actor=actor)


def finish_interview(booking_id: UUID, *, actor: Actor) -> Place:
    """The interview is over, and its seat given back. Over already, it is answered as it is.

    Raises `not_found`, `wrong_state`.
    """
    return _move(booking_id, BookingStatus.DONE, "booking.finished", actor=actor)


def mark_no_show(booking_id: UUID, *, actor: Actor) -> Place:
    """Nobody came. Noted already, it is answered as it is. Raises `not_found`, `wrong_state`."""
    return _move(booking_id, BookingStatus.NO_SHOW, "booking.missed", actor=actor)


def _move(booking_id: UUID, status: BookingStatus, action: str, *, actor: Actor) -> Place:
    slot_id, registration_id = _whose(booking_id)
    with seating.transaction_of(slot_id, registration_id):
        place = _locked(booking_id, actor)
        if place.status != status:
            slots = seating.lock_slots([place.slot_id, *waitlist.lines_of(place.registration)])
            if status == BookingStatus.IN_PROGRESS and not place.is_live:
                _sit_down_again(place, slots[place.slot_id])
            _write_move(place, status, action, actor=actor)
            if not place.is_live:
                waitlist.after_giving_up([place.registration], slots.values(), now())
        return place


def _sit_down_again(place: Place, slot: Slot) -> None:
    """A seat for somebody who was noted as absent, the old one or another, at the time the slot has by now.

    Raises `wrong_state` (not absent), `slot_full`.
    """
    if place.status != BookingStatus.NO_SHOW:
        raise DomainError("wrong_state")
    taken = [other.seat for other in waitlist.pass_on(slot, now())]
    seat = place.seat if place.seat not in taken else rules.free_seat(slot.capacity, taken)
    if seat is None:
        raise DomainError("slot_full")
    place.seat, place.starts_at, place.ends_at = seat, slot.starts_at, slot.ends_at
    place.day_on = slot.starts_at.astimezone(slot.fair.zone).date()
    place.has_shifted_clash = False


def _write_move(place: Place, status: BookingStatus, action: str, *, actor: Actor) -> None:
    if status not in BOOKING_MOVES[place.status]:
        raise DomainError("wrong_state")
    at, before = now(), place.status
    place.status, place.is_live = status, status in LIVE_BOOKING
    if status == BookingStatus.IN_PROGRESS:
        place.started_at, place.missed_at = at, None
    elif status == BookingStatus.DONE:
        place.started_at, place.finished_at = place.started_at or at, at
    else:
        place.missed_at = at
    place.save(update_fields=_MOVED)
    audit.record(
        action,
        place,
        actor=actor,
        organisation_id=place.registration.organisation_id,
        from_state=before,
        to_state=status,
    )
    realtime.booking_facts(action, [place])


def _whose(booking_id: UUID) -> tuple[UUID, UUID]:
    ids = Place.objects.filter(pk=booking_id, kind=PlaceKind.BOOKING).values_list("slot_id", "registration_id").first()
    if ids is None:
        raise DomainError("not_found")
    return ids


def _locked(booking_id: UUID, actor: Actor) -> Place:
    """The booking as it is once its registration is locked. Raises `not_found` for who does not run its stand."""
    _slot_id, registration_id = _whose(booking_id)
    seating.lock_registration(registration_id)
    place = selectors.bookings().select_related("stand__fair", "stand__exhibitor").get(pk=booking_id)
    if not permissions.can_set_schedule(actor, place.stand):
        raise DomainError("not_found")
    return place


@dataclass(frozen=True, slots=True)
class Result:
    """What came of an interview, as the employer notes it."""

    outcome: OutcomeKind
    contract_type: str = ""
    starts_on: date | None = None
    note: str = ""


def record_outcome(booking_id: UUID, *, actor: Actor, result: Result) -> Outcome:
    """Note or correct what came of an interview. An interview that has begun by the clock and was not started is over
    with that. Raises `not_found`, `wrong_state` (cancelled, nobody came, or still to come).
    """
    with transaction.atomic():
        place = _locked(booking_id, actor)
        has_begun = place.status == BookingStatus.BOOKED and place.starts_at <= now()
        if place.status not in (BookingStatus.IN_PROGRESS, BookingStatus.DONE) and not has_begun:
            raise DomainError("wrong_state")
        if has_begun:
            place = finish_interview(booking_id, actor=actor)
        before = Outcome.objects.filter(place=place).first()
        columns = {
            "outcome": result.outcome,
            "contract_type": result.contract_type,
            "starts_on": result.starts_on,
            "note": result.note,
        }
        outcome, _is_new = Outcome.objects.update_or_create(place=place, defaults=columns)
        audit.record(
            "outcome.recorded",
            place,
            actor=actor,
            organisation_id=place.registration.organisation_id,
            from_state=before.outcome if before else "",
            to_state=result.outcome,
        )
        realtime.booking_facts("outcome.recorded", [place])
        return outcome
