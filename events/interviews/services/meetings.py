"""An interview as it happens: begun, ended, missed, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.clock import now
from backend.core.errors import DomainError
from events.interviews import notifications, permissions, realtime, rules, selectors
from events.interviews.enums import BOOKING_MOVES, LIVE_BOOKING, BookingStatus, OutcomeKind, PlaceKind
from events.interviews.models import Outcome, Place, Slot
from events.interviews.services import seating, waitlist
from events.registrations.models import Registration

SEATED_LATE = "released; passed over slot_closed: past"
"""Why a booking was made for a time that had begun, as the trail says it."""


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


def release_place(booking_id: UUID, *, actor: Actor, registration_id: UUID | None = None) -> tuple[Place, Place | None]:
    """Give away the seat of somebody who has not come, once the grace time is over: they are noted as absent, and the
    seat goes to the first in line who is inside, or to the registration that is named.

    Answers the missed booking, and the booking that has its seat now; None where nobody in line can take it. The new
    booking passes over the booking window and over the start of the slot, which is on record, and over nothing else.

    Raises `not_found`, `wrong_state` (under way, done, cancelled; the same person named), `too_early_to_release`,
    `slot_closed` (over, blocked, interviewer withdrawn), `slot_full` (given away already), and of the one who is named
    `not_registered`, `not_inside`, `already_booked`, `overlapping_booking`, `booking_limit`.
    """
    slot_id, missing_id = _whose(booking_id)
    with seating.transaction_of(slot_id, registration_id or missing_id):
        at = now()
        others = [registration_id] if registration_id else waitlist.waiting_for(slot_id)
        people = _lock_people([missing_id, *others])
        slots = seating.lock_slots([slot_id, *waitlist.lines_of(people[missing_id])])
        slot, place = slots[slot_id], _locked(booking_id, actor)
        code = "wrong_state" if place.slot_id != slot_id else rules.release(place, slot, at=at)
        if code:
            raise DomainError(code)
        if place.status == BookingStatus.BOOKED:
            _write_move(place, BookingStatus.NO_SHOW, "booking.missed", actor=actor)
        seat = seating.free_seat(slot, waitlist.pass_on(slot, at))
        if seat is None:
            raise DomainError("slot_full")
        if registration_id is None:
            taker = waitlist.head_inside(slot, people, at)
        else:
            taker = _require_present(people.get(registration_id), place, at)
        seated = _seat(taker, slot, seat, actor=actor) if taker else None
        waitlist.after_giving_up([place.registration], slots.values(), at)
        return place, seated


def _lock_people(registration_ids: Sequence[UUID]) -> dict[UUID, Registration]:
    """Lock these registrations in the order of their ids, before any slot."""
    rows = Registration.objects.select_related("fair").filter(pk__in=registration_ids)
    return {row.id: row for row in rows.select_for_update(of=("self",), no_key=True).order_by("id")}


def _require_present(named: Registration | None, missed: Place, at: datetime) -> Registration:
    """The named registration, if it can sit down now. Raises why it cannot; who missed the interview starts it."""
    if named is None or named.fair_id != missed.registration.fair_id:
        raise DomainError("not_found")
    if named == missed.registration:
        raise DomainError("wrong_state")
    code = rules.sitting_down(named, missed.slot, selectors.live_bookings(named), at=at)
    if code:
        raise DomainError(code)
    return named


def _seat(registration: Registration, slot: Slot, seat: int, *, actor: Actor) -> Place:
    """Book this seat of a slot that has begun."""
    place = Place(registration=registration, seat=seat)
    seating.copy_slot(place, slot, registration)
    place.save(force_insert=True)
    waitlist.close_entry(slot, registration, place, actor=actor)
    audit.record(
        "booking.created",
        place,
        actor=actor,
        organisation_id=registration.organisation_id,
        to_state=place.status,
        reason=SEATED_LATE,
    )
    realtime.booking_facts("booking.created", [place])
    notifications.tell_booked(place, actor=actor)
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
