"""Days as stretches of time: a day of a zone lasts 23, 24 or 25 hours."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def first_moment(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """The instant itself, or the first one of a day in that zone."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.min, tzinfo=zone)


def last_moment(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """The instant itself, or the last one of a day in that zone."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment + timedelta(days=1), time.min, tzinfo=zone) - timedelta(microseconds=1)
