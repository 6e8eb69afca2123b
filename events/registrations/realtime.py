"""Which sockets hear of registrations."""

from collections.abc import Sequence

from backend.core.events import announce, announce_many
from events.fairs.models import Fair
from events.registrations.models import Registration


def registrations_moved(registrations: Sequence[Registration]) -> None:
    """Tell the fair, its entrance and each person what became of registrations: `registration.<status>`."""
    announce_many(
        (
            f"registration.{registration.status}",
            _topics(registration),
            {"registration": str(registration.id), "status": str(registration.status)},
        )
        for registration in registrations
    )


def registrations_added(fair: Fair, count: int) -> None:
    """Tell the fair and its entrance that many came at once."""
    announce("registrations.added", topics=_fair_topics(fair.id), data={"count": count})


def _topics(registration: Registration) -> list[str]:
    topics = _fair_topics(registration.fair_id)
    if registration.user_id:
        topics.append(f"user.{registration.user_id}")
    return topics


def _fair_topics(fair_id: object) -> list[str]:
    return [f"fair.{fair_id}.live", f"fair.{fair_id}.checkin"]
