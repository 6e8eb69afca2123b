"""One scan to five hundred watchers of the entrance's figures, and how often each hears in a busy minute."""

import asyncio
import json
import time
from collections import Counter

from websockets.asyncio.client import ClientConnection

from backend.core.models import uuid7
from bench.fairs import Ground
from bench.figures import Figure, Goal, Scale, interleaved, percentile
from bench.load import PATIENCE, Connection, request
from bench.sockets import open_socket

AT_A_TIME = 25
CREATED = 201


def measure(scale: Scale) -> list[Figure]:
    """ms from sending a scan until a watcher hears of it; the limit sends one frame to all sockets of a process."""
    ground = Ground()
    watchers, scans, rush = scale.of(500, 5), scale.of(10, 2), scale.of(200, 10)
    secrets = ground.secrets_of(ground.register((scans + rush) * scale.rounds))

    def ours(number: int) -> dict[str, float]:
        mine = secrets[number * (scans + rush) : (number + 1) * (scans + rush)]
        return asyncio.run(_watched(ground, watchers, mine[:scans], mine[scans:]))

    mine, other = interleaved(scale, ours, lambda _round: asyncio.run(_shouted(watchers, scans)))
    return [
        Figure(f"one scan to {watchers} watchers, p99", "ms", mine["p99"], Goal(most=600), other["p99"]),
        Figure("  p50", "ms", mine["p50"], None, other["p50"]),
        Figure("  frames a second and watcher, most", "/s", mine["frames"], Goal(most=5)),
    ]


async def _open(watchers: int, path: str, token: str = "") -> list[tuple[ClientConnection, dict[str, object]]]:
    opened: list[tuple[ClientConnection, dict[str, object]]] = []
    while len(opened) < watchers:
        more = min(AT_A_TIME, watchers - len(opened))
        opened += await asyncio.gather(*(open_socket(path, token) for _ in range(more)))
    return opened


async def _close(sockets: list[ClientConnection]) -> None:
    await asyncio.gather(*(socket.close() for socket in sockets))


async def _watched(ground: Ground, watchers: int, scans: list[str], rush: list[str]) -> dict[str, float]:
    async with asyncio.timeout(PATIENCE):
        opened = await _open(watchers, f"/ws/fairs/{ground.fair.slug}/checkin/", ground.token)
        sockets = [socket for socket, _welcome in opened]
        admitted = max(int(welcome["counts"]["admitted"]) for _socket, welcome in opened)  # type: ignore[index]
        gate = await Connection().open()
        took: list[float] = []
        for secret in scans:
            admitted += 1
            start = time.perf_counter()
            hearing = [asyncio.create_task(_hear(socket, admitted, start)) for socket in sockets]
            await _scan(ground, gate, secret)
            took += await asyncio.gather(*hearing)
        frames = await _busiest(ground, gate, sockets, rush)
        await gate.close()
        await _close(sockets)
    return {"p50": percentile(took, 0.5) * 1000, "p99": percentile(took, 0.99) * 1000, "frames": frames}


async def _hear(socket: ClientConnection, admitted: int, start: float) -> float:
    while json.loads(await socket.recv()).get("admitted", 0) < admitted:
        pass
    return time.perf_counter() - start


async def _scan(ground: Ground, gate: Connection, secret: str) -> None:
    body = {"secret": secret, "type": "entry", "nonce": str(uuid7())}
    path = f"/api/v1/fairs/{ground.fair.slug}/checkin/redeem/"
    status, _head, answer = await gate.ask(request("POST", path, token=ground.token, body=body))
    if status != CREATED:
        raise AssertionError(f"a scan answered {status}: {answer!r}")


async def _busiest(ground: Ground, gate: Connection, sockets: list[ClientConnection], secrets: list[str]) -> float:
    """Frames a second at the watcher who hears most, while scans come one after the other."""
    heard: Counter[int] = Counter()

    async def listen(number: int, socket: ClientConnection) -> None:
        async for _frame in socket:
            heard[number] += 1

    listening = [asyncio.create_task(listen(number, socket)) for number, socket in enumerate(sockets)]
    start = time.perf_counter()
    for secret in secrets:
        await _scan(ground, gate, secret)
    seconds = time.perf_counter() - start
    frames = max(heard.values(), default=0)
    for task in listening:
        task.cancel()
    await asyncio.gather(*listening, return_exceptions=True)
    return frames / max(seconds, 1.0)


async def _shouted(watchers: int, times: int) -> dict[str, float]:
    async with asyncio.timeout(PATIENCE):
        opened = await _open(watchers, "/limit/shout/")
        # One voice in each process: a frame reaches the sockets of its own.
        voices = {welcome["pid"]: socket for socket, welcome in opened}
        took: list[float] = []
        for number in range(1, times + 1):
            start = time.perf_counter()
            hearing = [asyncio.create_task(_hear(socket, number, start)) for socket, _welcome in opened]
            frame = json.dumps({"op": "counts", "expected": 1, "admitted": number, "inside": number, "left": 0})
            await asyncio.gather(*(voice.send(frame) for voice in voices.values()))
            took += await asyncio.gather(*hearing)
        await _close([socket for socket, _welcome in opened])
    return {"p50": percentile(took, 0.5) * 1000, "p99": percentile(took, 0.99) * 1000}
