"""Single slots of a schedule that is in use: taken out for a while, offered again, and moved when somebody is late."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.clock import now
from backend.core.errors import DomainError, invalid
from events.employers.models import Stand
from events.interviews import notifications, permissions, realtime, selectors
from events.interviews.enums import PlaceKind, SlotState
from events.interviews.models import Place, Slot
from events.interviews.services import seating, waitlist
from events.interviews.services.reminders import next_reminder
from events.registrations.models import Registration

LONGEST_SHIFT = 240
"""Minutes; somebody who is later than that needs another schedule."""


def block_slot(slot_id: UUID, *, actor: Actor) -> Slot:
    """Offer a slot no longer, for now; who is booked stays booked, and who was offered a place is back in line.

    Blocked already, it is answered as it is. Raises `not_found`, `wrong_state` (it is gone from the schedule).
    """
    with transaction.atomic():
        slot = _locked(slot_id, actor)
        if slot.state == SlotState.OPEN:
            _set_state(slot, SlotState.BLOCKED, actor=actor)
            waitlist.back_in_line(slot, now())
    return _shown(slot)


def reopen_slot(slot_id: UUID, *, actor: Actor) -> Slot:
    """Offer a blocked slot again, to those in line first. Open already, it is answered as it is.

    Raises `not_found`, `wrong_state` (it is gone from the schedule).
    """
    with transaction.atomic():
        slot = _locked(slot_id, actor)
        if slot.state == SlotState.BLOCKED:
            _set_state(slot, SlotState.OPEN, actor=actor)
            waitlist.pass_on(slot, now())
    return _shown(slot)


def _locked(slot_id: UUID, actor: Actor) -> Slot:
    slot = seating.lock_slots([slot_id]).get(slot_id)
    if slot is None or not permissions.can_set_schedule(actor, slot.stand):
        raise DomainError("not_found")
    if slot.state == SlotState.CLOSED:
        raise DomainError("wrong_state")
    return slot


def _set_state(slot: Slot, state: SlotState, *, actor: Actor) -> None:
    before, slot.state = slot.state, state
    slot.save(update_fields=["state", "updated_at"])
    audit.record(
        "slot.blocked" if state == SlotState.BLOCKED else "slot.reopened",
        slot,
        actor=actor,
        organisation_id=slot.fair.organisation_id,
        from_state=before,
        to_state=state,
    )
    realtime.seats_changed(slot)


def _shown(slot: Slot) -> Slot:
    return selectors.slots_of_fair(slot.fair, now()).get(pk=slot.pk)


def shift_interviewer(
    stand: Stand, *, actor: Actor, interviewer_id: UUID, minutes: int, starting_at: datetime
) -> tuple[list[Slot], list[Place]]:
    """Move the slots of an interviewer that begin at `starting_at` or later by so many minutes, bookings and all; up to
    a pause longer than any shift: whoever is late today is on time tomorrow.

    Answers the moved slots, and the moved bookings that now clash with another one of their person: those are kept,
    marked, and for people to sort out. No booking is dropped, whatever it meets.

    Raises `not_found`, `invalid` (an unknown interviewer, no minutes or too many, onto an earlier slot of the same
    interviewer, to begin before the fair or after it).
    """
    with transaction.atomic():
        column = _column(stand, actor, interviewer_id, minutes)
        # The stand's schedule is changed by one at a time.
        Stand.objects.select_for_update(of=("self",), no_key=True).get(pk=stand.pk)
        moving = _in_one_go(column, starting_at)
        people, locked = _lock_column(list(moving.values_list("id", flat=True)))
        ids = set(_in_one_go(column, starting_at).values_list("id", flat=True))
        slots = [slot for slot in locked if slot.pk in ids]
        _refuse_shift(column, slots, stand, timedelta(minutes=minutes))
        clashing = _move(slots, timedelta(minutes=minutes))
        waitlist.after_giving_up(people, locked, now())
        if slots:
            audit.record(
                "schedule.shifted",
                stand,
                actor=actor,
                organisation_id=stand.fair.organisation_id,
                to_state=f"{minutes:+d} min",
            )
            realtime.schedule_changed(stand.id, stand.fair_id)
    moved = selectors.slots_of_fair(stand.fair, now()).filter(pk__in=[slot.pk for slot in slots])
    return list(moved.order_by("starts_at", "id")), list(
        selectors.bookings().filter(pk__in=clashing, has_shifted_clash=True)
    )


def foresee_shift(
    stand: Stand, *, actor: Actor, interviewer_id: UUID, minutes: int, starting_at: datetime
) -> tuple[list[Slot], list[Place]]:
    """What `shift_interviewer` would do now, and nothing is done: the slots that would move, with `shown_bookings` and
    the new times on the objects, and the bookings that would clash. Raises what it would raise.
    """
    column, by = _column(stand, actor, interviewer_id, minutes), timedelta(minutes=minutes)
    moving = selectors.slots_of_fair(stand.fair, now()).filter(pk__in=_in_one_go(column, starting_at))
    slots = list(moving.prefetch_related(selectors.shown_bookings()).order_by("starts_at", "id"))
    _refuse_shift(column, slots, stand, by)
    people = Place.objects.filter(slot__in=slots, is_live=True, kind=PlaceKind.BOOKING).values("registration")
    of_person: dict[UUID, list[Place]] = defaultdict(list)
    for place in selectors.bookings().filter(registration__in=people, is_live=True):
        of_person[place.registration_id].append(place)
    ids = {slot.pk for slot in slots}
    live = [place for places in of_person.values() for place in places]
    rows: list[Slot | Place] = [*slots, *(place for place in live if place.slot_id in ids)]
    for row in rows:
        row.starts_at, row.ends_at = row.starts_at + by, row.ends_at + by
    return slots, [
        place
        for place in sorted(live, key=lambda place: (place.starts_at, place.pk))
        if place.slot_id in ids and seating.clashes(place, of_person[place.registration_id])
    ]


def _column(stand: Stand, actor: Actor, interviewer_id: UUID, minutes: int) -> QuerySet[Slot]:
    """The slots of an interviewer whom this actor may shift by so many minutes."""
    if not permissions.can_set_schedule(actor, stand):
        raise DomainError("not_found")
    if not 1 <= abs(minutes) <= LONGEST_SHIFT:
        raise invalid("minutes", _("From 1 to %(count)d minutes, either way.") % {"count": LONGEST_SHIFT})
    if not stand.interviewers.filter(pk=interviewer_id).exists():
        raise invalid("interviewer", _("Unknown interviewer of this stand."))
    return Slot.objects.filter(stand=stand, interviewer_id=interviewer_id)


def _in_one_go(column: QuerySet[Slot], starting_at: datetime) -> QuerySet[Slot]:
    """The slots from this instant on up to a pause that no shift is as long as, such as a night."""
    ids: list[UUID] = []
    end = None
    for pk, starts_at, ends_at in (
        column.filter(starts_at__gte=starting_at).order_by("starts_at").values_list("pk", "starts_at", "ends_at")
    ):
        if end is not None and starts_at - end > timedelta(minutes=LONGEST_SHIFT):
            break
        ids.append(pk)
        end = ends_at
    return column.filter(pk__in=ids)


def _lock_column(slot_ids: Sequence[UUID]) -> tuple[list[Registration], list[Slot]]:
    """Lock whoever has a place in these slots, then the slots and those in whose lines these people stand.

    Registrations come before slots, as everywhere. Whoever took a place between the two steps is not locked: then all
    is let go and begun again.
    """
    while True:
        point = transaction.savepoint()
        rows = Registration.objects.filter(places__slot__in=slot_ids, places__is_live=True)
        people = list(
            Registration.objects.filter(pk__in=rows.values("pk"))
            .select_for_update(of=("self",), no_key=True)
            .order_by("id")
        )
        slots = list(seating.lock_slots([*slot_ids, *waitlist.lines_of(*people)]).values())
        if not rows.exclude(pk__in=[person.pk for person in people]).exists():
            transaction.savepoint_commit(point)
            return people, slots
        transaction.savepoint_rollback(point)


def _refuse_shift(column: QuerySet[Slot], slots: Sequence[Slot], stand: Stand, by: timedelta) -> None:
    """Raise `invalid` where the moved slots would meet one that stays, or begin before the fair or when it is over.

    A closed one is only a memory, but of each beginning an interviewer has one slot.
    """
    if not slots:
        return
    first = min(slot.starts_at for slot in slots) + by
    if first < stand.fair.starts_at:
        raise invalid("minutes", _("This is before the fair begins."))
    if max(slot.starts_at for slot in slots) + by >= stand.fair.ends_at:
        raise invalid("minutes", _("This is after the fair ends."))
    last = max(slot.ends_at for slot in slots) + by
    staying = column.exclude(pk__in=[slot.pk for slot in slots])
    landing = Q(starts_at__in=[slot.starts_at + by for slot in slots])
    met = Q(ends_at__gt=first, starts_at__lt=last) & ~Q(state=SlotState.CLOSED)
    if staying.filter(met | landing).exists():
        raise invalid("minutes", _("This would meet another time of the same interviewer."))


def _move(slots: Sequence[Slot], by: timedelta) -> set[UUID]:
    """Move the slots and their live places; out: the ids of the moved bookings that clash with another one."""
    places = Place.objects.filter(slot__in=slots, is_live=True).select_related("registration", "employer", "stand")
    of_slot: dict[UUID, list[Place]] = defaultdict(list)
    for place in places:
        of_slot[place.slot_id].append(place)
    clashing: set[UUID] = set()
    # The foremost first, so that none lands for a moment where the next one still is.
    for slot in sorted(slots, key=lambda slot: slot.starts_at, reverse=by > timedelta(0)):
        slot.starts_at, slot.ends_at = slot.starts_at + by, slot.ends_at + by
        slot.save(update_fields=["starts_at", "ends_at", "updated_at"])
        for place in of_slot[slot.id]:
            if _move_place(place, slot, by):
                clashing.add(place.pk)
    moved = [place for row in of_slot.values() for place in row if place.kind == PlaceKind.BOOKING]
    realtime.booking_facts("booking.moved", moved)
    notifications.tell_shifted(moved, by)
    return clashing


def _move_place(place: Place, slot: Slot, by: timedelta) -> bool:
    """Move one live place along with its slot; out: whether it is a booking that clashes now."""
    place.slot, place.starts_at, place.ends_at = slot, slot.starts_at, slot.ends_at
    place.remind_at = next_reminder(slot.starts_at, slot.fair.zone, now())
    place.day_on = slot.starts_at.astimezone(slot.fair.zone).date()
    place.sequence += 1
    place.shifted_minutes += round(by.total_seconds() / 60)
    if place.kind == PlaceKind.BOOKING:
        place.has_shifted_clash = seating.clashes(place, selectors.live_bookings(place.registration))
    marks = ("sequence", "has_shifted_clash", "shifted_minutes", "remind_at", "updated_at")
    place.save(update_fields=["starts_at", "ends_at", "day_on", *marks])
    return place.has_shifted_clash
