"""The socket of a scanner: `/ws/fairs/{fair}/checkin/` (contract §3.2)."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import translation

from backend.accounts.actors import Actor
from backend.accounts.greeting import GreetedConsumer
from backend.core.api import found_by_slug
from backend.core.clock import now
from backend.core.errors import DomainError
from checkin import group_commit, realtime
from checkin.scan import Answer, ScanRequest
from checkin.serializers import in_place, read_list, read_scan
from events.fairs.models import Fair
from events.fairs.selectors import scannable_fairs

logger = logging.getLogger(__name__)

UNDER_WAY = 64
"""Frames of one socket that may wait for their answers; the next is read when one is answered."""


class EntranceConsumer(GreetedConsumer):
    """One scanner: says who it is, then sends scans and hears answers and figures. Writes nothing itself."""

    def __init__(self) -> None:
        super().__init__(read=realtime.read)
        self.actor: Actor | None = None
        self.language = ""
        self.room = asyncio.Semaphore(UNDER_WAY)
        self.tasks: set[asyncio.Task[None]] = set()
        self.board: realtime.Board | None = None

    def admit(self, actor: Actor, **address: Any) -> tuple[Actor, Fair]:
        """The actor and the fair. Raises `not_found` for who may not scan here."""
        return actor, found_by_slug(scannable_fairs(actor), address["fair"])

    def admitted_again(self, admission: tuple[Actor, Fair]) -> None:
        """Roles and the fair's times may have changed."""
        self.actor, self.fair = admission

    async def welcome(self, admission: tuple[Actor, Fair], frame: Mapping[str, Any]) -> None:
        """Say welcome with the figures of now, and tell whenever they change."""
        actor, self.fair = admission
        self.board = realtime.board_of(self.fair)
        figures = await self.board.join(self._push)
        self.actor, self.language = actor, self._language(actor)
        time = now().astimezone(self.fair.zone).isoformat()
        await self.say("welcome", fair=self.fair.slug, gate=None, server_time=time, counts=figures)

    def leave(self) -> None:
        """Stop watching. Scans under way are recorded all the same."""
        if self.board:
            self.board.leave(self._push)

    async def hear(self, frame: Mapping[str, Any]) -> None:
        """One frame."""
        try:
            await self._handle(frame)
        except DomainError as error:
            await self._say_error("bad_frame", error, frame.get("nonce"))

    async def _handle(self, frame: Mapping[str, Any]) -> None:
        more = {"actor": self.actor, "language": self.language}
        if frame.get("op") == "redeem":
            with translation.override(self.language):
                scan = read_scan(frame, **more)
            await self._under_way(self._redeem(scan))
        elif frame.get("op") == "redeem_many":
            with translation.override(self.language):
                scans = read_list(frame.get("scans"), **more)
            await self._under_way(self._redeem_many(scans))
        else:
            await super().hear(frame)

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
                await self.say("redeemed", **answer.body)

    async def _redeem_many(self, read: list[ScanRequest | Answer]) -> None:
        scans = [scan for scan in read if isinstance(scan, ScanRequest)]
        answers = await self._admit(scans) if scans else []
        if len(answers) == len(scans):
            for answer in in_place(read, answers):
                await self.say("redeemed", **answer.body)

    async def _admit(self, scans: list[ScanRequest]) -> list[Answer]:
        """The answers; none where the database does not answer: the scanner then sends the same nonces again."""
        try:
            return await group_commit.admit(self.fair, scans)
        except DatabaseError:
            for scan in scans:
                await self.say("error", code="unavailable", nonce=str(scan.nonce))
            return []

    # --- saying ------------------------------------------------------------------------------------------------------

    async def _push(self, figures: Mapping[str, int]) -> None:
        if self.actor:
            await self.say("counts", **figures)

    async def _say_error(self, code: str, error: DomainError, nonce: Any) -> None:
        with translation.override(self.language):
            detail = str(error.detail)
        await self.say("error", code=code, detail=detail, errors=error.errors, nonce=nonce)
