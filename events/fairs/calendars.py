"""Calendars for other programs (RFC 5545), written by the icalendar library: times in the fair's zone, with its rules.

An event keeps its UID for ever and its SEQUENCE only rises, so that a calendar that has it changes it in place.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event
from icalendar.enums import STATUS

from events.fairs.enums import FairStatus
from events.fairs.models import Fair

PRODUCT = "-//Passerelle//EN"
REFRESH = timedelta(hours=1)
CONTENT_TYPE = "text/calendar; charset=utf-8"


def calendar_text(name: str, events: Sequence[Event], *, uid: UUID) -> bytes:
    """A calendar of these events and of the zones they need, as bytes of a file."""
    calendar = Calendar.new(
        name=name,
        prodid=PRODUCT,
        method="PUBLISH",
        refresh_interval=REFRESH,
        uid=uid_of(uid),
        subcomponents=list(events),
    )
    if events:
        days = [event.DTSTART for event in events]
        years = [day.year for day in days if day is not None]
        calendar.add_missing_timezones(date(min(years) - 1, 1, 1), date(max(years) + 2, 1, 1))
    return calendar.to_ical()


def event_of(
    row_id: UUID,
    zone: ZoneInfo,
    *,
    summary: str,
    starts_at: datetime,
    ends_at: datetime,
    location: str,
    url: str,
    sequence: int,
    changed_at: datetime,
    is_cancelled: bool = False,
) -> Event:
    """One event; `row_id` is what it stands for, and `changed_at` when that was last changed."""
    return Event.new(
        uid=uid_of(row_id),
        summary=summary,
        start=_shown(starts_at, zone),
        end=_shown(ends_at, zone),
        location=location or None,
        url=url,
        sequence=sequence,
        stamp=changed_at,
        last_modified=changed_at,
        status=STATUS.CANCELLED if is_cancelled else STATUS.CONFIRMED,
    )


def event_of_fair(fair: Fair) -> Event:
    """A fair, from the first door to the last."""
    return event_of(
        fair.id,
        fair.zone,
        summary=fair.name,
        starts_at=fair.starts_at,
        ends_at=fair.ends_at,
        location=place_words(fair),
        url=f"{settings.SITE_URL}/fairs/{fair.slug}/",
        sequence=int((fair.updated_at - fair.created_at).total_seconds()),
        changed_at=fair.updated_at,
        is_cancelled=fair.status == FairStatus.CANCELLED,
    )


def place_words(fair: Fair, *before: str) -> str:
    """Where a fair takes place, in one line, after what is more exact."""
    venue = fair.venue
    parts = (venue.name, venue.address, f"{venue.postcode} {venue.commune}".strip()) if venue else ()
    return ", ".join(part for part in (*before, *parts) if part)


def uid_of(row_id: UUID) -> str:
    """The name of an event for ever: the row's id at this site."""
    return f"{row_id}@{urlsplit(settings.SITE_URL).hostname}"


def _shown(at: datetime, zone: ZoneInfo) -> datetime:
    """The instant by the clocks of the zone. The second of two equal hours has no name there, and stays in UTC."""
    local = at.astimezone(zone)
    return at if local.fold else local.replace(microsecond=0)
