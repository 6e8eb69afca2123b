"""What happened: rows written in the transaction, told to sockets after the commit.

A topic is a name that sockets listen to: `fair.<id>.checkin`, `fair.<id>.live`, `stand.<id>`, `user.<id>`, `job.<id>`.
Rows are the truth; the bell (backend.core.hub) only says that new ones are there, so a lost ring loses nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from backend.core import hub
from backend.core.clock import now
from backend.core.metrics import count_events
from backend.core.models import Event

KEEP = timedelta(days=7)
REPLAY_LIMIT = 500
"""How many missed events are told one by one; who missed more reads everything anew."""
LOOK_BACK = 50_000
"""How many rows are searched for them."""


def announce(name: str, *, topics: Iterable[str], data: Mapping[str, Any]) -> None:
    """Write that `name` happened, for everybody who listens to one of the topics; `data` is JSON without names."""
    Event.objects.create(name=name, topics=sorted(set(topics)), data=dict(data), at=now())
    transaction.on_commit(partial(_tell, [name]))


def announce_many(events: Iterable[tuple[str, Iterable[str], Mapping[str, Any]]]) -> None:
    """Write many events (name, topics, data) with one statement."""
    at = now()
    rows = [Event(name=name, topics=sorted(set(topics)), data=dict(data), at=at) for name, topics, data in events]
    if rows:
        Event.objects.bulk_create(rows, batch_size=500)
        transaction.on_commit(partial(_tell, [row.name for row in rows]))


def _tell(names: list[str]) -> None:
    hub.ring()
    count_events(names)


def events_since(topic: str, since: int, newest: int) -> list[Event] | None:
    """The topic's events after number `since` up to `newest`, in order; None where they can no longer be told.

    That is so when more than REPLAY_LIMIT were missed, when some may be deleted already, and when the number never was.
    """
    if not newest - LOOK_BACK <= since <= newest or not Event.objects.filter(id__lte=since).exists():
        return None
    rows = Event.objects.alias(names=Cast("topics", TextField())).filter(names__contains=f'"{topic}"')
    events: list[Event] = [*rows.filter(id__gt=since, id__lte=newest).order_by("id")[: REPLAY_LIMIT + 1]]
    return events if len(events) <= REPLAY_LIMIT else None


def prune_events() -> None:
    """Delete the events older than a week, but never the newest: its number says where to go on; a timetable's job."""
    Event.objects.filter(at__lt=now() - KEEP, id__lt=hub.newest_number()).delete()
