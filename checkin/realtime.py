"""The figures of the entrance on their way to sockets: read once for all who watch a fair in this process."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ParamSpec, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DatabaseError, close_old_connections

from backend.core import hub
from backend.core.clock import now
from checkin import selectors
from events.fairs.models import Fair

logger = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")
Figures = dict[str, int]
Watcher = Callable[[Figures], Awaitable[None]]

REREAD_SECONDS = 1.0
"""How often the figures are read where no pulse came: one may be lost, and midnight has none."""
PAUSE_SECONDS = 0.2
"""Watchers hear at most five times a second."""
READER = ThreadPoolExecutor(1, thread_name_prefix="entrance-reads")
_boards: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[UUID, Board]]" = WeakKeyDictionary()


async def read(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run a read of the database in the thread kept for reads."""

    def run() -> T:
        close_old_connections()
        try:
            return function(*args, **kwargs)
        finally:
            close_old_connections()

    return await asyncio.get_running_loop().run_in_executor(READER, run)


class Board:
    """One fair's figures in one event loop; lives while somebody watches."""

    def __init__(self, fair: Fair) -> None:
        self.fair = fair
        self.figures: Figures = {}
        self.watchers: set[Watcher] = set()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def join(self, watcher: Watcher) -> Figures:
        """Tell the watcher whatever changes from now on; out: the figures of now."""
        self.watchers.add(watcher)
        if self._task is None:
            self._task = asyncio.create_task(self._live())
        if not self.figures:
            self.figures = await self._read()
        return self.figures

    def leave(self, watcher: Watcher) -> None:
        """Tell the watcher nothing more."""
        self.watchers.discard(watcher)
        if not self.watchers and self._task:
            self._task.cancel()
            self._task = None
            _boards[asyncio.get_running_loop()].pop(self.fair.id, None)

    async def _live(self) -> None:
        while True:
            try:
                async with hub.current().listening([selectors.topic(self.fair)], self._hear):
                    await self._look_for_ever()
            except DatabaseError:
                logger.warning("entrance: the database does not answer; reading the figures again in a moment")
                await asyncio.sleep(REREAD_SECONDS)

    async def _look_for_ever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), REREAD_SECONDS)
            self._changed.clear()
            figures = await self._read()
            if figures != self.figures:
                self.figures = figures
                await asyncio.gather(*(watcher(figures) for watcher in self.watchers), return_exceptions=True)
            await asyncio.sleep(PAUSE_SECONDS)

    async def _hear(self, _topic: str, _message: dict[str, Any]) -> None:
        self._changed.set()

    async def _read(self) -> Figures:
        return await read(lambda: selectors.counts(self.fair, now()))


def board_of(fair: Fair) -> Board:
    """The board of the fair in the running event loop."""
    boards = _boards.setdefault(asyncio.get_running_loop(), {})
    return boards.setdefault(fair.id, Board(fair))
