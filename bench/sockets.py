"""Websockets to the server of this run."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from bench.figures import percentile
from bench.load import HOST, PATIENCE, port


async def open_socket(path: str, token: str = "") -> tuple[ClientConnection, dict[str, Any]]:
    """A socket and its welcome; with a token it says hello first."""
    socket = await connect(f"ws://{HOST}:{port()}{path}", compression=None, ping_interval=None, open_timeout=PATIENCE)
    if token:
        await socket.send(json.dumps({"op": "hello", "token": token}))
    return socket, json.loads(await socket.recv())


def converse(
    path: str, frames: Sequence[dict[str, Any]], *, in_flight: int, answer: str, token: str = ""
) -> dict[str, float]:
    """Send the frames, never more than so many unanswered: `rate`, `p50` and `p99` as `load.hammer`.

    Each frame carries a nonce and its answer the same; `answer` is the answer's `op`, other frames are passed over.
    """
    return asyncio.run(_converse(path, frames, in_flight, answer, token))


async def _converse(
    path: str, frames: Sequence[dict[str, Any]], in_flight: int, answer: str, token: str
) -> dict[str, float]:
    async with asyncio.timeout(PATIENCE):
        if token:
            socket, _welcome = await open_socket(path, token)
        else:
            socket = await connect(f"ws://{HOST}:{port()}{path}", compression=None, ping_interval=None)
        sent_at: dict[str, float] = {}
        took: list[float] = []
        room = asyncio.Semaphore(in_flight)
        texts = [(frame["nonce"], json.dumps(frame)) for frame in frames]

        async def hear() -> None:
            while len(took) < len(texts):
                heard = json.loads(await socket.recv())
                if heard["op"] == answer:
                    took.append(time.perf_counter() - sent_at.pop(heard["nonce"]))
                    room.release()
                elif heard["op"] != "counts":
                    raise AssertionError(f"unexpected frame: {heard}")

        start = time.perf_counter()
        hearing = asyncio.create_task(hear())
        for nonce, text in texts:
            await room.acquire()
            if hearing.done():
                break
            sent_at[nonce] = time.perf_counter()
            await socket.send(text)
        await hearing
        seconds = time.perf_counter() - start
        await socket.close()
    return {"rate": len(took) / seconds, "p50": percentile(took, 0.5) * 1000, "p99": percentile(took, 0.99) * 1000}
