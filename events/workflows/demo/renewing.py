"""Moving a demonstration that is over to today."""

from datetime import datetime, timedelta

from django.db import transaction

from backend.core.clock import now
from events.fairs.models import Fair
from events.interviews.models import Place, Slot
from events.workflows.demo.loading import demo_window
from events.workflows.demo.people import MAIN, OTHER, demo_fair


@transaction.atomic
def renew_demo() -> list[Fair]:
    """Move each demo fair that is over, with its times and interviews, to today; answers those moved.

    Raises `not_found` where there is no demonstration.
    """
    moved = []
    for part in (MAIN, OTHER):
        fair = Fair.objects.select_for_update(of=("self",)).get(pk=demo_fair(part).pk)
        if fair.ends_at <= now():
            _move(fair)
            moved.append(fair)
    return moved


def _move(fair: Fair) -> None:
    starts_at, ends_at = demo_window(now().astimezone(fair.zone).date())
    days = (starts_at.date() - fair.starts_at.astimezone(fair.zone).date()).days
    fair.starts_at, fair.ends_at = starts_at, ends_at
    fair.save(update_fields=["starts_at", "ends_at", "updated_at"])
    for slot in Slot.objects.filter(fair=fair).order_by("-starts_at"):
        slot.starts_at, slot.ends_at = _later(slot.starts_at, fair, days), _later(slot.ends_at, fair, days)
        slot.save(update_fields=["starts_at", "ends_at"])
    # Latest first: a moved interview never lands on one of the same person that is still to be moved.
    for place in Place.objects.filter(slot__fair=fair).select_related("slot").order_by("-starts_at"):
        place.starts_at, place.ends_at = place.slot.starts_at, place.slot.ends_at
        place.day_on += timedelta(days=days)
        place.save(update_fields=["starts_at", "ends_at", "day_on"])


def _later(at: datetime, fair: Fair, days: int) -> datetime:
    """So many days later at the same time of the clock."""
    return at.astimezone(fair.zone) + timedelta(days=days)
