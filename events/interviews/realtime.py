"""Which sockets hear of bookings and schedules."""

from uuid import UUID

from backend.core.events import announce, announce_many
from events.interviews.models import Place


def booking_facts(name: str, places: list[Place]) -> None:
    """Tell the stand, the person and the fair what happened to bookings."""
    announce_many((name, _topics(place), {"booking": str(place.id), "slot": str(place.slot_id)}) for place in places)


def schedule_changed(stand_id: UUID, fair_id: UUID) -> None:
    """Tell the stand and the fair that its slots changed."""
    announce("slots.changed", topics=[f"stand.{stand_id}", f"fair.{fair_id}.live"], data={"stand": str(stand_id)})


def _topics(place: Place) -> list[str]:
    topics = [f"stand.{place.stand_id}", f"fair.{place.registration.fair_id}.live"]
    if place.registration.user_id:
        topics.append(f"user.{place.registration.user_id}")
    return topics
