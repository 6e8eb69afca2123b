"""Days as stretches of time: a day of a zone lasts 23, 24 or 25 hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _


def first_moment(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """The instant itself, or the first one of a day in that zone."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time.min, tzinfo=zone)


def last_moment(moment: date | datetime, zone: ZoneInfo) -> datetime:
    """The instant itself, or the last one of a day in that zone."""
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment + timedelta(days=1), time.min, tzinfo=zone) - timedelta(microseconds=1)


def at_wall_clock(shown: datetime, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which the clocks of the zone show this (a datetime without zone).

    In the hour that comes twice when summer time ends it is the first of the two. ValueError, readable, for a time
    that the clocks skip when summer time begins.
    """
    at = shown.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if on_wall_clock(at, zone) != shown:
        raise ValueError(_("This time does not exist: the clocks go forward that night. Choose a later one."))
    return at


def on_wall_clock(at: datetime, zone: ZoneInfo) -> datetime:
    """What the clocks of the zone show at that instant, as a datetime without zone."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)
