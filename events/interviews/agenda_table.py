"""A stand's agenda as a table: a row for each time, a column for each interviewer."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from events.interviews.enums import BookingStatus, SlotState
from events.interviews.models import Interviewer, Place, Slot
from events.registrations.presence import presence_of


@dataclass(frozen=True, slots=True)
class Box:
    """What stands at one time of one interviewer; `more` are further people of a slot for a group."""

    kind: str
    title: str
    id: str = ""
    url: str = ""
    presence: str = ""
    presence_label: str = ""
    note: str = ""
    more: tuple["Box", ...] = ()


@dataclass(slots=True)
class AgendaRow:
    """The boxes that begin at one instant, in the order of the columns; None where an interviewer has nothing."""

    starts_at: datetime
    is_now: bool
    cells: list[Box | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AgendaTable:
    """What components/agenda.html shows."""

    columns: list[Interviewer]
    rows: list[AgendaRow]


def agenda_table(slots: Sequence[Slot], *, at: datetime) -> AgendaTable:
    """Lay out the slots of `selectors.agenda`; the row of now is the first that is not over, once the day has begun.

    Slots without anybody are left out where they are closed or over: who looks in the afternoon looks for who comes.
    """
    shown = [slot for slot in slots if slot.shown_bookings or (slot.state != SlotState.CLOSED and slot.ends_at > at)]  # type: ignore[attr-defined]
    columns = sorted({slot.interviewer for slot in shown}, key=lambda person: person.position)
    by_place = {(slot.starts_at, slot.interviewer_id): slot for slot in shown}
    has_begun = any(slot.starts_at <= at for slot in slots)
    starts = sorted({slot.starts_at for slot in shown})
    ahead = {slot.starts_at for slot in shown if slot.ends_at > at}
    current = min(ahead) if ahead and has_begun else None
    rows = []
    for start in starts:
        row = AgendaRow(start, is_now=start == current)
        for person in columns:
            slot = by_place.get((start, person.id))
            row.cells.append(_box(slot, at) if slot else None)
        rows.append(row)
    return AgendaTable(columns, rows)


def _box(slot: Slot, at: datetime) -> Box:
    people = [_person(place, slot, at) for place in slot.shown_bookings]  # type: ignore[attr-defined]
    if not people:
        return _empty(slot, at)
    if slot.capacity > 1:
        taken = _("%(taken)d of %(capacity)d") % {"taken": len(people), "capacity": slot.capacity}
        people[0] = replace(people[0], note=" · ".join(filter(None, [taken, people[0].note])))
    return replace(people[0], more=tuple(people[1:]))


def _empty(slot: Slot, at: datetime) -> Box:
    if slot.state == SlotState.BLOCKED:
        return Box("blocked", _("Blocked"))
    return Box("free", _("Free") if slot.starts_at > at else _("Not taken"))


def _person(place: Place, slot: Slot, at: datetime) -> Box:
    presence = presence_of(place.registration, slot.fair, at=at)
    notes = [str(place.get_status_display())] if place.status != BookingStatus.BOOKED else []
    return Box(
        kind="booked" if place.is_live else "done",
        title=f"{place.registration.given_name} {place.registration.family_name}".strip() or _("Name deleted"),
        id=f"booking-{place.pk}",
        url=reverse("employer-booking", args=[place.pk]),
        presence=presence,
        presence_label=str(presence.label),
        note=" · ".join([*notes, place.note] if place.note else notes),
    )
