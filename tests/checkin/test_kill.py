"""The server dies in the middle of 500 scans. Started again and sent what had no answer, all are in once."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest
import websockets

from tests.core.serving import PATIENCE, ROOT, Site, environment, manage, serving

SCANS = 500
KILLED_AFTER = 150
IN_FLIGHT = 32
SEED = f"""
import json
import django
django.setup()
from django.db import transaction
from tests.factories.checkin import make_guest, staff_token, open_fair
with transaction.atomic():
    fair = open_fair()
    texts = [make_guest(fair, user=None)[1] for number in range({SCANS})]
    print(json.dumps({{"fair": fair.slug, "token": staff_token(fair), "texts": texts}}))
"""


@pytest.fixture
def seeded(tmp_path: Path) -> dict[str, Any]:
    """A database with a fair, a token and tickets."""
    done = manage(tmp_path, "migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    command = [sys.executable, "-c", SEED]
    made = subprocess.run(
        command, cwd=ROOT, env=environment(tmp_path), capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert made.returncode == 0, made.stderr
    return json.loads(made.stdout)


class Gate:
    """A scanner that keeps what was answered."""

    def __init__(self, site: Site, seeded: dict[str, Any]) -> None:
        self.site = site
        self.seeded = seeded
        self.answers: dict[str, dict[str, Any]] = {}

    async def send(self, scans: Iterable[dict[str, Any]], *, kill_after: int | None = None) -> None:
        """Send all with some in flight; at so many answers the server is killed, and the rest stays without."""
        address = f"ws://127.0.0.1:{self.site.port}/ws/fairs/{self.seeded['fair']}/checkin/"
        room = asyncio.Semaphore(IN_FLIGHT)
        async with websockets.connect(address) as socket:
            await socket.send(json.dumps({"op": "hello", "token": self.seeded["token"]}))
            waiting = {scan["nonce"] for scan in scans}

            async def hear() -> None:
                try:
                    while waiting:
                        frame = json.loads(await socket.recv())
                        if frame["op"] != "redeemed":
                            continue
                        self.answers[frame["nonce"]] = frame
                        waiting.discard(frame["nonce"])
                        room.release()
                        if len(self.answers) == kill_after:
                            kill(self.site)
                finally:
                    room.release()

            hearing = asyncio.create_task(hear())
            try:
                for scan in scans:
                    await room.acquire()
                    if hearing.done():
                        break
                    await socket.send(json.dumps({"op": "redeem", **scan}))
                await hearing
            finally:
                hearing.cancel()


def kill(site: Site) -> None:
    """SIGKILL to the process that serves and to its parent: nobody gets to say goodbye."""
    web = site.child("serve")
    assert web is not None
    os.kill(web, signal.SIGKILL)
    os.kill(site.process.pid, signal.SIGKILL)


def test_killed_in_the_middle(seeded: dict[str, Any], tmp_path: Path) -> None:
    scans = [{"secret": text, "type": "entry", "nonce": str(uuid.uuid4())} for text in seeded["texts"]]
    product = {"TEST_ASGI_APPLICATION": "backend.asgi.application"}
    with serving(tmp_path, **product) as site:
        gate = Gate(site, seeded)
        with suppress(websockets.ConnectionClosed):
            asyncio.run(asyncio.wait_for(gate.send(scans, kill_after=KILLED_AFTER), PATIENCE))
        site.process.wait(PATIENCE)
    before = dict(gate.answers)
    assert KILLED_AFTER <= len(before) < SCANS
    left = [scan for scan in scans if scan["nonce"] not in before]
    some = [scan for scan in scans if scan["nonce"] in before][::10]
    with serving(tmp_path, **product) as site:
        gate = Gate(site, seeded)
        asyncio.run(asyncio.wait_for(gate.send(left + some), PATIENCE))
    assert all(gate.answers[scan["nonce"]] == before[scan["nonce"]] for scan in some)
    assert all(answer["first"] for answer in (before | gate.answers).values())
    with closing(sqlite3.connect(tmp_path / "db.sqlite3")) as database:
        [recorded] = database.execute("SELECT COUNT(*), COUNT(DISTINCT nonce) FROM checkin_scan")
        [admitted] = database.execute(
            "SELECT COUNT(*), COUNT(DISTINCT registration_id), SUM(is_first) FROM checkin_checkin"
        )
        [inside] = database.execute("SELECT COUNT(*) FROM events_registration WHERE presence = 'inside'")
    assert (recorded, admitted, inside) == ((SCANS, SCANS), (SCANS, SCANS, SCANS), (SCANS,))
