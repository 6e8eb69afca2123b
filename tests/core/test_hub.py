"""What is committed reaches the listeners of every process, with Redis and without."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connections, transaction

from backend.core import hub
from backend.core.clock import now
from backend.core.events import announce, announce_many
from backend.core.models import Event

pytestmark = pytest.mark.django_db(transaction=True)


class Ear:
    """A listener that remembers, and can be waited for."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self._news = asyncio.Event()

    async def __call__(self, topic: str, message: dict[str, Any]) -> None:
        self.heard.append((topic, message))
        self._news.set()

    async def until(self, count: int) -> list[tuple[str, dict[str, Any]]]:
        """Wait until so many messages came (ten seconds at most)."""
        async with asyncio.timeout(10):
            while len(self.heard) < count:
                await self._news.wait()
                self._news.clear()
        return self.heard


@pytest.fixture
async def ear() -> AsyncIterator[Ear]:
    """Somebody who listens to `stand.1`."""
    listener = Ear()
    async with hub.current().listening(["stand.1"], listener):
        yield listener


async def test_without_listeners_no_thread_and_no_connection_are_kept() -> None:
    listener, threads = Ear(), set(threading.enumerate())
    async with hub.current().listening(["stand.1"], listener):
        await sync_to_async(announce)("slots.changed", topics=["stand.1"], data={})
        await listener.until(1)
        [reader] = [each for each in set(threading.enumerate()) - threads if each.name.startswith("events")]
        database = await hub.current()._read(lambda: connections["default"])
        assert database.connection
    await asyncio.to_thread(reader.join, 10)
    assert not reader.is_alive()
    assert database.connection is None
    async with hub.current().listening(["stand.1"], listener):
        await sync_to_async(announce)("slots.changed", topics=["stand.1"], data={})
        await listener.until(2)


def write(name: str, *topics: str) -> None:
    """An event committed elsewhere: no bell rings in this process."""
    Event.objects.create(name=name, topics=list(topics), data={"n": 1}, at=now())


@pytest.fixture(autouse=True)
async def _no_connection_left() -> AsyncIterator[None]:
    """The thread that writes for asynchronous tests leaves none behind: the database could not be dropped."""
    yield
    await sync_to_async(connections.close_all)()


async def test_an_event_of_this_process(ear: Ear) -> None:
    await sync_to_async(announce)("slots.changed", topics=["stand.1"], data={"stand": "1"})
    [(topic, message)] = await ear.until(1)
    assert (topic, message["name"], message["data"]) == ("stand.1", "slots.changed", {"stand": "1"})


async def test_an_event_of_another_process_without_redis(ear: Ear) -> None:
    await sync_to_async(write)("slots.changed", "stand.1")
    assert (await ear.until(1))[0][1]["name"] == "slots.changed"


async def test_topics_are_kept_apart_and_order_is_that_of_the_commits(ear: Ear) -> None:
    await sync_to_async(write)("not.mine", "stand.2")
    for number in range(5):
        await sync_to_async(write)(f"mine.{number}", "stand.1", "stand.2")
    assert [message["name"] for _topic, message in await ear.until(5)] == [f"mine.{n}" for n in range(5)]


async def test_what_is_rolled_back_is_never_told(ear: Ear) -> None:
    def fail() -> None:
        with transaction.atomic():
            announce("never", topics=["stand.1"], data={})
            transaction.set_rollback(True)

    await sync_to_async(fail)()
    await sync_to_async(announce_many)([("later", ["stand.1"], {})])
    assert [message["name"] for _topic, message in await ear.until(1)] == ["later"]


async def test_a_number_that_appears_late_is_told(ear: Ear) -> None:
    """A transaction that began first may commit last: its number lies below those told already."""
    await sync_to_async(write)("first", "stand.1")
    await ear.until(1)
    last = await sync_to_async(lambda: Event.objects.latest("id").id)()
    late = Event(id=last + 1, name="late", topics=["stand.1"], data={}, at=now())
    await sync_to_async(Event(id=last + 2, name="second", topics=["stand.1"], data={}, at=now()).save)()
    await ear.until(2)
    await sync_to_async(late.save)()
    assert [message["name"] for _topic, message in await ear.until(3)] == ["first", "second", "late"]


async def test_a_pulse(ear: Ear) -> None:
    await sync_to_async(hub.ring)("stand.1", "stand.2")
    assert await ear.until(1) == [("stand.1", {"pulse": True})]


async def test_a_listener_that_fails_does_not_stop_the_others(ear: Ear) -> None:
    async def fail(topic: str, message: dict[str, Any]) -> None:
        raise ValueError(topic)

    async with hub.current().listening(["stand.1"], fail):
        await sync_to_async(write)("one", "stand.1")
        await sync_to_async(write)("two", "stand.1")
        assert len(await ear.until(2)) == 2


async def test_who_stops_listening_hears_nothing_more() -> None:
    gone, still = Ear(), Ear()
    async with hub.current().listening(["stand.1"], still):
        async with hub.current().listening(["stand.1"], gone):
            await sync_to_async(write)("one", "stand.1")
            await gone.until(1)
            await still.until(1)
        await sync_to_async(write)("two", "stand.1")
        await still.until(2)
    assert len(gone.heard) == 1


async def test_who_begins_at_the_same_moment_takes_nothing_from_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    newest_number = hub.newest_number

    def newest_after_another_event() -> int:
        asked.append(1)
        if len(asked) == 2:
            write("between", "stand.1")
        return newest_number()

    monkeypatch.setattr(hub, "newest_number", newest_after_another_event)
    one, other, current = Ear(), Ear(), hub.current()
    await asyncio.gather(current.subscribe(["stand.1"], one), current.subscribe(["stand.1"], other))
    assert (await one.until(1))[0][1]["name"] == "between"
    for ear in (one, other):
        current.unsubscribe(["stand.1"], ear)


RING = "import sys, redis; redis.Redis.from_url(sys.argv[1]).publish('passerelle:bell', '[\"stand.1\"]')"


async def test_the_bell_of_another_process_over_redis(settings: Any, redis_url: str) -> None:
    settings.REDIS_URL = redis_url
    listener = Ear()
    async with hub.current().listening(["stand.1"], listener):
        async with asyncio.timeout(20):
            while not listener.heard:  # the bell is heard once this process has subscribed
                await asyncio.to_thread(subprocess.run, [sys.executable, "-c", RING, redis_url], check=True)
                await asyncio.sleep(0.1)
        assert listener.heard[0] == ("stand.1", {"pulse": True})


async def test_redis_away_loses_nothing(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    listener = Ear()
    async with hub.current().listening(["stand.1"], listener):
        await sync_to_async(announce)("slots.changed", topics=["stand.1"], data={})
        assert (await listener.until(1))[0][1]["name"] == "slots.changed"
