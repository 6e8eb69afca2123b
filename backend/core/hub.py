"""How a committed fact reaches the sockets of this process.

The table of events is the truth and every process tails it: four times a second, and at once when the bell rings. The
bell rings inside the process by itself, and between processes over Redis where there is one; a ring that is lost
costs a quarter of a second, never an event. A pulse says that a figure changed (a count of people) where no row is
worth writing: who listens reads the figure anew, and reads it once a second anyway.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import redis
import redis.asyncio
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connections

from backend.core.models import Event

logger = logging.getLogger(__name__)
Listener = Callable[[str, dict[str, Any]], Awaitable[None]]

CHANNEL = "passerelle:bell"
POLL_SECONDS = 0.25
GAP_SECONDS = 30.0
"""How long a number missing in the sequence may still appear: a transaction that began earlier and commits later."""
BATCH = 500

_hubs: "WeakKeyDictionary[asyncio.AbstractEventLoop, Hub]" = WeakKeyDictionary()


class Hub:
    """The listeners of one event loop, and the task that tells them what happened."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._listeners: dict[str, set[Listener]] = defaultdict(set)
        self._wake = asyncio.Event()
        self._pulses: set[str] = set()
        self._reader = _new_reader()
        self._last: int | None = None
        self._missing: dict[int, float] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @contextlib.asynccontextmanager
    async def listening(self, topics: list[str], listener: Listener):  # type: ignore[no-untyped-def]
        """Call `listener(topic, message)` for what happens on the topics, as long as the context is open."""
        await self.subscribe(topics, listener)
        try:
            yield
        finally:
            self.unsubscribe(topics, listener)

    async def subscribe(self, topics: list[str], listener: Listener) -> None:
        """Begin to tell the listener; events committed after this returns are not missed."""
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._tail())]
            if settings.REDIS_URL:
                self._tasks.append(asyncio.create_task(self._hear_bell()))
        if self._last is None:
            newest = await self._read(newest_number)
            if self._last is None:  # another subscriber may have been quicker, and the tail be at work
                self._last = newest
        for topic in topics:
            self._listeners[topic].add(listener)

    def unsubscribe(self, topics: list[str], listener: Listener) -> None:
        """Stop telling the listener; the tail stops with the last one, and its thread with its connection."""
        for topic in topics:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]
        if not self._listeners:
            for task in self._tasks:
                task.cancel()
            self._tasks, self._last, self._missing = [], None, {}
            self._reader.submit(connections.close_all)
            self._reader.shutdown(wait=False)
            self._reader = _new_reader()

    def settled(self, number: int) -> int:
        """The highest number up to `number` below which none is missing any more: from here a listener may resume."""
        return min([number, *(missing - 1 for missing in self._missing)])

    def wake(self, pulses: list[str]) -> None:
        """Look now; called in the loop's own thread."""
        self._pulses.update(pulse for pulse in pulses if pulse in self._listeners)
        self._wake.set()

    async def _read(self, function: Callable[..., Any], *args: Any) -> Any:
        return await self.loop.run_in_executor(self._reader, _with_fresh_connection, function, *args)

    async def _tail(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), POLL_SECONDS)
            self._wake.clear()
            pulses, self._pulses = self._pulses, set()
            for topic in pulses:
                await self._tell(topic, {"pulse": True})
            try:
                for event in await self._new_events():
                    message = {"name": event.name, "at": event.at.isoformat(), "data": event.data, "id": event.id}
                    for topic in event.topics:
                        await self._tell(topic, message)
            except DatabaseError:
                logger.warning("events: the database does not answer; trying again")
                await asyncio.sleep(1)

    async def _tell(self, topic: str, message: dict[str, Any]) -> None:
        for listener in list(self._listeners.get(topic, ())):
            try:
                await listener(topic, message)
            except Exception:
                logger.exception("events: a listener failed")

    async def _new_events(self) -> list[Event]:
        if self._last is None:
            return []
        events: list[Event] = await self._read(_events_after, self._last, list(self._missing))
        moment = time.monotonic()
        for event in events:
            if event.id > self._last:
                if event.id - self._last <= BATCH:
                    self._missing.update(dict.fromkeys(range(self._last + 1, event.id), moment + GAP_SECONDS))
                self._last = event.id
            self._missing.pop(event.id, None)
        self._missing = {number: until for number, until in self._missing.items() if until > moment}
        return events

    async def _hear_bell(self) -> None:
        while True:
            try:
                async with redis.asyncio.from_url(settings.REDIS_URL) as client, client.pubsub() as bell:
                    await bell.subscribe(CHANNEL)
                    self._wake.set()
                    async for message in bell.listen():
                        if message["type"] == "message":
                            self.wake(json.loads(message["data"]))
            except redis.RedisError:
                logger.warning("events: Redis does not answer; trying again")
            await asyncio.sleep(1)


def current() -> Hub:
    """The hub of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        _hubs[loop] = Hub()
    return _hubs[loop]


def ring(*pulses: str) -> None:
    """Say that new events are committed, or that the named figures changed; from any thread, never raises."""
    for loop, hub in _running():
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(hub.wake, list(pulses))
    if settings.REDIS_URL:
        try:
            _bell(settings.REDIS_URL).publish(CHANNEL, json.dumps(pulses))
        except redis.RedisError:
            logger.warning("events: Redis does not answer; listeners elsewhere hear within a second")


def _running() -> Iterator[tuple[asyncio.AbstractEventLoop, Hub]]:
    for loop, hub in list(_hubs.items()):
        if loop.is_running():
            yield loop, hub


@cache
def _bell(url: str) -> redis.Redis:
    return redis.Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1)


def _new_reader() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="events")


def _with_fresh_connection(function: Callable[..., Any], *args: Any) -> Any:
    close_old_connections()
    try:
        return function(*args)
    finally:
        close_old_connections()


def newest_number() -> int:
    """The number of the newest event, 0 where there is none."""
    return Event.objects.order_by("-id").values_list("id", flat=True).first() or 0


def _events_after(last: int, missing: list[int]) -> list[Event]:
    events = list(Event.objects.filter(id__gt=last).order_by("id")[:BATCH])
    if missing:
        events = sorted([*events, *Event.objects.filter(id__in=missing)], key=lambda event: event.id)
    return events
