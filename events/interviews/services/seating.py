"""Seats of slots: locks in one order, which seat is free, and refusals in the words of contract §4.

Locks are taken in one order everywhere: registration, then slots by id. The service decides and gives the reason;
should two requests still meet, the database refuses by its constraints and the refusal is named from them.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q, UUIDField

from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.prepared import Given, Prepared
from events.interviews import rules, selectors
from events.interviews.enums import IN_LINE, BookingStatus, CancelledBy, PlaceKind
from events.interviews.models import Place, Slot, WaitlistEntry
from events.interviews.services.reminders import next_reminder
from events.registrations.models import Registration

_CODE_OF_CONSTRAINT = {
    "place_seat_once": "slot_full",
    "place_seat_beyond_capacity": "slot_full",
    "place_one_per_employer": "already_booked",
    "place_overlap": "overlapping_booking",
    "place_limit": "booking_limit",
    "place_copies_slot": "slot_closed",
    "events_place.slot_id": "slot_full",  # SQLite names the columns of a unique constraint
    "events_place.registration_id": "already_booked",
}
_HELPED_BY_ANOTHER_SLOT = ("slot_closed", "overlapping_booking", "hold_expired", "slot_full")


@contextmanager
def transaction_of(slot_id: UUID, registration_id: UUID) -> Iterator[None]:
    """A transaction in which this registration takes a place in this slot.

    What the database refuses raises the code of contract §4 that it stands for, with `alternatives`.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        code = next((code for name, code in _CODE_OF_CONSTRAINT.items() if name in str(error)), None)
        if code is None:
            raise
        slot = Slot.objects.select_related("fair").get(pk=slot_id)
        registration = Registration.objects.select_related("fair").get(pk=registration_id)
        raise refusal(code, slot, registration, now()) from error


def lock(registration_id: UUID, slot_id: UUID) -> tuple[Registration, Any]:
    """Lock the registration and then the slot, which has `is_in_line`: whether the registration stands in its line.

    Raises `not_found`.
    """
    registration = lock_registration(registration_id)
    slot = next(iter(_SLOT.rows(id=slot_id, registration=registration_id)), None)
    if slot is None:
        raise DomainError("not_found")
    return registration, slot


def lock_registration(registration_id: UUID) -> Registration:
    """Lock the registration, with its fair. Raises `not_found`."""
    registration = next(iter(_REGISTRATION.rows(id=registration_id)), None)
    if registration is None:
        raise DomainError("not_found")
    return registration


_REGISTRATION: Prepared[Registration] = Prepared(
    lambda: (
        Registration.objects.select_related("fair")
        .filter(pk=Given("id", UUIDField()))
        .select_for_update(of=("self",), no_key=True)
    )
)
_IN_LINE = WaitlistEntry.objects.filter(
    slot=OuterRef("pk"), registration=Given("registration", UUIDField()), status__in=IN_LINE
)
_SLOT: Prepared[Slot] = Prepared(
    lambda: (
        Slot.objects.select_related("fair__venue", "employer", "stand", "interviewer")
        .annotate(is_in_line=Exists(_IN_LINE))
        .filter(pk=Given("id", UUIDField()))
        .select_for_update(of=("self",), no_key=True)
    )
)


def lock_slots(slot_ids: Sequence[UUID]) -> dict[UUID, Slot]:
    """Lock these slots, in the order of their ids, in the transaction of the caller who has the registration."""
    slots = Slot.objects.select_related("fair__venue", "employer", "stand", "interviewer").filter(pk__in=slot_ids)
    return {slot.id: slot for slot in slots.select_for_update(of=("self",), no_key=True).order_by("id")}


def places_near(registration: Registration, slot: Slot) -> tuple[list[Place], list[Place]]:
    """The live places of the registration, and those of the slot; run out holds and offers are among them."""
    near = _NEAR.rows(registration=registration.id, slot=slot.id)
    mine = [place for place in near if place.registration_id == registration.id]
    return mine, [place for place in near if place.slot_id == slot.id]


_NEAR: Prepared[Place] = Prepared(
    lambda: Place.objects.filter(
        Q(registration=Given("registration", UUIDField())) | Q(slot=Given("slot", UUIDField())), is_live=True
    )
)


