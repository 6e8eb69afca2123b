"""When an interview can be booked (contract §4): pure functions, in the order in which refusals are given."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.interviews.enums import BookingStatus, CancelledBy, SlotState
from events.interviews.models import Place, Slot
from events.registrations.enums import Presence, RegistrationKind, RegistrationStatus
from events.registrations.models import Registration
from events.registrations.presence import presence_of

AT_RISK_BEFORE = timedelta(minutes=10)
"""Whoever is not inside so long before the interview is shown as at risk, at every fair."""

GRACE = timedelta(minutes=5)
"""So long after the start a seat waits for its person before it can be given away, at every fair; of a shorter
interview than twice this, half of its length."""


@dataclass(frozen=True, slots=True)
class Window:
    """A time at a stand of an employer."""

    starts_at: datetime
    ends_at: datetime
    stand_id: UUID
    employer_id: UUID


def window_of(row: Slot | Place) -> Window:
    """The window of a slot or of a place."""
    return Window(row.starts_at, row.ends_at, row.stand_id, row.employer_id)


def opening(registration: Registration, fair: Fair, *, at: datetime, is_override: bool = False) -> str | None:
    """Whether this registration of the fair can book at all: `not_registered`, `booking_not_open`, `booking_closed`,
    or None. `is_override` passes over the booking window."""
    if registration.status != RegistrationStatus.CONFIRMED or registration.kind != RegistrationKind.CANDIDATE:
        return "not_registered"
    if not is_override:
        opens_at, closes_at = fair.booking_window
        if fair.status == FairStatus.DRAFT or opens_at is None or at < opens_at:
            return "booking_not_open"
        if fair.status != FairStatus.PUBLISHED or at >= closes_at:
            return "booking_closed"
    return None


def access(registration: Registration, slot: Slot, *, at: datetime, is_override: bool) -> str | None:
    """`not_registered`, `booking_not_open`, `booking_closed`, `slot_closed`, or None.

    `is_override` (an organiser, with a reason) passes over the booking window.
    """
    if registration.fair_id != slot.fair_id:
        return "not_registered"
    code = opening(registration, slot.fair, at=at, is_override=is_override)
    if code is not None:
        return code
    if slot.state != SlotState.OPEN or slot.starts_at <= at or slot.interviewer.withdrawn_at is not None:
        return "slot_closed"
    return None


def clash(wanted: Window, taken: Iterable[Place], fair: Fair, *, is_override: bool = False) -> str | None:
    """`already_booked`, `overlapping_booking`, `booking_limit`, or None, against the live bookings `taken`.

    Two bookings at different stands need start - end >= the fair's walking gap, at one stand >= 0. `is_override`
    passes over the limits only.
    """
    others = list(taken)
    if fair.one_booking_per_employer and any(other.employer_id == wanted.employer_id for other in others):
        return "already_booked"
    if any(overlaps(wanted, window_of(other), fair.walking_gap_minutes) for other in others):
        return "overlapping_booking"
    if is_override:
        return None
    if fair.booking_limit is not None and len(others) >= fair.booking_limit:
        return "booking_limit"
    if fair.booking_limit_per_day is not None:
        day = wanted.starts_at.astimezone(fair.zone).date()
        days = [other.starts_at.astimezone(fair.zone).date() for other in others]
        if days.count(day) >= fair.booking_limit_per_day:
            return "booking_limit"
    return None


def overlaps(one: Window, other: Window, gap_minutes: int) -> bool:
    """Whether two windows are too close: they overlap, or the walk between two stands does not fit."""
    gap = timedelta(minutes=0 if one.stand_id == other.stand_id else gap_minutes)
    return one.starts_at < other.ends_at + gap and other.starts_at < one.ends_at + gap


def gap_between(one: Place, other: Place) -> int:
    """The minutes of walking that lie between two bookings: the later booked one's hold."""
    return max((one, other), key=lambda place: (place.created_at, place.pk)).gap_minutes


def free_seat(capacity: int, taken: Iterable[int]) -> int | None:
    """The lowest free seat of a slot, from 1; None where it is full."""
    occupied = set(taken)
    return next((seat for seat in range(1, capacity + 1) if seat not in occupied), None)


def is_too_late_to_leave(place: Place, *, by: str | None, at: datetime) -> bool:
    """Whether the fair's notice for giving up an interview has begun, which binds candidates only."""
    notice = timedelta(minutes=place.slot.fair.cancel_until_minutes)
    return by == CancelledBy.CANDIDATE and at > place.starts_at - notice


def is_at_risk(place: Place, presence: Presence, *, at: datetime) -> bool:
    """Whether a booked candidate is not inside though the interview is near, or should have begun."""
    is_near = place.starts_at - AT_RISK_BEFORE <= at < place.ends_at
    return place.status == BookingStatus.BOOKED and is_near and presence != Presence.INSIDE


def released_from(slot: Slot) -> datetime:
    """When the grace time of a slot is over."""
    return slot.starts_at + min(GRACE, (slot.ends_at - slot.starts_at) / 2)


def release(place: Place, slot: Slot, *, at: datetime) -> str | None:
    """Whether the seat of somebody who has not come can be given away: `wrong_state` (under way, done, cancelled),
    `too_early_to_release`, `slot_closed` (over, blocked, interviewer withdrawn), or None."""
    if place.status not in (BookingStatus.BOOKED, BookingStatus.NO_SHOW):
        return "wrong_state"
    if at < released_from(slot):
        return "too_early_to_release"
    if slot.ends_at <= at or slot.state != SlotState.OPEN or slot.interviewer.withdrawn_at is not None:
        return "slot_closed"
    return None


def sitting_down(registration: Registration, slot: Slot, taken: Iterable[Place], *, at: datetime) -> str | None:
    """Whether somebody can sit down at once in a slot that has begun: `not_registered`, `not_inside`, `already_booked`,
    `overlapping_booking`, `booking_limit`, or None. The start of the slot and the booking window do not count here."""
    if registration.fair_id != slot.fair_id:
        return "not_registered"
    code = opening(registration, slot.fair, at=at, is_override=True)
    if code is None and presence_of(registration, slot.fair, at=at) != Presence.INSIDE:
        code = "not_inside"
    return code or clash(window_of(slot), taken, slot.fair)
