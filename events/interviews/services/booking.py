"""Booking an interview, holding a place for a moment, moving to another slot, and cancelling."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.clock import now
from backend.core.errors import DomainError, invalid
from events.interviews import notifications, permissions, realtime, rules, selectors
from events.interviews.enums import BOOKING_MOVES, BookingStatus, CancelledBy, PlaceKind
from events.interviews.models import Place, Slot
from events.interviews.services import earlier, seating, waitlist
from events.offers.enums import OfferStatus
from events.offers.models import Offer
from events.registrations.models import Registration


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
    with _taking_a_place(slot_id, registration_id):
        return _book(slot_id, actor, registration_id, note, offer_id, is_override, reason)


@contextmanager
def _taking_a_place(slot_id: UUID, registration_id: UUID) -> Iterator[None]:
    """`seating.transaction_of`; what ran out in the slot goes on even where the request is refused."""
    try:
        with seating.transaction_of(slot_id, registration_id):
            yield
    except DomainError:
        waitlist.pass_on_now(slot_id)
        raise


def _book(
    slot_id: UUID,
    actor: Actor,
    registration_id: UUID,
    note: str,
    offer_id: UUID | None,
    is_override: bool,
    reason: str,
) -> Place:
    registration, slot = seating.lock(registration_id, slot_id)
    at = now()
    if not permissions.can_book_interview(actor, registration):
        raise DomainError("not_found")
    if is_override and not permissions.can_override_booking(actor, registration):
        raise DomainError("forbidden")
    if is_override and not reason:
        raise invalid("reason", _("Say why."))
    mine, seats = seating.places_near(registration, slot)
    seating.refuse(registration, slot, seating.bookings_among(mine), at, is_override=is_override)
    own = seating.kept_for(registration, seats, at)
    place = own or Place(registration=registration, seat=_free_seat(slot, seats, registration, at))
    waitlist.become_booking(place, slot, registration, is_override=is_override)
    place.note, place.offer_id = note, _offer_id(offer_id, slot)
    place.save(force_insert=own is None, force_update=own is not None)
    if slot.is_in_line:
        waitlist.close_entry(slot, registration, place, actor=actor)
    audit.record(
        "booking.created",
        place,
        actor=actor,
        organisation_id=registration.organisation_id,
        to_state=place.status,
        reason=reason if is_override else "",
    )
    realtime.booking_facts("booking.created", [place])
    notifications.tell_booked(place, actor=actor)
    return place


def _free_seat(
    slot: Slot, seats: Sequence[Place], registration: Registration, at: datetime, *, leaving: Place | None = None
) -> int:
    """A free seat of the locked slot; what ran out in it goes to those in line first.

    Raises `slot_full` or `hold_expired`.
    """
    if seating.run_out(seats, at):
        seats = waitlist.pass_on(slot, at)
    seat = seating.free_seat(slot, seats)
    if seat is None:
        raise seating.full(slot, registration, at, leaving=leaving)
    return seat


def _offer_id(offer_id: UUID | None, slot: Slot) -> UUID | None:
    if offer_id is None:
        return None
    offers = Offer.objects.filter(pk=offer_id, employer_id=slot.employer_id, status=OfferStatus.PUBLISHED)
    if not offers.filter(Q(fair=None) | Q(fair_id=slot.fair_id)).exists():
        raise invalid("offer", _("The employer has no such offer at this fair."))
    return offer_id


def hold_slot(slot_id: UUID, *, actor: Actor, registration_id: UUID) -> Place:
    """Hold a place in a slot for HOLD_SECONDS, while its person makes up the mind.

    The hold takes up a seat and is nobody's booking. Held already, it is held anew; a hold of another slot is given up.
    Whom a place of this slot is offered has one that is kept for longer: the offer is answered as it is.
    Raises `not_found`, or what booking this slot would raise, with `alternatives`.
    """
    with _taking_a_place(slot_id, registration_id):
        registration = seating.lock_registration(registration_id)
        held = list(Place.objects.filter(registration=registration, kind=PlaceKind.HOLD, is_live=True))
        slots = seating.lock_slots([slot_id, *(place.slot_id for place in held)])
        at = now()
        slot = slots.get(slot_id)
        if slot is None or not permissions.can_book_interview(actor, registration):
            raise DomainError("not_found")
        mine, seats = seating.places_near(registration, slot)
        seating.refuse(registration, slot, seating.bookings_among(mine), at)
        kept = seating.kept_for(registration, seats, at)
        if kept and kept.kind == PlaceKind.OFFER:
            return kept
        hold = Place(registration=registration, kind=PlaceKind.HOLD)
        hold.seat = kept.seat if kept else _free_seat(slot, seats, registration, at)
        seating.copy_slot(hold, slot, registration)
        hold.expires_at = at + timedelta(seconds=settings.HOLD_SECONDS)
        Place.objects.filter(pk__in=[place.pk for place in held if place.is_live]).delete()
        hold.save(force_insert=True)
        for other in slots.values():
            waitlist.pass_on(other, at)
        realtime.seats_changed(slot)
        return hold


def switch_booking(booking_id: UUID, *, actor: Actor, slot_id: UUID) -> Place:
    """Move a booking to another slot of the fair: the same booking, its old place kept unless the new one is had (B5).

    A live hold of the new slot is used up. The same slot again changes nothing. Raises `not_found`, `wrong_state` (no
    longer booked), `too_late_to_cancel`, or what booking the new slot would raise, with `alternatives`.
    """
    owner_id = Place.objects.filter(pk=booking_id, kind=PlaceKind.BOOKING).values_list("registration_id", flat=True)
    registration_id = owner_id.first()
    if registration_id is None:
        raise DomainError("not_found")
    with _taking_a_place(slot_id, registration_id):
        registration = seating.lock_registration(registration_id)
        place = selectors.bookings().get(pk=booking_id)
        slots = seating.lock_slots([place.slot_id, slot_id, *waitlist.lines_of(registration)])
        at = now()
        if not permissions.can_book_interview(actor, registration) or slot_id not in slots:
            raise DomainError("not_found")
        if place.slot_id == slot_id:
            return place
        old, slot = slots[place.slot_id], slots[slot_id]
        _refuse_leaving(place, actor, at)
        mine, seats = seating.places_near(registration, slot)
        seating.refuse(registration, slot, seating.bookings_among(mine), at, leaving=place)
        own = seating.kept_for(registration, seats, at)
        waitlist.close_entry(slot, registration, None, actor=actor)
        if own:
            own.delete()
        place.seat = own.seat if own else _free_seat(slot, seats, registration, at, leaving=place)
        before, was = realtime.audience_of(place), notifications.appointment_of(place)
        seating.copy_slot(place, slot, registration)
        place.sequence += 1
        place.save(update_fields=[*seating.COPIED, "seat", "sequence", "updated_at"])
        audit.record(
            "booking.moved",
            place,
            actor=actor,
            organisation_id=registration.organisation_id,
            from_state=str(old.id),
            to_state=str(slot.id),
        )
        waitlist.after_giving_up([registration], slots.values(), at)
        realtime.booking_facts("booking.moved", [place], also=before)
        notifications.tell_moved(place, was, actor=actor, at=at)
        earlier.note_free([old], left_by=place)
        return place


def _refuse_leaving(place: Place, actor: Actor, at: datetime) -> None:
    if place.status != BookingStatus.BOOKED:
        raise DomainError("wrong_state")
    if rules.is_too_late_to_leave(place, by=permissions.cancels_as(actor, place), at=at):
        raise DomainError("too_late_to_cancel")


def cancel_booking(booking_id: UUID, *, actor: Actor, reason: str = "") -> Place:
    """Cancel a booking; cancelled already, it is answered as it is.

    A candidate may until `cancel_until_minutes` before the start. Raises `not_found`, `too_late_to_cancel`,
    `wrong_state` (done, or did not come; for the candidate, also once it has begun).
    """
    with transaction.atomic():
        owner = Registration.objects.filter(places__pk=booking_id)
        registration = owner.select_for_update(of=("self",), no_key=True).first()
        place = selectors.bookings().filter(pk=booking_id).first()
        by = permissions.cancels_as(actor, place) if place else None
        if place is None or by is None or registration is None:
            raise DomainError("not_found")
        if place.status == BookingStatus.CANCELLED:
            return place
        is_beyond_recall = by == CancelledBy.CANDIDATE and place.status != BookingStatus.BOOKED
        if is_beyond_recall or BookingStatus.CANCELLED not in BOOKING_MOVES[place.status]:
            raise DomainError("wrong_state")
        if rules.is_too_late_to_leave(place, by=by, at=now()):
            raise DomainError("too_late_to_cancel")
        slots = seating.lock_slots([place.slot_id, *waitlist.lines_of(registration)])
        _cancel([place], by=by, actor=actor, reason=reason)
        waitlist.after_giving_up([registration], slots.values(), now())
        earlier.note_free([slots[place.slot_id]])
    return place


def cancel_bookings_of(registration: Registration, *, actor: Actor, by: str, reason: str = "") -> list[Place]:
    """Cancel every live booking of a registration, in the transaction of the caller who locked it; holds and places in
    lines go, and what becomes free goes to those who wait.

    Answers the bookings that were cancelled.
    """
    live = Place.objects.filter(registration=registration, is_live=True)
    slots = seating.lock_slots([*live.values_list("slot_id", flat=True), *waitlist.lines_of(registration)])
    waitlist.leave_all(registration, actor=actor)
    live.filter(kind=PlaceKind.HOLD).delete()
    places = list(selectors.bookings().filter(registration=registration, is_live=True))
    _cancel(places, by=by, actor=actor, reason=reason)
    for slot in slots.values():
        waitlist.pass_on(slot, now())
    earlier.note_free([slots[place.slot_id] for place in places])
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
        place.sequence, place.updated_at = place.sequence + 1, at
    columns = ["status", "is_live", "cancelled_by", "cancelled_at", "cancel_reason", "sequence", "updated_at"]
    Place.objects.bulk_update(places, columns, batch_size=200)
    audit.record_all(entries)
    realtime.booking_facts("booking.cancelled", list(places))
    notifications.tell_cancelled(places, actor=actor, at=at)
