"""What tests of the entrance's sockets stand on."""

from collections.abc import AsyncIterator

import pytest_asyncio
from django.db import connections

from backend.core import hub
from checkin import group_commit, realtime


@pytest_asyncio.fixture
async def threads(transactional_db: None) -> AsyncIterator[None]:
    """The threads that read and write for sockets leave no connection behind: the database could not be dropped."""
    yield
    for executor in (realtime.READER, group_commit.WRITER, hub.current()._reader):
        executor.submit(connections.close_all).result()
