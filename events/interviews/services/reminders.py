"""Reminders of interviews: the evening before, and two hours before.

`Place.remind_at` is when the next one is due: set whenever a place gets its times, empty where none is left. So nobody
is reminded of what was booked after the reminder's time, and what moves takes its reminders along.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction

from backend.core.clock import now
from events.interviews import notifications, selectors
from events.interviews.enums import BookingStatus
from events.interviews.models import Place

EVE = time(18)
"""On the day before, by the clocks of the fair's zone."""
SHORTLY_BEFORE = timedelta(hours=2)
AT_ONCE = 200


def next_reminder(starts_at: datetime, zone: ZoneInfo, at: datetime) -> datetime | None:
    """When to remind next of what begins then, after `at`; None where it is too late for any reminder."""
    eve_on = starts_at.astimezone(zone).date() - timedelta(days=1)
    eve = datetime.combine(eve_on, EVE, tzinfo=zone).astimezone(UTC)
    return next((moment for moment in (eve, starts_at - SHORTLY_BEFORE) if moment > at), None)


def send_reminders() -> int:
    """Write the reminders that are due, each once: a job, every minute. Answers how many bookings there were."""
    count = 0
    while number := _send_some():
        count += number
    return count


def _send_some() -> int:
    with transaction.atomic():
        at = now()
        due = selectors.bookings().filter(is_live=True, status=BookingStatus.BOOKED, remind_at__lte=at)
        locked = due.select_for_update(of=("self",), no_key=True, skip_locked=True).order_by("remind_at", "id")
        places = list(locked[:AT_ONCE])
        notifications.remind([place for place in places if place.starts_at > at], at)
        for place in places:
            place.remind_at = next_reminder(place.starts_at, place.slot.fair.zone, at)
        Place.objects.bulk_update(places, ["remind_at"])
    return len(places)
