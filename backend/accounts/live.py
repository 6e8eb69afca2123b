"""What a live socket tells: whose topic it is, what was missed meanwhile, and which events wait to be told."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.timezone import get_default_timezone

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.core.errors import DomainError
from backend.core.events import REPLAY_LIMIT, events_since
from backend.core.hub import newest_number

Message = Mapping[str, Any]
NEWEST_IS_ENOUGH = (".progress", ".changed")
"""Events whose newest says what the earlier ones about the same thing said."""


@dataclass(frozen=True)
class Audience:
    """What one socket listens to: the topic, what its welcome names, and the zone of the times in it."""

    topic: str
    welcome: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo | None = None


AudienceOf = Callable[..., Audience]
"""(actor, **what the address names) -> Audience; raises `forbidden` or `not_found` for who may not listen."""


def own_audience(actor: Actor) -> Audience:
    """What happens to the person. Raises `forbidden` for a token that is for something else."""
    if not actor.has_any([Scope.CANDIDATE]):
        raise DomainError("forbidden")
    return Audience(f"user.{actor.user_id}", zone=get_default_timezone())


def missed_messages(topic: str, since: object) -> tuple[int, list[Message] | None]:
    """The newest number, and what was missed after `since`: nothing for None, None where all has to be read anew."""
    newest = newest_number()
    if since is None:
        return newest, []
    events = events_since(topic, since, newest) if type(since) is int else None
    if events is None:
        return newest, None
    return newest, [
        {"id": event.id, "name": event.name, "at": event.at.isoformat(), "data": event.data} for event in events
    ]


class Waiting:
    """The events that wait to be told, in order; `is_overrun` once there were too many to be of any use."""

    def __init__(self) -> None:
        self.is_overrun = False
        self._messages: dict[str, Message] = {}

    def __bool__(self) -> bool:
        return self.is_overrun or bool(self._messages)

    def add(self, message: Message) -> None:
        """Put the message at the end; what it makes superfluous goes."""
        key = _key(message)
        self._messages.pop(key, None)
        self._messages[key] = message
        if len(self._messages) > REPLAY_LIMIT:
            self._messages.clear()
            self.is_overrun = True

    def forget(self, numbers: set[int]) -> None:
        """Drop what was told already."""
        self._messages = {key: message for key, message in self._messages.items() if message["id"] not in numbers}

    def take(self) -> Message | None:
        """The next message; None where too many came and all has to be read anew."""
        if self.is_overrun:
            self.is_overrun = False
            return None
        return self._messages.pop(next(iter(self._messages)))


def _key(message: Message) -> str:
    if not message["name"].endswith(NEWEST_IS_ENOUGH):
        return str(message["id"])
    data = message["data"]
    return f"{message['name']} {data.get('id') or json.dumps(data, sort_keys=True)}"
