"""The WSGI application behind an ASGI server: a bounded pool of threads of our own, each with its database connection.

Django's ASGI handler hops between threads for every middleware, which costs it five requests out of six (measured:
ARCHITECTURE.md, "the way in"). Here a request is one hop into the pool and one hop back.
"""

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from wsgiref.util import FileWrapper

from asgiref.wsgi import WsgiToAsgiInstance
from django.conf import settings
from django.http import HttpResponse

from backend.core.problems import problem

logger = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

MEMORY_BYTES = 64 * 1024
"""Up to here a request's body stays in memory; responses from files are read in pieces of this size."""
SLACK_BYTES = 1024 * 1024
"""What a form may weigh around its largest file."""


def body_limit() -> int:
    """The largest body in bytes that is read at all; a view or parser may well refuse a smaller one."""
    return int(settings.FILE_UPLOAD_MAX_BYTES) + SLACK_BYTES


class WsgiPool:
    """ASGI application for scope type `http` that runs a WSGI application in `threads` threads.

    A body over `body_limit()` answers 413 `too_large` without running the application. A client that goes away stops
    the response between two of its pieces, and a request that was still waiting for a thread is never run.
    """

    def __init__(self, application: Callable[..., Iterable[bytes]], *, threads: int = 8) -> None:
        self.application = application
        self.executor = ThreadPoolExecutor(threads, thread_name_prefix="http")

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        with SpooledTemporaryFile(max_size=MEMORY_BYTES) as body:
            size = await _read(receive, body)
            if size is None:
                return
            if size > body_limit():
                await _refuse(problem("too_large"), send)
                return
            try:
                environ = _environ(scope, body, size)
            except ValueError:  # asgiref's: one header more than a hundred times
                await _refuse(problem("malformed"), send)
                return
            await self._answer(environ, receive, send)

    async def _answer(self, environ: dict[str, Any], receive: Receive, send: Send) -> None:
        answer = _Answer(asyncio.get_running_loop(), send)
        running = self.executor.submit(answer.run, self.application, environ)
        leaving = asyncio.ensure_future(_wait_for_leave(receive, answer, running))
        try:
            rest = await asyncio.wrap_future(running)
        except asyncio.CancelledError:
            answer.is_gone.set()
            if not running.cancelled():
                raise
            return
        except Exception:
            # Django answers for its views; what comes here broke around them. A response cut short is not made good:
            # the server has to break the connection, so that nobody takes half a file for a whole one.
            if answer.has_started:
                raise
            logger.exception("a request failed outside of Django")
            await _refuse(problem("server_error"), send)
            return
        finally:
            leaving.cancel()
        for message in rest:
            await send(message)


class _Answer:
    """One response on its way from a thread of the pool to the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, send: Send) -> None:
        self.loop = loop
        self.send = send
        self.is_gone = threading.Event()
        self.start: Message = {}
        self.has_started = False

    def run(self, application: Callable[..., Iterable[bytes]], environ: dict[str, Any]) -> list[Message]:
        """Run the application; the messages of a response in one piece are given back, so that they cost no hop."""
        response = application(environ, self.start_response)
        try:
            pieces = iter(response)
            first, second = next(pieces, b""), next(pieces, None)
            if second is None:
                return [self.start, {"type": "http.response.body", "body": first}]
            self._stream(chain((first, second), pieces))
            return [{"type": "http.response.body", "body": b""}]
        finally:
            close = getattr(response, "close", None)
            if close:
                close()

    def start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., None]:
        """WSGI's callable; Django gives its headers once, and the body by iterating."""
        self.start = {
            "type": "http.response.start",
            "status": int(status.split(" ", 1)[0]),
            "headers": [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        }
        return _refuse_to_write

    def _stream(self, pieces: Iterator[bytes]) -> None:
        self.has_started = True
        self._hand_over(self.start)
        for piece in pieces:
            if self.is_gone.is_set():
                return
            self._hand_over({"type": "http.response.body", "body": piece, "more_body": True})

    def _hand_over(self, message: Message) -> None:
        """Send from the event loop and wait until it is done: the client sets the pace, not the program."""
        asyncio.run_coroutine_threadsafe(_send(self.send, message), self.loop).result()


async def _send(send: Send, message: Message) -> None:
    await send(message)


def _refuse_to_write(data: bytes) -> None:
    raise NotImplementedError("The response is what the application gives back.")


async def _read(receive: Receive, body: IO[bytes]) -> int | None:
    """Copy the request's body and give its size; None when the client left, and one byte too many is enough."""
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        piece = message.get("body", b"")
        size += len(piece)
        if size > body_limit():
            return size
        body.write(piece)
        if not message.get("more_body"):
            body.seek(0)
            return size


async def _wait_for_leave(receive: Receive, answer: _Answer, running: Future[list[Message]]) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    answer.is_gone.set()
    running.cancel()


async def _refuse(response: HttpResponse, send: Send) -> None:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in response.items()]
    headers.append((b"content-length", str(len(response.content)).encode()))
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})


def _environ(scope: Message, body: IO[bytes], size: int) -> dict[str, Any]:
    """WSGI's environment. The size is the one that was read: a chunked body has no header that says it."""
    builder = WsgiToAsgiInstance(None)
    builder.scope = scope
    environ: dict[str, Any] = builder.build_environ(scope, body)
    environ["CONTENT_LENGTH"] = str(size)
    environ["wsgi.file_wrapper"] = lambda file, block_size=0: FileWrapper(file, MEMORY_BYTES)
    cookies = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
    if len(cookies) > 1:
        environ["HTTP_COOKIE"] = "; ".join(cookies)
    return environ
