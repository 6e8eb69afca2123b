"""Where somebody is: what the last accepted scan by time says, until everybody counts as gone.

At 24:00 of the fair's zone and at the fair's end everybody inside has left (contract §3.1), whether or not the job that
writes the exits has run: so whoever shows a presence reads it here and not from the column alone.
"""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from events.fairs.models import Fair
from events.registrations.enums import Presence
from events.registrations.models import Registration


def emptied_at(at: datetime, *, zone: ZoneInfo, ends_at: datetime) -> datetime:
    """The latest instant, up to and including `at`, at which everybody inside counted as gone."""
    day = at.astimezone(zone).date()
    midnight = datetime.combine(day, time(0), zone).astimezone(UTC)
    return max(midnight, ends_at) if ends_at <= at else midnight


def is_gone(since: datetime, at: datetime, *, zone: ZoneInfo, ends_at: datetime) -> bool:
    """Whether somebody who came in at `since` counts as gone by `at`."""
    return since < emptied_at(at, zone=zone, ends_at=ends_at)


def presence_of(registration: Registration, fair: Fair, *, at: datetime) -> Presence:
    """What to show as the presence of the registration at that instant."""
    since = registration.presence_at
    if registration.presence == Presence.INSIDE and since is not None:
        return Presence.LEFT if is_gone(since, at, zone=fair.zone, ends_at=fair.ends_at) else Presence.INSIDE
    return Presence(registration.presence)
