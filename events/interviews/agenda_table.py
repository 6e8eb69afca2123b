"""A stand's agenda as a table: a row for each time, a column for each interviewer."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.interviews import rules
from events.interviews.enums import BookingStatus, OutcomeKind, SlotState
from events.interviews.models import Interviewer, Place, Slot
from events.registrations.enums import Presence
from events.registrations.presence import presence_of

SOON = timedelta(hours=1)
"""An interview can be started from its card so long before; earlier the button would only be in the way."""


@dataclass(frozen=True, slots=True)
class Action:
    """A button of a card: it does something at once, or, as a link, leads to where one says more."""

    label: str
    url: str
    kind: str = ""
    glyph: str = ""
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """What stands at one time of one interviewer; `more` are further people of a slot for a group. `marks` are states
    with their words, `risk` says what is wrong."""

    kind: str
    title: str
    id: str = ""
    url: str = ""
    risk: str = ""
    presence: str = ""
    presence_label: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    note: str = ""
    actions: tuple[Action, ...] = ()
    more: tuple["Box", ...] = ()


@dataclass(slots=True)
class AgendaRow:
    """The boxes that begin at one instant, in the order of the columns; None where an interviewer has nothing."""

    starts_at: datetime
    is_now: bool
    cells: list[Box | None] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AgendaTable:
    """What components/agenda.html shows; `meeting` are the bookings that a shift moved into another one."""

    columns: list[Interviewer]
    rows: list[AgendaRow]
    meeting: list[Place]


def agenda_table(slots: Sequence[Slot], *, at: datetime, may_change: bool = False) -> AgendaTable:
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
            row.cells.append(_box(slot, at, may_change) if slot else None)
        rows.append(row)
    places = [place for slot in shown for place in slot.shown_bookings]  # type: ignore[attr-defined]
    return AgendaTable(columns, rows, [place for place in places if place.is_live and place.has_shifted_clash])


def actions_of(place: Place, presence: Presence, *, at: datetime, is_card: bool = False) -> list[Action]:
    """What the stand can do with a booking now; on a card only what is near."""
    slot = place.slot

    def form(name: str, label: str, glyph: str, kind: str = "") -> Action:
        return Action(label, reverse(f"employer-booking-{name}", args=[place.pk]), kind, glyph)

    is_over = slot.ends_at <= at
    actions = []
    if place.status == BookingStatus.IN_PROGRESS:
        actions.append(form("finish", _("Finish"), "check", "primary"))
    elif place.status == BookingStatus.BOOKED:
        is_near = slot.starts_at - SOON <= at or presence == Presence.INSIDE
        if not is_over and (is_near or not is_card):
            actions.append(form("start", _("Start"), "interview", "primary"))
        if slot.starts_at <= at:
            actions.append(form("no-show", _("Did not come"), "cross"))
    elif place.status == BookingStatus.NO_SHOW and not is_over:
        actions.append(form("start", _("Came after all"), "interview"))
    if is_to_complete(place, at=at):
        url = reverse("employer-booking-outcome", args=[place.pk])
        actions.append(Action(_("Note the outcome"), url, "primary", "edit", is_link=True))
    return actions


def is_to_complete(place: Place, *, at: datetime) -> bool:
    """Whether the interview is over, as far as one knows, and nothing is noted of it."""
    is_over = place.status == BookingStatus.DONE or (place.is_live and place.ends_at <= at)
    outcome = getattr(place, "outcome", None)
    return is_over and (outcome is None or outcome.outcome == OutcomeKind.TO_COMPLETE)


def times_kept(place: Place) -> str:
    """When it began and ended, as one reads it, or nothing."""

    def clock(moment: datetime) -> str:
        return formats.date_format(timezone.localtime(moment, place.slot.fair.zone), "G:i")

    if place.started_at and place.finished_at:
        return _("from %(start)s to %(end)s") % {"start": clock(place.started_at), "end": clock(place.finished_at)}
    if place.started_at:
        return _("since %(start)s") % {"start": clock(place.started_at)}
    return _("noted at %(time)s") % {"time": clock(place.missed_at)} if place.missed_at else ""


def _card_actions(place: Place, presence: Presence, at: datetime) -> list[Action]:
    is_gone = not place.is_live and not place.slot.free  # type: ignore[attr-defined]
    if place.status == BookingStatus.NO_SHOW and is_gone:
        return []
    actions = actions_of(place, presence, at=at, is_card=True)
    if rules.release(place, place.slot, at=at) is None:
        url = reverse("employer-booking", args=[place.pk]) + "#release"
        actions.append(Action(_("Give the seat away"), url, "", "people", is_link=True))
    return actions


def _box(slot: Slot, at: datetime, may_change: bool) -> Box:
    places = slot.shown_bookings  # type: ignore[attr-defined]
    if not places:
        return _seats(slot, at, may_change)
    people = [_person(place, slot, at, may_change) for place in places]
    notes = [_line(slot)]
    if slot.capacity > 1:
        live = sum(place.is_live or place.status == BookingStatus.DONE for place in places)
        notes.insert(0, _("%(taken)d of %(capacity)d") % {"taken": live, "capacity": slot.capacity})
    people[0] = replace(people[0], note=" · ".join(filter(None, [*notes, people[0].note])))
    if slot.starts_at > at and (slot.free > 0 or slot.state == SlotState.BLOCKED):  # type: ignore[attr-defined]
        people.append(replace(_seats(slot, at, may_change), note=""))
    return replace(people[0], more=tuple(people[1:]))


def _seats(slot: Slot, at: datetime, may_change: bool) -> Box:
    """The free seats of a slot, or a slot that is not offered."""
    is_ahead = slot.starts_at > at
    if slot.state == SlotState.BLOCKED:
        reopen = Action(_("Reopen"), reverse("employer-slot-reopen", args=[slot.pk]), "", "check")
        return Box("blocked", _("Blocked"), note=_line(slot), actions=(reopen,) if may_change and is_ahead else ())
    block = Action(_("Block"), reverse("employer-slot-block", args=[slot.pk]), "quiet", "cross")
    actions = (block,) if may_change and is_ahead else ()
    title = _("Free") if slot.free > 0 else _("Held for somebody")  # type: ignore[attr-defined]
    return Box("free", title if is_ahead else _("Not taken"), note=_line(slot), actions=actions)


def _line(slot: Slot) -> str:
    count = slot.waiting  # type: ignore[attr-defined]
    return ngettext("%(n)d waits", "%(n)d wait", count) % {"n": count} if count else ""


def _person(place: Place, slot: Slot, at: datetime, may_change: bool) -> Box:
    presence = presence_of(place.registration, slot.fair, at=at)
    marks = [(place.status, str(place.get_status_display()))] if place.status != BookingStatus.BOOKED else []
    outcome = getattr(place, "outcome", None)
    if is_to_complete(place, at=at):
        marks.append((OutcomeKind.TO_COMPLETE, str(OutcomeKind.TO_COMPLETE.label)))
    elif outcome is not None:
        marks.append((outcome.outcome, str(outcome.get_outcome_display())))
    place.slot = slot
    risk = _("At risk: not inside yet") if rules.is_at_risk(place, presence, at=at) else ""
    if place.is_live and place.has_shifted_clash:
        risk = _("Has another interview at this time")
    kinds = {BookingStatus.DONE: "done", BookingStatus.NO_SHOW: "missed"}
    return Box(
        kind="risk" if risk else kinds.get(BookingStatus(place.status), "booked"),
        title=name_of(place),
        id=f"booking-{place.pk}",
        url=reverse("employer-booking", args=[place.pk]),
        risk=risk,
        presence=presence,
        presence_label=str(presence.label),
        marks=tuple(marks),
        note=" · ".join(filter(None, [times_kept(place), place.note])),
        actions=tuple(_card_actions(place, presence, at)) if may_change else (),
    )


def name_of(place: Place) -> str:
    """Whom a stand expects."""
    person = place.registration
    return f"{person.given_name} {person.family_name}".strip() or _("Name deleted")
