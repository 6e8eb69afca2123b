"""What a candidate could book: the fair's employers with their next times, and every time of one employer."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, cached_property
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _

from backend.core.formats import format_time
from events.employers.enums import ExhibitorStatus
from events.employers.models import Employer, Exhibitor
from events.fairs.models import Fair
from events.interviews import rules, selectors
from events.interviews.enums import IN_LINE, PlaceKind, SlotState, WaitlistStatus
from events.interviews.models import Place, Slot, WaitlistEntry
from events.registrations.models import Registration

SHOWN_AT_ONCE = 3
"""So many of an employer's times stand in the list of all employers: enough to book, few enough to read."""


@dataclass(frozen=True, slots=True)
class Choice:
    """An employer's time as a candidate sees it.

    `state`: `free` (`slot_id` books it), `clash` (`reason` says with what), `full` (in the line of `slot_id` one can
    wait behind `ahead` others), `waiting` and `offered` (`entry` is the candidate's, with `rank`), `mine`.
    """

    starts_at: datetime
    state: str
    slot_id: UUID | None = None
    reason: str = ""
    ahead: int = 0
    entry: Any = None


@dataclass(frozen=True, slots=True)
class NextTime:
    """A time that fits, in words; `day` is said where the fair has several."""

    slot_id: UUID
    hour: str
    day: str


@dataclass(slots=True)
class Chances:
    """An employer with whom a candidate could have an interview: how many times are free, and how many of them fit.

    `times` are the next that fit. `obstacle` is the code of contract §4 that stands in the way of the others. Without
    `has_times` it sees people without an appointment, or has not opened its times.
    """

    employer: Employer
    stands: list[str]
    has_times: bool = False
    free: int = 0
    fitting: int = 0
    obstacle: str = ""
    booking: Place | None = None
    entry: Any = None
    times: list[NextTime] = field(default_factory=list)


@dataclass
class Standing:
    """What a registration has at its fair already. `moving` is a booking that is to change its time: it is in nobody's
    way."""

    registration: Registration
    moving: Place | None = None

    @cached_property
    def places(self) -> list[Place]:
        """Its live places, holds and offers too, by time."""
        live = Place.objects.filter(registration=self.registration, is_live=True)
        return list(live.select_related("employer", "stand").order_by("starts_at"))

    @cached_property
    def taken(self) -> list[Place]:
        """The bookings that stand in the way of others."""
        return [place for place in self.places if place.kind == PlaceKind.BOOKING and place != self.moving]

    def booking_with(self, employer: Employer) -> Place | None:
        """Its booking with this employer, the first of several."""
        return next((place for place in self.taken if place.employer_id == employer.pk), None)

    @cached_property
    def _somewhere(self) -> set[UUID]:
        return {place.employer_id for place in self.taken} | {place.stand_id for place in self.taken}

    @cached_property
    def _known(self) -> dict[tuple[Any, ...], str | None]:
        return {}

    def obstacle(self, starts_at: datetime, ends_at: datetime, stand_id: UUID, employer_id: UUID) -> str | None:
        """`rules.clash` of a time, worked out once for all stands where this registration has nothing."""
        is_near = employer_id in self._somewhere or stand_id in self._somewhere
        key = (starts_at, ends_at, stand_id, employer_id) if is_near else (starts_at, ends_at)
        if key not in self._known:
            window = rules.Window(starts_at, ends_at, stand_id, employer_id)
            self._known[key] = rules.clash(window, self.taken, self.registration.fair)
        return self._known[key]

    def lines(self) -> list[WaitlistEntry]:
        """Where it stands in line, by time."""
        entries = selectors.waitlist().filter(registration=self.registration, status__in=IN_LINE)
        return list(entries.order_by("slot__starts_at", "id"))


def chances(
    registration: Registration, at: datetime, *, words: Sequence[str] = (), sector_key: str = ""
) -> list[Chances]:
    """The fair's employers by name with what this registration could book: five queries, however many slots."""
    fair, standing = registration.fair, Standing(registration)
    exhibitors = Exhibitor.objects.filter(fair=fair, status=ExhibitorStatus.ACCEPTED)
    for word in words:
        exhibitors = exhibitors.filter(employer__search_key__contains=word)
    if sector_key:
        exhibitors = exhibitors.filter(employer__sector_key=sector_key)
    rows = exhibitors.select_related("employer").prefetch_related("stands").order_by("employer__name_key", "id")
    found = {one.employer_id: Chances(one.employer, sorted(s.label for s in one.stands.all())) for one in rows}
    for booking in standing.taken:
        if booking.employer_id in found:
            found[booking.employer_id].booking = booking
    for entry in standing.lines():
        if entry.slot.employer_id in found:
            found[entry.slot.employer_id].entry = entry
    _add_times(found, standing, at)
    return list(found.values())


