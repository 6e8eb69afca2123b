"""Telling those who asked of an earlier time that became free and that nobody in line took."""

from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.jobs.services import enqueue
from events.interviews import notifications, permissions, rules, selectors
from events.interviews.enums import BookingStatus
from events.interviews.models import Place, Slot
from events.interviews.services import seating

MOST_MESSAGES = 3
"""Of one booking."""
TOLD_AT_ONCE = 5
"""So many hear of one free place, by when they asked: one of them can have it."""


def wish_for_earlier(booking_id: UUID, *, actor: Actor, is_wanted: bool) -> Place:
    """Hear, or no longer hear, of an earlier time at the same employer on the same day. Again: the booking as it is.

    Raises `not_found`, `wrong_state` (no longer booked, or begun).
    """
    with transaction.atomic():
        owner_id = Place.objects.filter(pk=booking_id).values_list("registration_id", flat=True).first()
        if owner_id is None:
            raise DomainError("not_found")
        registration = seating.lock_registration(owner_id)
        place = selectors.bookings().filter(pk=booking_id).first()
        if place is None or not permissions.can_book_interview(actor, registration):
            raise DomainError("not_found")
        if place.status != BookingStatus.BOOKED or place.starts_at <= now():
            raise DomainError("wrong_state")
        if (place.wants_earlier_at is not None) != is_wanted:
            place.wants_earlier_at = now() if is_wanted else None
            place.save(update_fields=["wants_earlier_at", "updated_at"])
            audit.record(
                "booking.earlier_wanted" if is_wanted else "booking.earlier_unwanted",
                place,
                actor=actor,
                organisation_id=registration.organisation_id,
            )
        return place


def note_free(slots: list[Slot], *, left_by: Place | None = None) -> None:
    """Have those told, after the commit, who wish for an earlier time than theirs, if these became free; not the
    booking that has just left one.

    For the caller who has the slots locked: the bookings of the others are locked by a job of its own, in no order
    that could meet this one's.
    """
    for slot in slots:
        left_id = left_by.pk if left_by else None
        if _wishes(slot, left_id).exists():
            enqueue("events.interviews.tasks.tell_of_earlier_time", slot.id, left_id, key=f"earlier {slot.id}")


def tell_of_earlier_time(slot_id: UUID, left_id: UUID | None = None) -> int:
    """Write to those who asked first and could move to this slot now, if it has a free place; how many they are."""
    with transaction.atomic():
        at = now()
        free = selectors.bookable(Slot.objects.filter(pk=slot_id), at)
        slot = free.select_related("fair", "employer", "stand", "interviewer").first()
        if slot is None:
            return 0
        wishes = _wishes(slot, left_id).select_for_update(of=("self",), no_key=True, skip_locked=True)
        asked = wishes.order_by("wants_earlier_at", "id")[: 4 * TOLD_AT_ONCE]
        told = [place for place in asked if _can_move(place, slot)][:TOLD_AT_ONCE]
        Place.objects.filter(pk__in=[place.pk for place in told]).update(earlier_told=F("earlier_told") + 1)
        notifications.tell_earlier(slot, told)
        return len(told)


def _wishes(slot: Slot, left_id: UUID | None) -> QuerySet[Place]:
    later = selectors.bookings().filter(employer_id=slot.employer_id, slot__fair_id=slot.fair_id)
    wanted = later.filter(is_live=True, status=BookingStatus.BOOKED, wants_earlier_at__isnull=False)
    day_on = slot.starts_at.astimezone(slot.fair.zone).date()
    others = wanted.exclude(pk=left_id) if left_id else wanted
    return others.filter(day_on=day_on, starts_at__gt=slot.starts_at, earlier_told__lt=MOST_MESSAGES)


def _can_move(place: Place, slot: Slot) -> bool:
    registration, at = place.registration, now()
    if rules.access(registration, slot, at=at, is_override=False):
        return False
    if rules.is_too_late_to_leave(place, by="candidate", at=at):
        return False
    others = selectors.live_bookings(registration).exclude(pk=place.pk)
    return rules.clash(rules.window_of(slot), others, slot.fair) is None
