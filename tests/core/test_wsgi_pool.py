"""The pool of threads between an ASGI server and a WSGI application."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from backend.core import wsgi_pool
from backend.core.wsgi_pool import WsgiPool

Environ = dict[str, Any]
Start = Callable[..., Any]


def scope(**values: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": "/café",
        "query_string": b"a=1",
        "headers": [(b"host", b"localhost")],
        "client": ["192.0.2.1", 4000],
        "server": ["127.0.0.1", 8000],
        **values,
    }


class Client:
    """The server's side of one request: gives the pieces of a body, keeps what is answered."""

    def __init__(self, *pieces: bytes, leaves: bool = False) -> None:
        self.messages: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for number, piece in enumerate(pieces or (b"",), 1):
            more = number < len(pieces)
            self.messages.put_nowait({"type": "http.request", "body": piece, "more_body": more})
        if leaves:
            self.leave()
        self.answers: list[Any] = []

    def leave(self) -> None:
        self.messages.put_nowait({"type": "http.disconnect"})

    async def receive(self) -> dict[str, Any]:
        return await self.messages.get()

    async def send(self, message: Any) -> None:
        self.answers.append(message)

    @property
    def status(self) -> int:
        return int(self.answers[0]["status"])

    @property
    def body(self) -> bytes:
        return b"".join(message["body"] for message in self.answers[1:])


async def ask(application: Any, *pieces: bytes, threads: int = 2, **values: Any) -> Client:
    client = Client(*pieces)
    await WsgiPool(application, threads=threads)(scope(**values), client.receive, client.send)
    return client


def show(environ: Environ, start: Start) -> Iterable[bytes]:
    """Answer with the environment and the body."""
    start("200 OK", [("Content-Type", "application/json"), ("X-Name", "é")])
    body = environ["wsgi.input"].read().decode()
    return [
        json.dumps({name: value for name, value in environ.items() if isinstance(value, str)} | {"body": body}).encode()
    ]


async def test_the_environment_is_what_wsgi_wants() -> None:
    headers = [
        (b"host", b"localhost"),
        (b"transfer-encoding", b"chunked"),
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x-thing", b"1"),
        (b"x-thing", b"2"),
    ]
    client = await ask(show, b"one ", b"two", headers=headers)
    environ = json.loads(client.body)
    assert client.status == 200
    assert client.answers[0]["headers"] == [(b"content-type", b"application/json"), (b"x-name", b"\xe9")]
    assert environ["body"] == "one two"
    assert environ["CONTENT_LENGTH"] == "7"
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/café"
    assert (environ["QUERY_STRING"], environ["REMOTE_ADDR"]) == ("a=1", "192.0.2.1")
    assert (environ["HTTP_COOKIE"], environ["HTTP_X_THING"]) == ("a=1; b=2", "1,2")


async def test_an_answer_in_one_piece_is_two_messages_and_an_empty_one_too() -> None:
    def empty(environ: Environ, start: Start) -> Iterable[bytes]:
        start("204 No Content", [])
        return []

    assert [message["type"] for message in (await ask(show)).answers] == ["http.response.start", "http.response.body"]
    client = await ask(empty)
    assert (client.status, client.body, len(client.answers)) == (204, b"", 2)


async def test_a_stream_comes_piece_by_piece_and_waits_for_each_to_be_sent() -> None:
    made: list[int] = []

    def stream(environ: Environ, start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        for number in range(4):
            made.append(number)
            yield str(number).encode()

    client = Client()
    ahead: list[int] = []

    async def send(message: Any) -> None:
        ahead.append(len(made) - len(client.answers))
        client.answers.append(message)

    await WsgiPool(stream)(scope(), client.receive, send)
    assert client.body == b"0123"
    assert [message.get("more_body", False) for message in client.answers[1:]] == [True, True, True, True, False]
    assert max(ahead) <= 2  # two pieces are looked at to know that it is a stream


async def test_a_stream_ends_and_is_closed_when_the_client_leaves() -> None:
    class Endless:
        is_closed = False

        def __iter__(self) -> Iterable[bytes]:
            while True:
                yield b"x"

        def close(self) -> None:
            self.is_closed = True

    response = Endless()

    def endless(environ: Environ, start: Start) -> Endless:
        start("200 OK", [])
        return response

    client = Client(leaves=True)
    await asyncio.wait_for(WsgiPool(endless)(scope(), client.receive, client.send), 30)
    assert response.is_closed


async def test_a_client_that_leaves_before_its_turn_is_not_served() -> None:
    go = threading.Event()
    served: list[str] = []

    def wait(environ: Environ, start: Start) -> Iterable[bytes]:
        go.wait(30)
        served.append(environ["PATH_INFO"])
        start("200 OK", [])
        return [b"ok"]

    pool = WsgiPool(wait, threads=1)
    first, second = Client(), Client(leaves=True)
    running = asyncio.ensure_future(pool(scope(path="/first"), first.receive, first.send))
    while not pool.executor._threads:
        await asyncio.sleep(0)
    await pool(scope(path="/second"), second.receive, second.send)
    go.set()
    await running
    assert (served, first.status, second.answers) == (["/first"], 200, [])


async def test_a_client_that_leaves_in_its_body_is_not_served() -> None:
    client = Client(b"half", b"never")
    client.messages.get_nowait()
    client.messages.get_nowait()
    client.messages.put_nowait({"type": "http.request", "body": b"half", "more_body": True})
    client.leave()
    await WsgiPool(show)(scope(), client.receive, client.send)
    assert client.answers == []


async def test_a_body_over_the_limit_is_refused_without_running_anything(settings, monkeypatch) -> None:
    settings.FILE_UPLOAD_MAX_BYTES = 10
    monkeypatch.setattr(wsgi_pool, "SLACK_BYTES", 5)

    def never(environ: Environ, start: Start) -> Iterable[bytes]:
        raise AssertionError

    assert (await ask(show, b"x" * 15)).status == 200
    client = await ask(never, b"x" * 10, b"x" * 6)
    assert client.status == 413
    assert (b"content-type", b"application/problem+json") in client.answers[0]["headers"]
    assert json.loads(client.body)["code"] == "too_large"


async def test_a_header_given_too_often_is_a_problem() -> None:
    client = await ask(show, headers=[(b"x-thing", b"1")] * 101)
    assert (client.status, json.loads(client.body)["code"]) == (400, "malformed")


async def test_what_breaks_around_django_is_a_problem_unless_half_of_it_is_out() -> None:
    def broken(environ: Environ, start: Start) -> Iterable[bytes]:
        raise RuntimeError

    def half(environ: Environ, start: Start) -> Iterable[bytes]:
        start("200 OK", [])
        yield b"one"
        yield b"two"
        raise RuntimeError

    client = await ask(broken)
    assert (client.status, json.loads(client.body)["code"]) == (500, "server_error")
    with pytest.raises(RuntimeError):
        await ask(half)


async def test_requests_run_side_by_side_in_as_many_threads_as_there_are() -> None:
    both = threading.Barrier(2, timeout=30)

    def meet(environ: Environ, start: Start) -> Iterable[bytes]:
        both.wait()
        start("200 OK", [])
        return [threading.current_thread().name.encode()]

    pool = WsgiPool(meet, threads=2)
    clients = [Client() for _ in range(6)]
    await asyncio.gather(*(pool(scope(), client.receive, client.send) for client in clients))
    assert len({client.body for client in clients}) == 2
