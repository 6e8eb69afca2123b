"""The live sockets: who listens, says so first, and then hears what happens (contract §3.2)."""

import asyncio
import contextvars
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from django.db import Error as DatabaseError
from django.db import close_old_connections

from backend.accounts.actors import Actor
from backend.accounts.greeting import TRY_AGAIN_LATER, GreetedConsumer
from backend.accounts.live import Audience, AudienceOf, Message, Waiting, missed_messages
from backend.core import hub
from backend.core.clock import now

P = ParamSpec("P")
T = TypeVar("T")

PAUSE_SECONDS = 0.21
"""Between two events: five a second, and a little for networks that bunch what was sent apart."""
READER = ThreadPoolExecutor(1, thread_name_prefix="live-reads")


class LiveConsumer(GreetedConsumer):
    """One listener. A frame is `{"op": "event", "id", "last", "name", "at", "data"}`.

    `last` is what a hello after a break gives as `since`, to hear what was missed: at once and in order, or
    `{"op": "refetch"}` where that is too much or too long ago. It is the event's own id, but for the moments in which
    an event with a lower one is still to come.
    """

    def __init__(self, *, audience_of: AudienceOf) -> None:
        super().__init__(read=_read)
        self.audience_of = audience_of
        self.audience: Audience | None = None
        self.last = 0
        self.waiting = Waiting()
        self.news = asyncio.Event()

    def admit(self, actor: Actor, **address: Any) -> Audience:
        """Whose events this is about. Raises `forbidden`, `not_found` for who may not listen."""
        return self.audience_of(actor, **address)

    async def welcome(self, admission: Audience, frame: Mapping[str, Any]) -> None:
        """Say welcome and what was missed; from then on events go out as they come."""
        await hub.current().subscribe([admission.topic], self._note)
        self.audience = admission
        newest, missed = await _read(missed_messages, admission.topic, frame.get("since"))
        self.last = frame["since"] if missed else hub.current().settled(newest)
        server_time = now().astimezone(admission.zone).isoformat()
        await self.say("welcome", **admission.welcome, server_time=server_time, last=self.last)
        if missed is None:
            await self.say("refetch", last=self.last)
        for message in missed or ():
            await self._tell(message)
        self.waiting.forget({message["id"] for message in missed or ()})
        self.timers.append(asyncio.create_task(self._tell_waiting()))

    def leave(self) -> None:
        """Stop listening."""
        if self.audience:
            hub.current().unsubscribe([self.audience.topic], self._note)
            self.audience = None

    async def _note(self, _topic: str, message: Message) -> None:
        if "id" in message:  # a pulse has none: it says that a figure changed, and here are no figures
            self.waiting.add(message)
            self.news.set()

    async def _tell_waiting(self) -> None:
        while True:
            while self.waiting:
                try:
                    await self._tell(self.waiting.take())
                except DatabaseError:
                    await self.end(TRY_AGAIN_LATER)
                    return
                await asyncio.sleep(PAUSE_SECONDS)
            self.news.clear()
            await self.news.wait()

    async def _tell(self, message: Message | None) -> None:
        if message is None:
            self.last = hub.current().settled(await _read(hub.newest_number))
            await self.say("refetch", last=self.last)
            return
        self.last = max(self.last, hub.current().settled(message["id"]))
        await self.say("event", **(dict(message) | {"last": self.last}))


async def _read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a read of the database in the thread kept for reads."""

    def run() -> T:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(READER, contextvars.copy_context().run, run)
