"""What happened: rows written in the transaction, told to sockets after the commit.

A topic is a name that sockets listen to: `fair.<id>.checkin`, `fair.<id>.live`, `stand.<id>`, `user.<id>`, `job.<id>`.
Rows are the truth; the bell (backend.core.hub) only says that new ones are there, so a lost ring loses nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from backend.core import hub
from backend.core.clock import now
from backend.core.models import Event


def announce(name: str, *, topics: Iterable[str], data: Mapping[str, Any]) -> None:
    """Write that `name` happened, for everybody who listens to one of the topics; `data` is JSON without names."""
    Event.objects.create(name=name, topics=sorted(set(topics)), data=dict(data), at=now())
    transaction.on_commit(hub.ring)


def announce_many(events: Iterable[tuple[str, Iterable[str], Mapping[str, Any]]]) -> None:
    """Write many events (name, topics, data) with one statement."""
    at = now()
    rows = [Event(name=name, topics=sorted(set(topics)), data=dict(data), at=at) for name, topics, data in events]
    if rows:
        Event.objects.bulk_create(rows, batch_size=500)
        transaction.on_commit(hub.ring)