def _add_times(found: Mapping[UUID, Chances], standing: Standing, at: datetime) -> None:
    """Count the free times of each employer, all tables of a time as one, and note the next that fit."""
    fair = standing.registration.fair
    offered = selectors.with_free(Slot.objects.filter(fair=fair), at).filter(**_to_come(at)).order_by("starts_at", "id")
    columns = ("starts_at", "ends_at", "stand_id", "employer_id", "id", "free")
    last: dict[UUID, datetime] = {}
    words = _words_of_times(fair)
    for starts_at, ends_at, stand_id, employer_id, slot_id, free in offered.values_list(*columns):
        row = found.get(employer_id)
        if row is None or last.get(employer_id) == starts_at:
            continue
        row.has_times = True
        if free <= 0:
            continue
        last[employer_id] = starts_at
        code = standing.obstacle(starts_at, ends_at, stand_id, employer_id)
        row.free += 1
        if code:
            row.obstacle = code
            continue
        row.fitting += 1
        if row.fitting <= SHOWN_AT_ONCE:
            row.times.append(NextTime(slot_id, *words(starts_at)))


def _to_come(at: datetime) -> dict[str, Any]:
    """The condition for slots that are offered and have not begun, free or not."""
    return {"state": SlotState.OPEN, "starts_at__gt": at, "interviewer__withdrawn_at": None}


def _words_of_times(fair: Fair) -> Callable[[datetime], tuple[str, str]]:
    """The function that names a time, `14:20` and `Fri 27`; there is no day to name at a fair of one day."""
    zone = fair.zone
    is_long = fair.starts_at.astimezone(zone).date() != fair.ends_at.astimezone(zone).date()

    @cache
    def words(moment: datetime) -> tuple[str, str]:
        return format_time(moment, zone), format_date(moment.astimezone(zone), "D j") if is_long else ""

    return words


def choices(standing: Standing, employer: Employer, at: datetime) -> list[tuple[date, list[Choice]]]:
    """The employer's times still to come by day, as a registration sees them: one entry for all tables of a time.

    Four queries.
    """
    fair = standing.registration.fair
    slots = selectors.with_free(Slot.objects.filter(fair=fair, employer=employer), at).filter(**_to_come(at))
    tables: dict[datetime, list[Any]] = defaultdict(list)
    for slot in slots.order_by("starts_at", "interviewer__position", "id"):
        tables[slot.starts_at].append(slot)
    waiting = WaitlistEntry.objects.filter(slot__fair=fair, slot__employer=employer, status__in=IN_LINE)
    lines = dict(waiting.order_by().values_list("slot").annotate(number=Count("*")))
    own = {entry.slot.starts_at: entry for entry in standing.lines() if entry.slot.employer_id == employer.pk}
    made = [_choice(of_time, standing, lines, own.get(starts_at), at) for starts_at, of_time in tables.items()]
    by_day = groupby(made, key=lambda choice: choice.starts_at.astimezone(fair.zone).date())
    return [(day, list(of_day)) for day, of_day in by_day]


def is_limited(days: Iterable[tuple[date, list[Choice]]]) -> bool:
    """Whether a time is out of reach for no other reason than the fair's limit of interviews."""
    return any(choice.state == "clash" and not choice.reason for _day, of_day in days for choice in of_day)


def first_free(days: Iterable[tuple[date, list[Choice]]]) -> list[Choice]:
    """The next times that fit, to show beside a refusal."""
    free = [choice for _day, of_day in days for choice in of_day if choice.state == "free"]
    return free[:SHOWN_AT_ONCE]


def _choice(tables: Sequence[Any], standing: Standing, lines: Mapping[UUID, int], entry: Any, at: datetime) -> Choice:
    starts_at, slot_ids = tables[0].starts_at, {slot.pk for slot in tables}
    here = [place for place in standing.places if place.slot_id in slot_ids]
    if any(place.kind == PlaceKind.BOOKING for place in here):
        return Choice(starts_at, "mine")
    if entry is not None:
        state = "offered" if entry.status == WaitlistStatus.OFFERED else "waiting"
        return Choice(starts_at, state, slot_id=entry.slot_id, entry=entry)
    fitting = [
        slot
        for slot in tables
        if standing.obstacle(slot.starts_at, slot.ends_at, slot.stand_id, slot.employer_id) is None
    ]
    if not fitting:
        return Choice(starts_at, "clash", reason=_why_not(tables[0], standing))
    held = {place.slot_id for place in here if place.expires_at is None or place.expires_at > at}
    for slot in fitting:
        if slot.free > 0 or slot.pk in held:
            return Choice(starts_at, "free", slot_id=slot.pk)
    shortest = min(fitting, key=lambda slot: lines.get(slot.pk, 0))
    return Choice(starts_at, "full", slot_id=shortest.pk, ahead=lines.get(shortest.pk, 0))


def _why_not(slot: Slot, standing: Standing) -> str:
    """With which interview the time clashes; nothing where a limit is the reason, which the page says once."""
    fair, window = standing.registration.fair, rules.window_of(slot)
    for other in standing.taken:
        if rules.overlaps(window, rules.window_of(other), fair.walking_gap_minutes):
            words = {"time": format_time(other.starts_at, fair.zone), "employer": other.employer.name}
            return _("too close to %(time)s %(employer)s") % words
    return ""
