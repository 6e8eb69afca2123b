"""When a series takes place: RFC 5545 recurrence in the series' zone, with python-dateutil as the engine.

dateutil works here on wall clocks without a zone, and each result is placed in the zone afterwards: a 09:00 fair is at
09:00 on both sides of a clock change. Where dateutil and RFC 5545 part, the RFC is followed:

- DTSTART is the first occurrence and counts in COUNT, even if the rule does not name it (3.3.10, 3.8.5.3);
- a local time that a clock change skips is read with the offset before it, one that comes twice is the first (3.3.5);
- BYSETPOS counts in the whole first week, BYWEEKNO alone means the weekday of DTSTART, and `1MO` may stand beside `TU`.

An RDATE or EXDATE is an instant, or a day: an RDATE day at the hour of DTSTART, an EXDATE day all that begins on it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, rrule, weekday
from django.utils.translation import gettext as _

MAX_RESULTS = 2_000
MAX_WINDOW = timedelta(days=3_653)
_MAX_STEPS = 100_000
_MAX_PER_DAY = 24
_MAX_LENGTH = 500
_YEARS = range(1900, 9000)

_Frequency = Literal[0, 1, 2, 3]
_FREQUENCIES: dict[str, _Frequency] = {"DAILY": DAILY, "WEEKLY": WEEKLY, "MONTHLY": MONTHLY, "YEARLY": YEARLY}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# Part: lowest, highest, whether it may count from the end with a minus.
_NUMBERS = {
    "BYMONTH": (1, 12, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYSETPOS": (1, 366, True),
    "BYHOUR": (0, 23, False),
    "BYMINUTE": (0, 59, False),
    "BYSECOND": (0, 59, False),
}
_SINGLE = {"INTERVAL": (1, 9_999, False), "COUNT": (1, 9_999, False)}
_PARTS = {"FREQ", "UNTIL", "BYDAY", "WKST", *_NUMBERS, *_SINGLE}
# RFC 5545, 3.3.10: the frequencies with which a part has a meaning.
_ONLY_WITH = {"BYWEEKNO": {YEARLY}, "BYYEARDAY": {YEARLY}, "BYMONTHDAY": {DAILY, MONTHLY, YEARLY}}
# The clock goes back by less than this, so results out of order are never further apart.
_DISORDER = timedelta(hours=3)


@dataclass(frozen=True)
class Recurrence:
    """A series' dates. `starts_at` is DTSTART, an instant; `duration` is elapsed time, so that a fair of 8 hours
    lasts 8 hours over a clock change too. ValueError, readable, if any of it makes no sense."""

    starts_at: datetime
    time_zone: str
    duration: timedelta
    rrule: str
    exdates: tuple[datetime | date, ...] = ()
    rdates: tuple[datetime | date, ...] = ()

    def __post_init__(self) -> None:
        _zone(self.time_zone)
        validate_rrule(self.rrule)
        if self.duration <= timedelta(0):
            raise ValueError(_("The duration must be more than nothing."))
        for moment in (self.starts_at, *self.exdates, *self.rdates):
            if isinstance(moment, datetime) and moment.tzinfo is None:
                raise ValueError(_("A time needs its offset."))
            if moment.year not in _YEARS:
                raise ValueError(_("The year %(year)d is out of range.") % {"year": moment.year})


@dataclass(frozen=True, order=True)
class Occurrence:
    """One date of a series, both ends in UTC."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class _Rule:
    frequency: _Frequency
    interval: int
    count: int | None
    until: date | datetime | None
    week_start: int
    days: tuple[tuple[int, int | None], ...]
    numbers: Mapping[str, tuple[int, ...]]

    @property
    def most_in_period(self) -> int:
        """How often a weekday can stand in what the rule counts weekdays in: a month, or a year."""
        return 5 if self.frequency == MONTHLY or "BYMONTH" in self.numbers else 53


def validate_rrule(text: str) -> None:
    """ValueError, translated, if `text` is not the value of an RFC 5545 RRULE (without the prefix) that a fair can
    follow: daily, weekly, monthly or yearly, at most 24 times a day, UNTIL as a date (that day included) or in UTC."""
    _parse(text)


