"""A candidate's day at a fair, for pages: interviews, what lies between them, which meet by now, and the lines."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import combinations, groupby, pairwise
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backend.core.formats import format_day, format_time, when_words
from events.fairs.models import Fair
from events.interviews import rules, selectors
from events.interviews.enums import LIVE_BOOKING, BookingStatus, CancelledBy, PlaceKind, WaitlistStatus
from events.interviews.models import Place
from events.registrations.models import Registration


@dataclass(frozen=True, slots=True)
class Day:
    """One day's timeline: items of `components/timeline.html`."""

    on: date
    items: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two interviews that a late interviewer's shift has moved into each other, in words."""

    late: Place
    other: Place
    words: str


@dataclass(slots=True)
class Lines:
    """Where a registration waits: entries with `rank`, by time. `offered` ones have a place to accept, with `until`
    in words; of the `missed` ones it was not accepted in time."""

    offered: list[Any] = field(default_factory=list)
    waiting: list[Any] = field(default_factory=list)
    missed: list[Any] = field(default_factory=list)


def bookings_shown(registration: Registration) -> list[Place]:
    """The bookings of a registration in order of time, those included that took place or did not."""
    return list(selectors.bookings().filter(registration=registration).order_by("starts_at", "id"))


def next_booking(bookings: Iterable[Place], at: datetime) -> Place | None:
    """The live booking that is going on or comes next."""
    return next((booking for booking in bookings if booking.is_live and booking.ends_at > at), None)


def called_off(bookings: Iterable[Place]) -> list[Place]:
    """The bookings that somebody else than the candidate cancelled."""
    return [row for row in bookings if row.cancelled_by and row.cancelled_by != CancelledBy.CANDIDATE]


def lines_of(registration: Registration, at: datetime) -> Lines:
    """The lines for times still to come in which the registration stands, and those in which its turn went by."""
    statuses = (WaitlistStatus.OFFERED, WaitlistStatus.WAITING, WaitlistStatus.EXPIRED)
    rows = selectors.waitlist().filter(registration=registration, status__in=statuses, slot__starts_at__gt=at)
    lines = Lines()
    of_status = {"offered": lines.offered, "waiting": lines.waiting, "expired": lines.missed}
    for row in rows.select_related("slot__employer", "slot__stand").order_by("slot__starts_at", "id"):
        of_status[row.status].append(row)
        row.until = until_when(row.offered_until, registration.fair, at) if row.offered_until else ""
    in_line = {row.slot_id for row in (*lines.offered, *lines.waiting)}
    lines.missed = list({row.slot_id: row for row in lines.missed if row.slot_id not in in_line}.values())
    return lines


def until_when(moment: datetime, fair: Fair, at: datetime) -> str:
    """A moment of the fair: `14:20` today, `Friday 9:00` on another day."""
    is_today = moment.astimezone(fair.zone).date() == at.astimezone(fair.zone).date()
    return format_time(moment, fair.zone) if is_today else when_words(moment, fair.zone, at)


def meetings(bookings: Iterable[Place], at: datetime) -> list[Meeting]:
    """The live bookings that meet since a shift, each pair once."""
    live = [row for row in bookings if row.is_live and row.ends_at > at]
    found = []
    for one, other in combinations(live, 2):
        late, kept = (one, other) if one.has_shifted_clash else (other, one)
        windows = rules.window_of(late), rules.window_of(kept)
        if late.has_shifted_clash and rules.overlaps(*windows, rules.gap_between(late, kept)):
            words = [_shift_words(late), _meeting_words(late, kept, is_walk=not rules.overlaps(*windows, 0))]
            found.append(Meeting(late, kept, " ".join(words)))
    return found


def _shift_words(late: Place) -> str:
    """By how much an employer moved its times."""
    words = {"name": late.employer.name, "time": duration_words(timedelta(minutes=abs(late.shifted_minutes)))}
    if late.shifted_minutes > 0:
        return _("%(name)s is %(time)s late:") % words
    if late.shifted_minutes < 0:
        return _("%(name)s is %(time)s early:") % words
    return _("%(name)s has changed its times:") % words


def _meeting_words(late: Place, other: Place, *, is_walk: bool) -> str:
    zone = late.slot.fair.zone
    words = {
        "now": format_time(late.starts_at, zone),
        "time": format_time(other.starts_at, zone),
        "name": other.employer.name,
        "stand": other.stand.label,
    }
    if is_walk:
        said = _("it is at %(now)s now, too close to walk to or from the one at %(time)s, %(name)s, stand %(stand)s.")
    else:
        said = _("it is at %(now)s now and meets the one at %(time)s, %(name)s, stand %(stand)s.")
    return said % words


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


def _doors(fair: Fair, day_on: date, at: datetime) -> list[dict[str, Any]]:
    if fair.starts_at.astimezone(fair.zone).date() != day_on:
        return []
    return [{"kind": "entry", "starts_at": fair.starts_at, "title": _("Doors open"), "is_past": fair.starts_at < at}]


def _interview(booking: Place, at: datetime, home: str, query: str) -> dict[str, Any]:
    is_over = booking.status not in LIVE_BOOKING
    notes = [
        _("Stand %(stand)s") % {"stand": booking.stand.label},
        duration_words(booking.ends_at - booking.starts_at),
    ]
    if booking.is_live and booking.shifted_minutes:
        notes.append(_later_words(booking.shifted_minutes))
    return {
        "kind": "interview",
        "starts_at": booking.starts_at,
        "title": booking.employer.name,
        "note": " · ".join(notes),
        "url": f"{home}interviews/{booking.pk}/{query}",
        "is_now": booking.is_live and booking.starts_at <= at < booking.ends_at,
        "is_past": booking.ends_at <= at,
        "status": booking.status if is_over else "",
        "status_label": booking.get_status_display() if is_over else "",
    }


def _later_words(minutes: int) -> str:
    words = {"time": duration_words(timedelta(minutes=abs(minutes)))}
    return (_("%(time)s later than booked") if minutes > 0 else _("%(time)s earlier than booked")) % words


def _between(before: Place, after: Place) -> list[dict[str, Any]]:
    """What to do between two interviews: have time, then walk."""
    pause = after.starts_at - before.ends_at
    if pause <= timedelta(0):
        return []
    walk = timedelta(0)
    items = []
    if before.stand_id != after.stand_id:
        walk = min(pause, timedelta(minutes=rules.gap_between(before, after)))
        words = {"here": before.stand.label, "there": after.stand.label, "time": duration_words(walk)}
        said = _("Walk from %(here)s to %(there)s, %(time)s") if walk else _("Walk from %(here)s to %(there)s")
        items.append({"kind": "walk", "title": said % words})
    if pause > walk:
        items.insert(0, {"kind": "gap", "title": _("%(time)s free") % {"time": duration_words(pause - walk)}})
    return items


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
