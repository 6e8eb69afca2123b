"""How every websocket of ours begins and ends: who is there says so first, and goes on being asked (contract §3.2)."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import Error as DatabaseError

from backend.accounts.actors import Actor
from backend.accounts.sockets import actor_of_socket
from backend.core.errors import DomainError

logger = logging.getLogger(__name__)

HELLO_SECONDS = 10.0
RECHECK_SECONDS = 30.0
"""How long a token that was revoked or ran out, or a role that was taken away, may go on being used."""
NOT_AUTHENTICATED, FORBIDDEN, TRY_AGAIN_LATER = 4401, 4403, 1013


class GreetedConsumer(AsyncWebsocketConsumer):
    """A socket that opens with `{"op": "hello", "token"?}`, the session cookie standing for a token.

    Closes with 4401 or 4403 for who may not be here, at first and every half minute, and with 1013 where the database
    does not answer. A subclass says who is let in (`admit`), what they hear (`welcome`) and say (`hear`), and lets go
    of what it holds (`leave`). `read` runs a function in a thread that may use the database.
    """

    def __init__(self, *, read: Callable[..., Awaitable[Any]]) -> None:
        super().__init__()
        self.read = read
        self.is_open = False
        self.is_greeted = False
        self.token = ""
        self.timers: list[asyncio.Task[None]] = []

    def admit(self, actor: Actor, **address: Any) -> Any:
        """What `welcome` needs to know, read in the thread for reads. Raises `forbidden`, `not_found`."""
        raise NotImplementedError

    def admitted_again(self, admission: Any) -> None:
        """Take note of what `admit` said half a minute later."""

    async def welcome(self, admission: Any, frame: Mapping[str, Any]) -> None:
        """Say welcome, and begin to listen to what it is about."""
        raise NotImplementedError

    async def hear(self, frame: Mapping[str, Any]) -> None:
        """One frame after the hello: a ping, and for the subclass to say what else."""
        if frame.get("op") == "ping":
            await self.say("pong")
        else:
            await self.say("error", code="bad_frame")

    def leave(self) -> None:
        """Stop listening; called more than once."""

    async def say(self, op: str, **members: Any) -> None:
        """Send a frame, unless the socket is closed."""
        if self.is_open:
            await self.send(text_data=json.dumps({"op": op, **members}))

    async def end(self, code: int) -> None:
        """Close the socket."""
        if self.is_open:
            self.is_open = False
            await self.close(code=code)
        self._stop()

    # --- what channels calls -----------------------------------------------------------------------------------------

    async def dispatch(self, message: Mapping[str, Any]) -> None:
        """Handle a message; channels would look after database connections here, but this thread has none."""
        await getattr(self, str(message["type"]).replace(".", "_"))(message)

    async def connect(self) -> None:
        """Let the socket open: a refusal with a code needs an open one."""
        await self.accept()
        self.is_open = True
        self.timers = [asyncio.create_task(self._expect_hello())]

    async def disconnect(self, code: int) -> None:
        """Stop listening. What is under way goes on."""
        self._stop()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One frame: the hello, then what the subclass hears."""
        frame = _frame(text_data)
        if self.is_greeted:
            await self.hear(frame)
        elif self.is_open:
            await self._greet(frame)

    # --- who is there ------------------------------------------------------------------------------------------------

    async def _greet(self, frame: dict[str, Any]) -> None:
        token = frame.get("token") or ""
        if frame.get("op") != "hello" or not isinstance(token, str):
            await self.end(NOT_AUTHENTICATED)
            return
        self.token = token
        try:
            await self.welcome(await self.read(self._admission), frame)
        except DomainError as error:
            await self.end(_code_of(error))
        except DatabaseError:
            await self.end(TRY_AGAIN_LATER)
        else:
            self.is_greeted = self.is_open
            self.timers.pop(0).cancel()
            self.timers.append(asyncio.create_task(self._recheck()))

    def _admission(self) -> Any:
        """Who is there, and whether they are let in. Raises `not_authenticated`, and what `admit` raises."""
        actor = actor_of_socket(
            token=self.token,
            session_key=self.scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME, ""),
            ip=(self.scope.get("client") or [""])[0],
            request_id=self.scope["request_id"],
        )
        return self.admit(actor, **self.scope["url_route"]["kwargs"])

    async def _expect_hello(self) -> None:
        await asyncio.sleep(HELLO_SECONDS)
        await self.end(NOT_AUTHENTICATED)

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                self.admitted_again(await self.read(self._admission))
            except DomainError as error:
                await self.end(_code_of(error))
                return
            except DatabaseError:
                logger.warning("sockets: the database does not answer; looking at the token again later")

    def _stop(self) -> None:
        self.is_open = self.is_greeted = False
        self.leave()
        for timer in self.timers:
            if timer is not asyncio.current_task():
                timer.cancel()


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