def occurrences(recurrence: Recurrence, from_at: datetime, to_at: datetime) -> list[Occurrence]:
    """The dates that begin between two instants, both included, in order. Rules without end are fine.

    ValueError for a window of more than ten years, more than 2,000 results, or a rule that would need more than 100,000
    steps to get there.
    """
    if from_at.tzinfo is None or to_at.tzinfo is None:
        raise ValueError(_("A time needs its offset."))
    if from_at.year not in _YEARS or to_at.year not in _YEARS or to_at - from_at > MAX_WINDOW:
        raise ValueError(_("Ask for ten years at most."))
    zone = _zone(recurrence.time_zone)
    first = recurrence.starts_at.astimezone(zone)
    excluded_days = {day for day in recurrence.exdates if not isinstance(day, datetime)}
    excluded = {at.astimezone(UTC) for at in recurrence.exdates if isinstance(at, datetime)}
    added = (
        day.astimezone(UTC) if isinstance(day, datetime) else _instant(datetime.combine(day, first.time()), zone)
        for day in recurrence.rdates
    )
    starts: set[datetime] = set()
    for at in chain(_rule_instants(recurrence, zone, to_at), added):
        if from_at <= at <= to_at and at not in excluded and at.astimezone(zone).date() not in excluded_days:
            starts.add(at)
            if len(starts) > MAX_RESULTS:
                raise ValueError(_("More than %(count)d dates: ask for a shorter time.") % {"count": MAX_RESULTS})
    return [Occurrence(at, at + recurrence.duration) for at in sorted(starts)]


def _rule_instants(recurrence: Recurrence, zone: ZoneInfo, to_at: datetime) -> Iterator[datetime]:
    """What DTSTART and RRULE give until `to_at`, in UTC; near a clock change perhaps not in order."""
    rule = _parse(recurrence.rrule)
    last = min(to_at.astimezone(UTC), _until(rule, zone))
    first = recurrence.starts_at.astimezone(UTC)
    if first > last:
        return
    yield first
    steps = _MAX_STEPS if rule.count is None else min(rule.count, _MAX_STEPS)
    for number, wall in enumerate(_walls(rule, first.astimezone(zone).replace(tzinfo=None), to_at.year + 1), start=2):
        at = _instant(wall, zone)
        if at - _DISORDER > last:
            return
        if number > steps:
            if rule.count is None:
                raise ValueError(_("This rule has too many dates before the ones asked for."))
            return
        if at <= last:
            yield at


def _walls(rule: _Rule, first: datetime, last_year: int) -> Iterator[datetime]:
    """The wall clocks that the rule gives after the first one."""
    # dateutil walks to the year 9999 when nothing (more) matches. The calendar repeats after 400 years to the weekday,
    # so the walk is moved to the end of time, where it is short.
    shift = (9998 - last_year) // 400 * 400
    moved = first.replace(year=first.year + shift, microsecond=0, fold=0)
    start = moved
    days = rule.days
    if rule.frequency == WEEKLY:
        start -= timedelta(days=(moved.weekday() - rule.week_start) % 7)
        days = days or ((moved.weekday(), None),)
    if "BYWEEKNO" in rule.numbers and not days and not rule.numbers.keys() & {"BYMONTHDAY", "BYYEARDAY"}:
        days = ((moved.weekday(), None),)
    if any(nth for _day, nth in days):
        days = tuple((day, n) for day, nth in days for n in ([nth] if nth else range(1, rule.most_in_period + 1)))
    walls = rrule(
        rule.frequency,
        dtstart=start,
        interval=rule.interval,
        wkst=rule.week_start,
        byweekday=[weekday(day, nth) for day, nth in days] or None,
        **{name.lower(): values for name, values in rule.numbers.items()},  # type: ignore[arg-type]
    )
    return (wall.replace(year=wall.year - shift) for wall in walls if wall > moved)


def _until(rule: _Rule, zone: ZoneInfo) -> datetime:
    if rule.until is None:
        return datetime.max.replace(tzinfo=UTC)
    if isinstance(rule.until, datetime):
        return rule.until
    return _instant(datetime.combine(rule.until + timedelta(days=1), time()), zone) - timedelta(microseconds=1)


def _instant(wall: datetime, zone: ZoneInfo) -> datetime:
    # fold=0 is what RFC 5545, 3.3.5, asks: the offset before a gap, the first of two.
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(_("“%(name)s” is not a time zone. Example: Europe/Paris.") % {"name": name}) from error


