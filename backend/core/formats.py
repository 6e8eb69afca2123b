"""Dates and times as people read them: in the fair's zone and the reader's language, alike in pages, mails and PDFs."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.dateformat import format as format_date
from django.utils.translation import get_language

SOON = timedelta(days=6)
"""Nearer than that, the day of the week says which day is meant."""


def format_time(at: datetime, zone: str | ZoneInfo) -> str:
    """`14:20`, `9:20`: as the tag `hour` shows it."""
    return format_date(_local(at, zone), "G:i")


def format_day(at: datetime, zone: str | ZoneInfo, *, with_year: bool = False) -> str:
    """`jeudi 28 novembre`, `Thursday 28 November`; with the year where the reader may not guess it."""
    local = _local(at, zone)
    # French writes the first of a month, and only the first, as an ordinal.
    day = r"1\e\r" if local.day == 1 and (get_language() or "").startswith("fr") else "j"
    return format_date(local, f"l {day} F Y" if with_year else f"l {day} F")


def format_instant(at: datetime, zone: str | ZoneInfo, *, with_year: bool = False) -> str:
    """`jeudi 28 novembre, 14:20`."""
    return f"{format_day(at, zone, with_year=with_year)}, {format_time(at, zone)}"


def format_range(starts_at: datetime, ends_at: datetime, zone: str | ZoneInfo, *, with_year: bool = False) -> str:
    """`jeudi 28 novembre, 9:00–17:00`, and over several days
    `jeudi 28 novembre, 9:00 – vendredi 29 novembre, 17:00`."""
    start = format_instant(starts_at, zone, with_year=with_year)
    if _local(starts_at, zone).date() == _local(ends_at, zone).date():
        return f"{start}–{format_time(ends_at, zone)}"
    return f"{start} – {format_instant(ends_at, zone, with_year=with_year)}"


def when_words(moment: datetime, zone: str | ZoneInfo, at: datetime) -> str:
    """A moment as one says it at `at`: `Monday 9:00` within the week, else `Monday 30 November, 9:00`."""
    time = format_time(moment, zone)
    if at <= moment <= at + SOON:
        return f"{format_date(_local(moment, zone), 'l')} {time}"
    return f"{format_day(moment, zone)}, {time}"


def _local(at: datetime, zone: str | ZoneInfo) -> datetime:
    if at.tzinfo is None:
        raise ValueError("an instant needs its offset")
    return at.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)