def bookings_among(places: Sequence[Place]) -> list[Place]:
    """Those that are bookings; holds and offers are not the candidate's."""
    return [place for place in places if place.kind == PlaceKind.BOOKING]


def kept_for(registration: Registration, seats: Sequence[Place], at: datetime) -> Place | None:
    """The hold or offer that keeps one of these seats of a slot for the registration, unless its time is over."""
    kept = [place for place in seats if place.registration_id == registration.id and place.kind != PlaceKind.BOOKING]
    return next((place for place in kept if place not in run_out(kept, at)), None)


def run_out(places: Sequence[Place], at: datetime) -> list[Place]:
    """The holds and offers whose time is over."""
    return [place for place in places if place.expires_at is not None and place.expires_at <= at]


def end_places(places: Sequence[Place], at: datetime) -> None:
    """End holds and offers, in the transaction of the caller who has the slots. They stay as a memory: a late holder
    is told that the time ran out, and not that the slot is full."""
    if places:
        Place.objects.filter(pk__in=[place.pk for place in places]).update(
            is_live=False, status=BookingStatus.CANCELLED, cancelled_by=CancelledBy.SYSTEM, cancelled_at=at
        )


COPIED = (
    *("slot", "starts_at", "ends_at", "stand", "employer", "day_on", "gap_minutes", "limit_total", "limit_per_day"),
    *("is_single_per_employer", "has_shifted_clash", "shifted_minutes", "remind_at"),
)
"""The columns that `copy_slot` sets."""


def copy_slot(place: Place, slot: Slot, registration: Registration, *, is_override: bool = False) -> None:
    """Put what the database compares on the place: the slot's times, stand and employer, and the fair's rules."""
    fair = registration.fair
    place.slot, place.registration = slot, registration
    place.starts_at, place.ends_at = slot.starts_at, slot.ends_at
    place.stand, place.employer = slot.stand, slot.employer
    place.day_on = slot.starts_at.astimezone(fair.zone).date()
    place.gap_minutes = fair.walking_gap_minutes
    place.limit_total = None if is_override else fair.booking_limit
    place.limit_per_day = None if is_override else fair.booking_limit_per_day
    place.is_single_per_employer = fair.one_booking_per_employer
    place.has_shifted_clash, place.shifted_minutes = False, 0
    place.remind_at = next_reminder(slot.starts_at, fair.zone, now())


def refuse(
    registration: Registration,
    slot: Slot,
    taken: Iterable[Place],
    at: datetime,
    *,
    is_override: bool = False,
    leaving: Place | None = None,
) -> None:
    """Raise the first refusal of contract §4 that applies, the full slot apart, for somebody with these bookings.

    `leaving` is a booking that moves: it is in the way neither here nor in the alternatives.
    """
    others = [place for place in taken if place != leaving]
    code = rules.access(registration, slot, at=at, is_override=is_override) or rules.clash(
        rules.window_of(slot), others, registration.fair, is_override=is_override
    )
    if code:
        raise refusal(code, slot, registration, at, leaving=leaving)


def full(slot: Slot, registration: Registration, at: datetime, *, leaving: Place | None = None) -> DomainError:
    """The refusal where no seat is free: `hold_expired` for whoever held one, `slot_full` for all others."""
    held = Place.objects.filter(slot=slot, registration=registration, kind=PlaceKind.HOLD, is_live=False)
    return refusal("hold_expired" if held.exists() else "slot_full", slot, registration, at, leaving=leaving)


def refusal(
    code: str, slot: Slot, registration: Registration, at: datetime, *, leaving: Place | None = None
) -> DomainError:
    """The refusal with up to three other slots that this registration could book, where another slot would help."""
    is_helped = code in _HELPED_BY_ANOTHER_SLOT
    others = selectors.alternatives(slot, registration, at=at, leaving=leaving) if is_helped else []
    return DomainError(code, extra={"alternatives": others})


def free_seat(slot: Slot, seats: Sequence[Place]) -> int | None:
    """The lowest seat of the slot that none of these places has."""
    return rules.free_seat(slot.capacity, (place.seat for place in seats))


def clashes(place: Place, others: Iterable[Place]) -> bool:
    """Whether a booking is too close to one of its person's other ones."""
    window = rules.window_of(place)
    return any(
        rules.overlaps(window, rules.window_of(other), rules.gap_between(place, other))
        for other in others
        if other != place
    )
