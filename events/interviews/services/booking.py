"""Booking an interview and cancelling it.

Locks are taken in one order everywhere: registration, then slot. The service decides and gives the reason; should two
requests still meet, the database refuses by its constraints and the refusal is named from them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, UUIDField
from django.utils.translation import gettext as _

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.clock import now
from backend.core.errors import DomainError, invalid
from backend.core.prepared import Given, Prepared
from events.interviews import permissions, realtime, rules, selectors
from events.interviews.enums import BOOKING_MOVES, BookingStatus, CancelledBy, PlaceKind
from events.interviews.models import Place, Slot
from events.offers.enums import OfferStatus
from events.offers.models import Offer
from events.registrations.models import Registration

_CODE_OF_CONSTRAINT = {
    "place_seat_once": "slot_full",
    "place_seat_beyond_capacity": "slot_full",
    "place_one_per_employer": "already_booked",
    "place_overlap": "overlapping_booking",
    "place_limit": "booking_limit",
    "place_copies_slot": "slot_closed",
}


def book_interview(
    slot_id: UUID,
    *,
    actor: Actor,
    registration_id: UUID,
    note: str = "",
    offer_id: UUID | None = None,
    is_override: bool = False,
    reason: str = "",
) -> Place:
    """Book a place in a slot for a registration; a live hold of this slot becomes the booking.

    `is_override` passes over limits and windows, never over a full slot or a clash; it needs an organiser and a reason.
    Raises `not_found`, `forbidden`, `invalid`, or the first that applies of contract §4 with `alternatives`: slots.
    """
    try:
        with transaction.atomic():
            return _book(slot_id, actor, registration_id, note, offer_id, is_override, reason)
    except IntegrityError as error:
        code = next((code for name, code in _CODE_OF_CONSTRAINT.items() if name in str(error)), None)
        if code is None and "events_place.slot_id" in str(error):
            code = "slot_full"
        if code is None and "events_place.registration_id" in str(error):
            code = "already_booked"
        if code is None:
            raise
        slot = Slot.objects.select_related("fair").get(pk=slot_id)
        registration = Registration.objects.select_related("fair").get(pk=registration_id)
        raise _refusal(code, slot, registration, now()) from error


def _book(
    slot_id: UUID,
    actor: Actor,
    registration_id: UUID,
    note: str,
    offer_id: UUID | None,
    is_override: bool,
    reason: str,
) -> Place:
    at = now()
    registration, slot = _lock(registration_id, slot_id)
    if not permissions.can_book_interview(actor, registration):
        raise DomainError("not_found")
    if is_override and not permissions.can_override_booking(actor, registration):
        raise DomainError("forbidden")
    if is_override and not reason:
        raise invalid("reason", _("Say why."))
    near = _NEAR.rows(registration=registration.id, slot=slot.id)
    mine = [place for place in near if place.registration_id == registration.id]
    seats = [place for place in near if place.slot_id == slot.id]
    hold = next((place for place in mine if place.slot_id == slot.id and place.kind == PlaceKind.HOLD), None)
    code = rules.access(registration, slot, at=at, is_override=is_override) or rules.clash(
        rules.window_of(slot),
        [place for place in mine if place.kind == PlaceKind.BOOKING],
        registration.fair,
        is_override=is_override,
    )
    if code:
        raise _refusal(code, slot, registration, at)
    expired = [place for place in seats if place.expires_at is not None and place.expires_at <= at and place != hold]
    if expired:
        Place.objects.filter(pk__in=[place.pk for place in expired]).delete()
    seat = hold.seat if hold else rules.free_seat(slot.capacity, (p.seat for p in seats if p not in expired))
    if seat is None:
        raise _refusal("slot_full", slot, registration, at)
    place = hold or Place(slot=slot, registration=registration)
    _copy_slot(place, slot, registration, is_override=is_override)
    place.seat, place.note, place.offer_id = seat, note, _offer_id(offer_id, slot)
    place.kind, place.expires_at = PlaceKind.BOOKING, None
    place.save(force_insert=hold is None, force_update=hold is not None)
    audit.record(
        "booking.created",
        place,
        actor=actor,
        organisation_id=registration.organisation_id,
        to_state=place.status,
        reason=reason if is_override else "",
    )
    realtime.booking_facts("booking.created", [place])
    return place


def _lock(registration_id: UUID, slot_id: UUID) -> tuple[Registration, Slot]:
    registration = next(iter(_REGISTRATION.rows(id=registration_id)), None)
    slot = next(iter(_SLOT.rows(id=slot_id)), None)
    if registration is None or slot is None:
        raise DomainError("not_found")
    return registration, slot


_REGISTRATION: Prepared[Registration] = Prepared(
    lambda: (
        Registration.objects.select_related("fair")
        .filter(pk=Given("id", UUIDField()))
        .select_for_update(of=("self",), no_key=True)
    )
)
_SLOT: Prepared[Slot] = Prepared(
    lambda: (
        Slot.objects.select_related("fair", "employer", "stand", "interviewer")
        .filter(pk=Given("id", UUIDField()))
        .select_for_update(of=("self",), no_key=True)
    )
)
_NEAR: Prepared[Place] = Prepared(
    lambda: Place.objects.filter(
        Q(registration=Given("registration", UUIDField())) | Q(slot=Given("slot", UUIDField())), is_live=True
    )
)


def _copy_slot(place: Place, slot: Slot, registration: Registration, *, is_override: bool) -> None:
    fair = registration.fair
    place.starts_at, place.ends_at = slot.starts_at, slot.ends_at
    place.stand, place.employer = slot.stand, slot.employer
    place.day_on = slot.starts_at.astimezone(fair.zone).date()
    place.gap_minutes = fair.walking_gap_minutes
    place.limit_total = None if is_override else fair.booking_limit
    place.limit_per_day = None if is_override else fair.booking_limit_per_day
    place.is_single_per_employer = fair.one_booking_per_employer


def _offer_id(offer_id: UUID | None, slot: Slot) -> UUID | None:
    if offer_id is None:
        return None
    offers = Offer.objects.filter(pk=offer_id, employer_id=slot.employer_id, status=OfferStatus.PUBLISHED)
    if not offers.filter(Q(fair=None) | Q(fair_id=slot.fair_id)).exists():
        raise invalid("offer", _("The employer has no such offer at this fair."))
    return offer_id


def _refusal(code: str, slot: Slot, registration: Registration, at: datetime) -> DomainError:
    """The refusal with up to three other slots, where another slot would help."""
    helps = code in ("slot_closed", "overlapping_booking", "hold_expired", "slot_full")
    others = selectors.alternatives(slot, registration, at=at) if helps else []
    return DomainError(code, extra={"alternatives": others})


def cancel_booking(booking_id: UUID, *, actor: Actor, reason: str = "") -> Place:
    """Cancel a booking; cancelled already, it is answered as it is.

    A candidate may until `cancel_until_minutes` before the start. Raises `not_found`, `too_late_to_cancel`,
    `wrong_state` (done, or did not come).
    """
    with transaction.atomic():
        owner = Registration.objects.filter(places__pk=booking_id)
        owner.select_for_update(of=("self",), no_key=True).first()
        places = selectors.bookings().select_for_update(of=("self",), no_key=True)
        place = places.filter(pk=booking_id).first()
        by = permissions.cancels_as(actor, place) if place else None
        if place is None or by is None:
            raise DomainError("not_found")
        if place.status == BookingStatus.CANCELLED:
            return place
        if BookingStatus.CANCELLED not in BOOKING_MOVES[place.status]:
            raise DomainError("wrong_state")
        notice = timedelta(minutes=place.slot.fair.cancel_until_minutes)
        if by == CancelledBy.CANDIDATE and now() > place.starts_at - notice:
            raise DomainError("too_late_to_cancel")
        _cancel([place], by=by, actor=actor, reason=reason)
    return place


def cancel_bookings_of(registration: Registration, *, actor: Actor, by: str, reason: str = "") -> list[Place]:
    """Cancel every live booking of a registration, in the transaction of the caller who locked it; holds go.

    Answers the bookings that were cancelled.
    """
    Place.objects.filter(registration=registration, is_live=True).exclude(kind=PlaceKind.BOOKING).delete()
    places = list(selectors.bookings().filter(registration=registration, is_live=True))
    _cancel(places, by=by, actor=actor, reason=reason)
    return places


def _cancel(places: Sequence[Place], *, by: str, actor: Actor, reason: str) -> None:
    at = now()
    entries = []
    for place in places:
        entries.append(
            audit.entry(
                "booking.cancelled",
                place,
                actor=actor,
                organisation_id=place.registration.organisation_id,
                from_state=place.status,
                to_state=BookingStatus.CANCELLED,
                reason=reason,
            )
        )
        place.status, place.is_live = BookingStatus.CANCELLED, False
        place.cancelled_by, place.cancelled_at, place.cancel_reason = by, at, reason[:500]
    Place.objects.bulk_update(
        places, ["status", "is_live", "cancelled_by", "cancelled_at", "cancel_reason"], batch_size=200
    )
    audit.record_all(entries)
    realtime.booking_facts("booking.cancelled", list(places))
