"""A thin HTTP/1.1 client that keeps its connections, and many of them at once. Loopback only, bounded in time."""

import asyncio
import json
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bench.figures import percentile
from bench.surroundings import cpu_ms

HOST = "127.0.0.1"
PATIENCE = 180.0


def port() -> int:
    """Where the server of this run listens."""
    return int(os.environ["BENCH_PORT"])


def request(
    method: str, path: str, *, token: str = "", body: Any = None, headers: dict[str, str] | None = None
) -> bytes:
    """The bytes of a request."""
    content = b"" if body is None else json.dumps(body).encode()
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(content)}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if content:
        lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode() + content


class Connection:
    """One connection that is kept."""

    async def open(self, to: int | None = None) -> "Connection":
        """Connect."""
        self.to = to or port()
        self.reader, self.writer = await asyncio.open_connection(HOST, self.to)
        return self

    async def ask(self, sent: bytes) -> tuple[int, bytes, bytes]:
        """Status, head and body of the answer."""
        if self.writer.is_closing():
            await self.open(self.to)
        self.writer.write(sent)
        head = await self.reader.readuntil(b"\r\n\r\n")
        lowered = head.lower()
        start = lowered.find(b"\r\ncontent-length:")
        if start >= 0:
            size = int(lowered[start + 17 : lowered.index(b"\r\n", start + 2)])
            body = await self.reader.readexactly(size)
        else:
            body = await self._chunks() if b"\r\ntransfer-encoding: chunked" in lowered else b""
        if b"\r\nconnection: close\r\n" in lowered:
            # The peer's server keeps no connection, and waits until we let go too.
            self.writer.close()
        return int(head[9:12]), head, body

    async def _chunks(self) -> bytes:
        body = b""
        while size := int(await self.reader.readline(), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readline()
        return body

    async def close(self) -> None:
        """Hang up."""
        self.writer.close()
        await self.writer.wait_closed()


def hammer(
    requests: Sequence[bytes],
    *,
    clients: int,
    expected: Iterable[int],
    to: int | None = None,
    web: Sequence[int | str] = (),
) -> dict[str, float]:
    """Send all, so many clients at a time: `rate` a second, `p50` and `p99` in ms, `seconds` of the whole, `cpu` in ms
    of the web processes for one. Raises where another status than the expected ones came.

    `to` and `web` are the port and the web processes of another server than this run's.
    """
    web = web or os.environ["BENCH_WEB"].split(",")
    before = cpu_ms(web)
    return asyncio.run(_hammer(requests, clients, set(expected), to)) | {"cpu": (cpu_ms(web) - before) / len(requests)}


async def _hammer(requests: Sequence[bytes], clients: int, expected: set[int], to: int | None) -> dict[str, float]:
    async with asyncio.timeout(PATIENCE):
        connections = await asyncio.gather(*(Connection().open(to) for _ in range(min(clients, len(requests)))))
        todo = iter(requests)
        took: list[float] = []
        statuses: Counter[int] = Counter()
        start = time.perf_counter()
        await asyncio.gather(*(_work(connection, todo, took, statuses) for connection in connections))
        seconds = time.perf_counter() - start
        await asyncio.gather(*(connection.close() for connection in connections))
    if set(statuses) - expected:
        raise AssertionError(f"expected {sorted(expected)}, got {dict(statuses)}")
    return {
        "rate": len(took) / seconds,
        "p50": percentile(took, 0.5) * 1000,
        "p99": percentile(took, 0.99) * 1000,
        "seconds": seconds,
    }


async def _work(connection: Connection, todo: Iterator[bytes], took: list[float], statuses: "Counter[int]") -> None:
    for sent in todo:
        start = time.perf_counter()
        status, _head, _body = await connection.ask(sent)
        took.append(time.perf_counter() - start)
        statuses[status] += 1
