"""The live sockets: who listens, says so first, and then hears what happens (contract §3.2)."""

import asyncio
import contextvars
import json
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections

from backend.accounts.live import Audience, AudienceOf, Message, Waiting, missed_messages
from backend.accounts.sockets import actor_of_socket
from backend.core import hub
from backend.core.clock import now
from backend.core.errors import DomainError

logger = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

HELLO_SECONDS = 10.0
RECHECK_SECONDS = 30.0
"""How long a token that was revoked or ran out, or a role that was taken away, may go on listening."""
PAUSE_SECONDS = 0.21
"""Between two events: five a second, and a little for networks that bunch what was sent apart."""
NOT_AUTHENTICATED, FORBIDDEN, TRY_AGAIN_LATER = 4401, 4403, 1013
READER = ThreadPoolExecutor(1, thread_name_prefix="live-reads")


class LiveConsumer(AsyncWebsocketConsumer):
    """One listener. A frame is `{"op": "event", "id", "last", "name", "at", "data"}`.

    `last` is what a hello after a break gives as `since`, to hear what was missed: at once and in order, or
    `{"op": "refetch"}` where that is too much or too long ago. It is the event's own id, but for the moments in which
    an event with a lower one is still to come.
    """

    def __init__(self, *, audience_of: AudienceOf) -> None:
        super().__init__()
        self.audience_of = audience_of
        self.audience: Audience | None = None
        self.is_open = False
        self.token = ""
        self.last = 0
        self.waiting = Waiting()
        self.news = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    async def dispatch(self, message: Mapping[str, Any]) -> None:
        """Handle a message; channels would look after database connections here, but this thread has none."""
        await getattr(self, str(message["type"]).replace(".", "_"))(message)

    async def connect(self) -> None:
        """Let the socket open: a refusal with a code needs an open one."""
        await self.accept()
        self.is_open = True
        self.tasks = [asyncio.create_task(self._expect_hello())]

    async def disconnect(self, code: int) -> None:
        """Stop listening."""
        self._stop()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One frame: the hello, then pings and nothing else."""
        frame = _frame(text_data)
        if not self.is_open:
            return
        if self.audience is None:
            await self._greet(frame)
        elif frame.get("op") == "ping":
            await self._say("pong")
        else:
            await self._say("error", code="bad_frame")

    # --- who is there ------------------------------------------------------------------------------------------------

    async def _greet(self, frame: dict[str, Any]) -> None:
        token = frame.get("token") or ""
        if frame.get("op") != "hello" or not isinstance(token, str):
            await self._end(NOT_AUTHENTICATED)
            return
        self.token = token
        try:
            audience = await _read(self._admission)
            await hub.current().subscribe([audience.topic], self._hear)
            self.audience = audience
            await self._welcome(audience, frame)
        except DomainError as error:
            await self._end(_code_of(error))
        except DatabaseError:
            await self._end(TRY_AGAIN_LATER)

    async def _welcome(self, audience: Audience, frame: dict[str, Any]) -> None:
        """Say welcome and what was missed; from then on events go out as they come."""
        newest, missed = await _read(missed_messages, audience.topic, frame.get("since"))
        self.last = frame["since"] if missed else hub.current().settled(newest)
        server_time = now().astimezone(audience.zone).isoformat()
        await self._say("welcome", **audience.welcome, server_time=server_time, last=self.last)
        if missed is None:
            await self._say("refetch", last=self.last)
        for message in missed or ():
            await self._tell(message)
        self.waiting.forget({message["id"] for message in missed or ()})
        self._stop_tasks()
        self.tasks = [asyncio.create_task(self._recheck()), asyncio.create_task(self._tell_waiting())]

    def _admission(self) -> Audience:
        """Whose events this is about. Raises `not_authenticated`; `forbidden`, `not_found` for who may not listen."""
        actor = actor_of_socket(
            token=self.token,
            session_key=self.scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME, ""),
            ip=(self.scope.get("client") or [""])[0],
            request_id=self.scope["request_id"],
        )
        return self.audience_of(actor, **self.scope["url_route"]["kwargs"])

    async def _expect_hello(self) -> None:
        await asyncio.sleep(HELLO_SECONDS)
        await self._end(NOT_AUTHENTICATED)

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                await _read(self._admission)
            except DomainError as error:
                await self._end(_code_of(error))
                return
            except DatabaseError:
                logger.warning("live: the database does not answer; looking at the token again later")

    # --- what happens ------------------------------------------------------------------------------------------------

    async def _hear(self, _topic: str, message: Message) -> None:
        if "id" in message:  # a pulse has none: it says that a figure changed, and here are no figures
            self.waiting.add(message)
            self.news.set()

    async def _tell_waiting(self) -> None:
        while True:
            while self.waiting:
                try:
                    await self._tell(self.waiting.take())
                except DatabaseError:
                    await self._end(TRY_AGAIN_LATER)
                    return
                await asyncio.sleep(PAUSE_SECONDS)
            self.news.clear()
            await self.news.wait()

    async def _tell(self, message: Message | None) -> None:
        if message is None:
            self.last = hub.current().settled(await _read(hub.newest_number))
            await self._say("refetch", last=self.last)
            return
        self.last = max(self.last, hub.current().settled(message["id"]))
        await self._say("event", **(dict(message) | {"last": self.last}))

    # --- saying ------------------------------------------------------------------------------------------------------

    async def _say(self, op: str, **members: Any) -> None:
        if self.is_open:
            await self.send(text_data=json.dumps({"op": op, **members}))

    async def _end(self, code: int) -> None:
        if self.is_open:
            self.is_open = False
            await self.close(code=code)
        self._stop()

    def _stop(self) -> None:
        self.is_open = False
        if self.audience:
            hub.current().unsubscribe([self.audience.topic], self._hear)
            self.audience = None
        self._stop_tasks()

    def _stop_tasks(self) -> None:
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()


async def _read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a read of the database in the thread kept for reads."""

    def run() -> T:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(READER, contextvars.copy_context().run, run)


def _code_of(error: DomainError) -> int:
    return NOT_AUTHENTICATED if error.code == "not_authenticated" else FORBIDDEN


def _frame(text: str | None) -> dict[str, Any]:
    """The JSON object of a text frame; an empty one, which no operation is, for anything else."""
    if text is None or len(text) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return {}
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}