def _parse(text: str) -> _Rule:
    parts = _split(text)
    frequency = _FREQUENCIES.get(parts.get("FREQ", ""))
    if frequency is None:
        raise ValueError(_("A fair repeats daily, weekly, monthly or yearly: FREQ=DAILY, WEEKLY, MONTHLY or YEARLY."))
    if "COUNT" in parts and "UNTIL" in parts:
        raise ValueError(_("COUNT and UNTIL exclude each other."))
    for part, frequencies in _ONLY_WITH.items():
        if part in parts and frequency not in frequencies:
            raise ValueError(_("%(part)s does not go with FREQ=%(freq)s.") % {"part": part, "freq": parts["FREQ"]})
    numbers = {part: _numbers(part, parts[part], *limits) for part, limits in _NUMBERS.items() if part in parts}
    single = {part: _numbers(part, parts[part], *limits) for part, limits in _SINGLE.items() if part in parts}
    for part, values in single.items():
        if len(values) > 1:
            raise ValueError(_("%(part)s takes one number.") % {"part": part})
    if "BYSETPOS" in parts and not any(part.startswith("BY") for part in parts.keys() - {"BYSETPOS"}):
        raise ValueError(_("BYSETPOS needs another BY… part to choose from."))
    per_day = 1
    for part in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        per_day *= len(numbers.get(part, (0,)))
    if per_day > _MAX_PER_DAY:
        raise ValueError(_("A fair cannot begin more than %(count)d times a day.") % {"count": _MAX_PER_DAY})
    days = _days(parts["BYDAY"]) if "BYDAY" in parts else ()
    if any(nth for _day, nth in days) and (frequency not in {MONTHLY, YEARLY} or "BYWEEKNO" in parts):
        raise ValueError(_("A number before a weekday (1MO) goes with months and years only, and not with BYWEEKNO."))
    if parts.get("WKST", "MO") not in _WEEKDAYS:
        raise ValueError(_("WKST is one of MO, TU, WE, TH, FR, SA, SU."))
    rule = _Rule(
        frequency=frequency,
        interval=single.get("INTERVAL", (1,))[0],
        count=single["COUNT"][0] if "COUNT" in single else None,
        until=_read_until(parts["UNTIL"]) if "UNTIL" in parts else None,
        week_start=_WEEKDAYS.index(parts.get("WKST", "MO")),
        days=days,
        numbers=numbers,
    )
    if any(abs(nth or 0) > rule.most_in_period for _day, nth in days):
        raise ValueError(_("A month has no weekday more than five times."))
    return rule


def _split(text: str) -> dict[str, str]:
    if len(text) > _MAX_LENGTH:
        raise ValueError(_("The rule is longer than %(count)d characters.") % {"count": _MAX_LENGTH})
    parts: dict[str, str] = {}
    for part in text.strip().upper().split(";"):
        name, equals, value = part.partition("=")
        if name.startswith(("RRULE:", "DTSTART", "EXDATE", "RDATE")):
            raise ValueError(_("Give the rule alone, without RRULE: before it. Example: FREQ=WEEKLY;BYDAY=TU."))
        if not equals or not value:
            raise ValueError(
                _("“%(part)s” is not of the form NAME=VALUE. Example: FREQ=WEEKLY;BYDAY=TU.") % {"part": part}
            )
        if name not in _PARTS:
            raise ValueError(_("RFC 5545 knows no part %(name)s.") % {"name": name})
        if name in parts:
            raise ValueError(_("%(name)s stands twice.") % {"name": name})
        parts[name] = value
    return parts


def _numbers(part: str, text: str, lowest: int, highest: int, is_signed: bool) -> tuple[int, ...]:
    values = []
    for item in text.split(","):
        number = int(item) if re.fullmatch(r"[+-]?[0-9]{1,4}" if is_signed else r"[0-9]{1,4}", item) else None
        if number is None or not lowest <= abs(number) <= highest:
            limits = {"part": part, "value": item, "lowest": lowest, "highest": highest}
            raise ValueError(_("%(part)s: “%(value)s” is not a number from %(lowest)d to %(highest)d.") % limits)
        values.append(number)
    return tuple(dict.fromkeys(values))


def _days(text: str) -> tuple[tuple[int, int | None], ...]:
    days = []
    for item in text.split(","):
        match = re.fullmatch(r"([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)", item)
        if not match or (match[1] and not 1 <= abs(int(match[1])) <= 53):
            raise ValueError(_("BYDAY: “%(value)s” is not a weekday such as MO, 1TU or -1FR.") % {"value": item})
        days.append((_WEEKDAYS.index(match[2]), int(match[1]) if match[1] else None))
    return tuple(dict.fromkeys(days))


def _read_until(text: str) -> date | datetime:
    try:
        if re.fullmatch(r"[0-9]{8}", text):
            return date.fromisoformat(text)
        if re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", text):
            return datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        pass
    raise ValueError(
        _("UNTIL is a day (20261231) or a time in UTC (20261231T225959Z), not “%(value)s”.") % {"value": text}
    )
