"""A candidate's day at a fair, and what they could still book: reads for their pages."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.core.formats import format_day, format_time
from events.employers.enums import ExhibitorStatus
from events.employers.models import Employer, Exhibitor
from events.fairs.models import Fair
from events.interviews import rules, selectors
from events.interviews.enums import LIVE_BOOKING, BookingStatus, CancelledBy, PlaceKind, SlotState
from events.interviews.models import Place, Slot
from events.registrations.models import Registration

SHORT = timedelta(minutes=20)
"""A pause that is for walking, not for something else."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An employer's time as a candidate sees it. `state`: `free` (then `slot_id` books it), `clash`, `full`, `mine`."""

    starts_at: datetime
    state: str
    slot_id: UUID | None = None
    reason: str = ""


@dataclass(slots=True)
class Chances:
    """An employer with whom a candidate could have an interview: how many times are free, and how many of them fit.

    `obstacle` is the code of contract §4 that stands in the way of the others.
    """

    employer: Employer
    stands: list[str]
    free: int = 0
    fitting: int = 0
    obstacle: str = ""
    booking: Place | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """One day's timeline: items of `components/timeline.html`."""

    on: date
    items: list[dict[str, Any]] = field(default_factory=list)


def bookings_shown(registration: Registration) -> list[Place]:
    """The bookings of a registration in order of time, those included that took place or did not."""
    return list(selectors.bookings().filter(registration=registration).order_by("starts_at", "id"))


def next_booking(bookings: Iterable[Place], at: datetime) -> Place | None:
    """The live booking that is going on or comes next."""
    return next((booking for booking in bookings if booking.is_live and booking.ends_at > at), None)


def called_off(bookings: Iterable[Place]) -> list[Place]:
    """The bookings that somebody else than the candidate cancelled."""
    return [row for row in bookings if row.cancelled_by and row.cancelled_by != CancelledBy.CANDIDATE]


def timeline(fair: Fair, bookings: Sequence[Place], at: datetime, *, home: str, query: str = "") -> list[Day]:
    """The days on which there are interviews, with what lies between them.

    `home` is the address under which the pages of the interviews lie; `query` follows the links.
    """
    kept = [booking for booking in bookings if booking.status != BookingStatus.CANCELLED]
    days = []
    for day_on, of_day in groupby(kept, key=lambda booking: booking.day_on):
        rows = list(of_day)
        items = [*_doors(fair, day_on, at), _interview(rows[0], at, home, query)]
        for before, after in pairwise(rows):
            items += [*_between(before, after), _interview(after, at, home, query)]
        days.append(Day(day_on, items))
    return days


def chances(
    registration: Registration, at: datetime, *, words: Sequence[str] = (), sector_key: str = ""
) -> list[Chances]:
    """The fair's employers by name with what this registration could book: four queries, however many slots."""
    fair = registration.fair
    exhibitors = Exhibitor.objects.filter(fair=fair, status=ExhibitorStatus.ACCEPTED)
    for word in words:
        exhibitors = exhibitors.filter(employer__search_key__contains=word)
    if sector_key:
        exhibitors = exhibitors.filter(employer__sector_key=sector_key)
    rows = exhibitors.select_related("employer").prefetch_related("stands").order_by("employer__name_key", "id")
    found = {one.employer_id: Chances(one.employer, sorted(s.label for s in one.stands.all())) for one in rows}
    taken = list(selectors.live_bookings(registration).select_related("employer", "stand"))
    for booking in taken:
        if booking.employer_id in found:
            found[booking.employer_id].booking = booking
    free = selectors.bookable(Slot.objects.filter(fair=fair), at)
    columns = ("starts_at", "ends_at", "stand_id", "employer_id")
    for window in {rules.Window(*values) for values in free.values_list(*columns)}:
        if row := found.get(window.employer_id):
            code = rules.clash(window, taken, fair)
            row.free += 1
            row.fitting += code is None
            row.obstacle = code or row.obstacle
    return list(found.values())


