"""The socket of a scanner: `/ws/fairs/{fair}/checkin/` (contract §3.2)."""

import asyncio
import json
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import translation

from backend.accounts.actors import Actor
from backend.accounts.sockets import actor_of_socket
from backend.core.api import found_by_slug
from backend.core.clock import now
from backend.core.errors import DomainError
from checkin import group_commit, realtime
from checkin.scan import Answer, ScanRequest
from checkin.serializers import in_place, read_list, read_scan
from events.fairs.models import Fair
from events.fairs.selectors import scannable_fairs

logger = logging.getLogger(__name__)

HELLO_SECONDS = 10.0
RECHECK_SECONDS = 30.0
"""How long a token that was revoked or ran out may go on scanning."""
UNDER_WAY = 64
"""Frames of one socket that may wait for their answers; the next is read when one is answered."""
NOT_AUTHENTICATED, FORBIDDEN, TRY_AGAIN_LATER = 4401, 4403, 1013


class EntranceConsumer(AsyncWebsocketConsumer):
    """One scanner: says who it is, then sends scans and hears answers and figures. Writes nothing itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor: Actor | None = None
        self.is_open = False
        self.language = ""
        self.token = ""
        self.room = asyncio.Semaphore(UNDER_WAY)
        self.tasks: set[asyncio.Task[None]] = set()
        self.clock: asyncio.Task[None] | None = None
        self.board: realtime.Board | None = None

    async def dispatch(self, message: Mapping[str, Any]) -> None:
        """Handle a message; channels would look after database connections here, but this thread has none."""
        await getattr(self, str(message["type"]).replace(".", "_"))(message)

    async def connect(self) -> None:
        """Let the socket open: a refusal with a code needs an open one."""
        await self.accept()
        self.is_open = True
        self.clock = asyncio.create_task(self._expect_hello())

    async def disconnect(self, code: int) -> None:
        """Stop watching. Scans under way are recorded all the same."""
        self._stop()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """One frame."""
        frame = _frame(text_data)
        if self.actor is None:
            await self._greet(frame)
            return
        try:
            await self._handle(frame)
        except DomainError as error:
            await self._say_error("bad_frame", error, frame.get("nonce"))

    async def _handle(self, frame: dict[str, Any]) -> None:
        more = {"actor": self.actor, "language": self.language}
        if frame.get("op") == "redeem":
            with translation.override(self.language):
                scan = read_scan(frame, **more)
            await self._under_way(self._redeem(scan))
        elif frame.get("op") == "redeem_many":
            with translation.override(self.language):
                scans = read_list(frame.get("scans"), **more)
            await self._under_way(self._redeem_many(scans))
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
            actor, self.fair = await realtime.read(self._admission)
            self.board = realtime.board_of(self.fair)
            figures = await self.board.join(self._push)
        except DomainError as error:
            await self._end(NOT_AUTHENTICATED if error.code == "not_authenticated" else FORBIDDEN)
            return
        except DatabaseError:
            await self._end(TRY_AGAIN_LATER)
            return
        self.actor, self.language = actor, self._language(actor)
        time = now().astimezone(self.fair.zone).isoformat()
        await self._say("welcome", fair=self.fair.slug, gate=None, server_time=time, counts=figures)
        if self.clock:
            self.clock.cancel()
        self.clock = asyncio.create_task(self._recheck())

    def _admission(self) -> tuple[Actor, Fair]:
        """The actor and the fair. Raises `not_authenticated`; `forbidden` or `not_found` for who may not scan here."""
        session_key = self.scope.get("cookies", {}).get(settings.SESSION_COOKIE_NAME, "")
        ip = (self.scope.get("client") or [""])[0]
        actor = actor_of_socket(token=self.token, session_key=session_key, ip=ip)
        return actor, found_by_slug(scannable_fairs(actor), self.scope["url_route"]["kwargs"]["fair"])

    def _language(self, actor: Actor) -> str:
        request = HttpRequest()
        request.COOKIES = self.scope.get("cookies", {})
        for name, value in self.scope["headers"]:
            if name == b"accept-language":
                request.META["HTTP_ACCEPT_LANGUAGE"] = value.decode("latin-1")
        is_asked = "HTTP_ACCEPT_LANGUAGE" in request.META or settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        if is_asked or actor.user is None:
            return translation.get_language_from_request(request)
        return actor.user.language

    async def _expect_hello(self) -> None:
        await asyncio.sleep(HELLO_SECONDS)
        await self._end(NOT_AUTHENTICATED)

    async def _recheck(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_SECONDS)
            try:
                self.actor, self.fair = await realtime.read(self._admission)
            except DomainError as error:
                await self._end(NOT_AUTHENTICATED if error.code == "not_authenticated" else FORBIDDEN)
                return
            except DatabaseError:
                logger.warning("entrance: the database does not answer; looking at the token again later")

    # --- scans -------------------------------------------------------------------------------------------------------

    async def _under_way(self, work: Coroutine[Any, Any, None]) -> None:
        await self.room.acquire()
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: "asyncio.Task[None]") -> None:
        self.room.release()
        self.tasks.discard(task)
        if not task.cancelled() and task.exception():
            logger.error("entrance: a frame could not be answered", exc_info=task.exception())

    async def _redeem(self, scan: ScanRequest) -> None:
        for answer in await self._admit([scan]):
            if answer.error:
                await self._say_error(answer.error.code, answer.error, str(scan.nonce))
            else:
                await self._say("redeemed", **answer.body)

    async def _redeem_many(self, read: list[ScanRequest | Answer]) -> None:
        scans = [scan for scan in read if isinstance(scan, ScanRequest)]
        answers = await self._admit(scans) if scans else []
        if len(answers) == len(scans):
            for answer in in_place(read, answers):
                await self._say("redeemed", **answer.body)

    async def _admit(self, scans: list[ScanRequest]) -> list[Answer]:
        """The answers; none where the database does not answer: the scanner then sends the same nonces again."""
        try:
            return await group_commit.admit(self.fair, scans)
        except DatabaseError:
            for scan in scans:
                await self._say("error", code="unavailable", nonce=str(scan.nonce))
            return []

    # --- saying ------------------------------------------------------------------------------------------------------

    async def _push(self, figures: Mapping[str, int]) -> None:
        if self.actor:
            await self._say("counts", **figures)

    async def _say_error(self, code: str, error: DomainError, nonce: Any) -> None:
        with translation.override(self.language):
            detail = str(error.detail)
        await self._say("error", code=code, detail=detail, errors=error.errors, nonce=nonce)

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
        if self.board:
            self.board.leave(self._push)
        if self.clock and self.clock is not asyncio.current_task():
            self.clock.cancel()


def _frame(text: str | None) -> dict[str, Any]:
    """The JSON object of a text frame; an empty one, which no operation is, for anything else."""
    if text is None or len(text) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return {}
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return frame if isinstance(frame, dict) else {}
