"""A stand's schedule: the grid of slots of its interviewers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.clock import now
from backend.core.errors import DomainError, invalid
from events.employers.models import Stand
from events.interviews import permissions, realtime, selectors
from events.interviews.enums import PlaceKind, SlotState, WaitlistStatus
from events.interviews.models import Interviewer, Place, Slot
from events.interviews.services import waitlist

MAX_SLOTS = 2000
Period = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Schedule:
    """A grid from `starts_at` to `ends_at`: slots with breaks between them, around exceptions. Lengths in minutes."""

    starts_at: datetime
    ends_at: datetime
    slot_minutes: int
    break_minutes: int = 0
    capacity: int = 1
    exceptions: tuple[Period, ...] = ()

    def __post_init__(self) -> None:
        """Count in UTC: sums of local times skip or repeat the hour of a clock change."""
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))
        object.__setattr__(self, "ends_at", self.ends_at.astimezone(UTC))
        periods = tuple((begin.astimezone(UTC), end.astimezone(UTC)) for begin, end in self.exceptions)
        object.__setattr__(self, "exceptions", periods)

    def grid(self, obstacles: Sequence[Period] = ()) -> list[Period]:
        """The slots of one interviewer.

        A slot that would overlap an exception or an obstacle is left out and the row goes on at its end. Raises
        `invalid` for more than 2,000 slots.
        """
        length, pause = timedelta(minutes=self.slot_minutes), timedelta(minutes=self.break_minutes)
        barred = sorted([*self.exceptions, *obstacles])
        slots: list[Period] = []
        start = self.starts_at
        while start + length <= self.ends_at:
            ends = [end for begin, end in barred if begin < start + length and start < end]
            if ends:
                start = max(ends)
                continue
            slots.append((start, start + length))
            if len(slots) > MAX_SLOTS:
                raise invalid("slot_minutes", _("This makes more than %d slots.") % MAX_SLOTS)
            start += length + pause
        return slots


def set_schedule(
    stand: Stand, *, actor: Actor, interviewers: int | Sequence[UUID], schedule: Schedule
) -> tuple[list[Slot], bool]:
    """Lay the grid for the interviewers (the stand's first n, made if missing, or by id).

    Replaces their unbooked slots between start and end and touches nothing else; the same schedule again changes
    nothing. Answers the slots of the grid, with `free`, and whether something changed.

    Raises `not_found`, `invalid` (outside the fair, end before start, unknown interviewer), `not_accepted` (the stand
    has no exhibitor), `slots_booked` with `slots`: the taken ones that the new grid does not contain.
    """
    with transaction.atomic():
        stand = _locked(stand)
        if not permissions.can_set_schedule(actor, stand):
            raise DomainError("not_found")
        if stand.exhibitor is None:
            raise DomainError("not_accepted")
        _check(stand, schedule)
        _check_size(schedule, interviewers)
        people, is_changed = _interviewers(stand, interviewers)
        existing = list(
            Slot.objects.select_for_update(of=("self",), no_key=True)
            .filter(interviewer__in=people, starts_at__lt=schedule.ends_at, ends_at__gt=schedule.starts_at)
            .order_by("id")
        )
        is_changed |= _relay(stand, people, existing, schedule, actor=actor)
        if is_changed:
            audit.record("schedule.set", stand, actor=actor, organisation_id=stand.fair.organisation_id)
            realtime.schedule_changed(stand.id, stand.fair_id)
    laid = selectors.slots_of_fair(stand.fair, now()).filter(
        interviewer__in=people, starts_at__gte=schedule.starts_at, ends_at__lte=schedule.ends_at, state=SlotState.OPEN
    )
    return list(laid.order_by("starts_at", "interviewer__position", "id")), is_changed


def _locked(stand: Stand) -> Stand:
    stands = Stand.objects.select_related("fair", "exhibitor__employer")
    return stands.select_for_update(of=("self",), no_key=True).get(pk=stand.pk)


def _check(stand: Stand, schedule: Schedule) -> None:
    fair = stand.fair
    if schedule.starts_at < fair.starts_at:
        raise invalid("from", _("This is before the fair begins."))
    if schedule.ends_at > fair.ends_at:
        raise invalid("to", _("This is after the fair ends."))
    if schedule.ends_at <= schedule.starts_at:
        raise invalid("to", _("The end lies after the start."))
    if any(end <= begin for begin, end in schedule.exceptions):
        raise invalid("except", _("The end lies after the start."))


def _check_size(schedule: Schedule, interviewers: int | Sequence[UUID]) -> None:
    tables = interviewers if isinstance(interviewers, int) else len(set(interviewers))
    if len(schedule.grid()) * tables > MAX_SLOTS:
        raise invalid("slot_minutes", _("This makes more than %d slots.") % MAX_SLOTS)


def _interviewers(stand: Stand, wanted: int | Sequence[UUID]) -> tuple[list[Interviewer], bool]:
    known = list(stand.interviewers.filter(withdrawn_at=None).order_by("position"))
    if not isinstance(wanted, int):
        chosen = [person for person in known if person.id in set(wanted)]
        if len(chosen) != len(set(wanted)):
            raise invalid("interviewers", _("Unknown interviewer of this stand."))
        return chosen, False
    last = stand.interviewers.order_by("-position").values_list("position", flat=True).first() or 0
    missing = [Interviewer(stand=stand, position=last + n + 1) for n in range(wanted - len(known))]
    Interviewer.objects.bulk_create(missing)
    return [*known, *missing][:wanted], bool(missing)


def _relay(stand: Stand, people: list[Interviewer], existing: list[Slot], schedule: Schedule, *, actor: Actor) -> bool:
    """Make the slots of the grid out of those that are there; True where something changed."""
    at = now()
    taken = selectors.taken_slot_ids(Slot.objects.filter(pk__in=[slot.pk for slot in existing]), at)
    obsolete: list[Slot] = []
    changed: list[Slot] = []
    made: list[Slot] = []
    for person in people:
        own = [slot for slot in existing if slot.interviewer_id == person.id]
        within = [slot for slot in own if _is_replaced(slot, schedule)]
        across = [(s.starts_at, s.ends_at) for s in own if s not in within and s.state != SlotState.CLOSED]
        wanted = dict(schedule.grid(across))
        for slot in within:
            ends_at = wanted.pop(slot.starts_at, None)
            if ends_at is None:
                if slot.state != SlotState.CLOSED:
                    obsolete.append(slot)
            elif (slot.ends_at, slot.capacity) != (ends_at, schedule.capacity) or slot.state == SlotState.CLOSED:
                if slot.id in taken and slot.ends_at != ends_at:
                    obsolete.append(slot)
                slot.ends_at, slot.capacity = ends_at, schedule.capacity
                slot.state = SlotState.OPEN if slot.state == SlotState.CLOSED else slot.state
                changed.append(slot)
        made += [_slot(stand, person, starts_at, ends_at, schedule) for starts_at, ends_at in wanted.items()]
    _refuse_taken([slot for slot in obsolete if slot.id in taken], changed)
    _retire(obsolete, actor=actor)
    Slot.objects.bulk_update(changed, ["ends_at", "capacity", "state"], batch_size=500)
    Slot.objects.bulk_create(made, batch_size=500)
    for slot in Slot.objects.filter(pk__in=[s.pk for s in changed], waitlist__status=WaitlistStatus.WAITING).distinct():
        waitlist.pass_on(slot, at)
    return bool(obsolete or changed or made)


def _is_replaced(slot: Slot, schedule: Schedule) -> bool:
    """Whether the slot lies in the schedule's time; a closed one is only a memory, so its start alone counts."""
    ends_in_time = slot.ends_at <= schedule.ends_at or slot.state == SlotState.CLOSED
    return slot.starts_at >= schedule.starts_at and ends_in_time


def _slot(stand: Stand, person: Interviewer, starts_at: datetime, ends_at: datetime, schedule: Schedule) -> Slot:
    exhibitor = stand.exhibitor
    assert exhibitor is not None
    return Slot(
        fair_id=stand.fair_id,
        exhibitor=exhibitor,
        employer_id=exhibitor.employer_id,
        stand=stand,
        interviewer=person,
        starts_at=starts_at,
        ends_at=ends_at,
        capacity=schedule.capacity,
    )


def _refuse_taken(lost: list[Slot], changed: list[Slot]) -> None:
    """Raise `slots_booked` for taken slots that would go, or that would have fewer seats than people."""
    capacity = {slot.id: slot.capacity for slot in changed}
    seats = Place.objects.filter(selectors.occupying(now()), slot__in=changed).values_list("slot_id", "seat")
    ids = {slot.id for slot in lost} | {slot_id for slot_id, seat in seats if seat > capacity[slot_id]}
    if ids:
        slots = selectors.with_free(Slot.objects.filter(pk__in=ids), now())
        shown = slots.select_related("fair", "stand", "employer", "interviewer").order_by("starts_at", "id")
        raise DomainError("slots_booked", extra={"slots": list(shown)})


def _retire(slots: list[Slot], *, actor: Actor) -> None:
    """Delete slots nobody ever booked; close those with a history. Holds and offers that are over are none."""
    waitlist.close_lines(slots, actor=actor)
    Place.objects.filter(slot__in=slots).exclude(kind=PlaceKind.BOOKING).delete()
    remembered = set(Place.objects.filter(slot__in=slots).values_list("slot_id", flat=True))
    Slot.objects.filter(pk__in=remembered).update(state=SlotState.CLOSED)
    Slot.objects.filter(pk__in=[slot.pk for slot in slots if slot.pk not in remembered]).delete()