def choices(registration: Registration, employer: Employer, at: datetime) -> list[tuple[date, list[Choice]]]:
    """The employer's times still to come by day, as this registration sees them: one entry for all tables of a time."""
    fair = registration.fair
    taken = list(selectors.live_bookings(registration).select_related("employer"))
    slots = selectors.with_free(Slot.objects.filter(fair=fair, employer=employer), at)
    slots = slots.filter(state=SlotState.OPEN, starts_at__gt=at, interviewer__withdrawn_at=None)
    by_time: dict[datetime, list[Any]] = defaultdict(list)
    for slot in slots.order_by("starts_at", "interviewer__position", "id"):
        by_time[slot.starts_at].append(slot)
    mine = {booking.starts_at for booking in taken if booking.employer_id == employer.pk}
    made = [_choice(starts_at, tables, taken, mine, fair, at) for starts_at, tables in by_time.items()]
    by_day = groupby(made, key=lambda choice: choice.starts_at.astimezone(fair.zone).date())
    return [(day, list(of_day)) for day, of_day in by_day]


def is_limited(days: Iterable[tuple[date, list[Choice]]]) -> bool:
    """Whether a time is out of reach for no other reason than the fair's limit of interviews."""
    return any(choice.state == "clash" and not choice.reason for _day, of_day in days for choice in of_day)


def _choice(
    starts_at: datetime, tables: list[Any], taken: list[Place], mine: set[datetime], fair: Fair, at: datetime
) -> Choice:
    if starts_at in mine:
        return Choice(starts_at, "mine")
    free = [slot for slot in tables if slot.free > 0]
    if not free:
        return Choice(starts_at, "full")
    for slot in free:
        if rules.clash(rules.window_of(slot), taken, fair) is None:
            return Choice(starts_at, "free", slot_id=slot.pk)
    return Choice(starts_at, "clash", reason=_why_not(free[0], taken, fair))


def _why_not(slot: Slot, taken: list[Place], fair: Fair) -> str:
    """With which interview the time clashes; nothing where a limit is the reason, which the page says once."""
    window = rules.window_of(slot)
    for other in taken:
        if rules.overlaps(window, rules.window_of(other), fair.walking_gap_minutes):
            words = {"time": format_time(other.starts_at, fair.zone), "employer": other.employer.name}
            return _("too close to %(time)s %(employer)s") % words
    return ""


def _doors(fair: Fair, day_on: date, at: datetime) -> list[dict[str, Any]]:
    if fair.starts_at.astimezone(fair.zone).date() != day_on:
        return []
    return [{"kind": "entry", "starts_at": fair.starts_at, "title": _("Doors open"), "is_past": fair.starts_at < at}]


def _interview(booking: Place, at: datetime, home: str, query: str) -> dict[str, Any]:
    minutes = round((booking.ends_at - booking.starts_at).total_seconds() / 60)
    is_over = booking.status not in LIVE_BOOKING
    length = ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    return {
        "kind": "interview",
        "starts_at": booking.starts_at,
        "title": booking.employer.name,
        "note": " · ".join([_("Stand %(stand)s") % {"stand": booking.stand.label}, length]),
        "url": f"{home}interviews/{booking.pk}/{query}",
        "is_now": booking.is_live and booking.starts_at <= at < booking.ends_at,
        "is_past": booking.ends_at <= at,
        "status": booking.status if is_over else "",
        "status_label": booking.get_status_display() if is_over else "",
    }


def _between(before: Place, after: Place) -> list[dict[str, Any]]:
    """What to do between two interviews: walk, or have time."""
    pause = after.starts_at - before.ends_at
    if pause <= timedelta(0):
        return []
    words = {"stand": after.stand.label, "time": duration_words(pause)}
    if before.stand_id != after.stand_id and pause <= SHORT:
        return [{"kind": "walk", "title": _("%(time)s to walk to stand %(stand)s") % words}]
    return [{"kind": "gap", "title": _("%(time)s free") % words}]


def duration_words(length: timedelta) -> str:
    """`35 minutes`, `1 h 20`."""
    minutes = round(length.total_seconds() / 60)
    if minutes < 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def until_words(booking: Place, at: datetime) -> str:
    """How long it is until an interview: `now`, `in 35 minutes`, or its day."""
    if booking.starts_at <= at:
        return _("now")
    zone = booking.slot.fair.zone
    if booking.starts_at.astimezone(zone).date() == at.astimezone(zone).date():
        return _("in %(time)s") % {"time": duration_words(booking.starts_at - at)}
    return format_day(booking.starts_at, zone)


def live_bookings_of(registrations: Iterable[Registration]) -> dict[UUID, list[Place]]:
    """The live bookings of these registrations, by registration: one query."""
    places = selectors.bookings().filter(registration__in=list(registrations), is_live=True, kind=PlaceKind.BOOKING)
    found: dict[UUID, list[Place]] = defaultdict(list)
    for place in places.order_by("starts_at", "id"):
        found[place.registration_id].append(place)
    return found
