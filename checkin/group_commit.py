"""All scans that wait at one fair, in one transaction.

A commit costs more than a scan. So the sockets of a process put their scans in a line; while one transaction is under
way the next scans gather, and the next transaction takes them all. A lone scan finds the line empty and does not wait.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import close_old_connections

from backend.accounts.actors import SYSTEM
from checkin.scan import Answer, ScanRequest
from checkin.services import admit_scans
from events.fairs.models import Fair

MOST_SCANS = 200
WRITER = ThreadPoolExecutor(1, thread_name_prefix="entrance-writes")
_Entry = tuple[Sequence[ScanRequest], "asyncio.Future[list[Answer]]"]
_lines: "WeakKeyDictionary[asyncio.AbstractEventLoop, dict[UUID, _Line]]" = WeakKeyDictionary()


async def admit(fair: Fair, scans: Sequence[ScanRequest]) -> list[Answer]:
    """`admit_scans`, together with whatever else waits at this fair. Each scan carries its actor.

    Raises what the database raises when the scans alone fail too.
    """
    lines = _lines.setdefault(asyncio.get_running_loop(), {})
    line = lines.get(fair.id)
    if line is None:
        line = lines[fair.id] = _Line(fair, lines)
    return await line.join(scans)


class _Line:
    """The scans waiting at one fair, and the task that takes them; gone when nobody waits."""

    def __init__(self, fair: Fair, lines: dict[UUID, "_Line"]) -> None:
        self.fair = fair
        self.lines = lines
        self.waiting: deque[_Entry] = deque()
        self.task: asyncio.Task[None] | None = None

    async def join(self, scans: Sequence[ScanRequest]) -> list[Answer]:
        answers: asyncio.Future[list[Answer]] = asyncio.get_running_loop().create_future()
        self.waiting.append((scans, answers))
        if self.task is None:
            self.task = asyncio.create_task(self._work())
        return await answers

    async def _work(self) -> None:
        while self.waiting:
            await self._commit(self._take())
        del self.lines[self.fair.id]

    def _take(self) -> list[_Entry]:
        group = [self.waiting.popleft()]
        room = MOST_SCANS - len(group[0][0])
        while self.waiting and len(self.waiting[0][0]) <= room:
            group.append(self.waiting.popleft())
            room -= len(group[-1][0])
        return group

    async def _commit(self, group: list[_Entry]) -> None:
        scans = [scan for entry, _answers in group for scan in entry]
        try:
            answers = iter(await asyncio.get_running_loop().run_in_executor(WRITER, _admit, self.fair, scans))
        except Exception as error:
            await self._fail(group, error)
            return
        for entry, future in group:
            own = [next(answers) for _scan in entry]
            if not future.done():
                future.set_result(own)

    async def _fail(self, group: list[_Entry], error: Exception) -> None:
        """One who cannot be served takes nobody else down: each alone, and whoever is alone hears of it."""
        if len(group) > 1:
            for entry in group:
                await self._commit([entry])
            return
        [(_scans, future)] = group
        if not future.done():
            future.set_exception(error)


def _admit(fair: Fair, scans: Sequence[ScanRequest]) -> list[Answer]:
    close_old_connections()
    try:
        return admit_scans(fair, scans, actor=SYSTEM)
    finally:
        close_old_connections()
