"""The real server while one of its parts is away: it answers something sensible, and recovers by itself."""

import json
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.core.serving import PATIENCE, Site, manage, serving, start, until
from tests.engines import free_port, postgres_engine, redis_engine

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.e2e.plain_settings", "RATE_LIMITS": "on"}
FILL = """
import json
from backend.accounts.enums import Scope
from tests.factories.accounts import make_member, make_token
from tests.factories.fairs import make_fair
fair = make_fair(slug="forum")
print(json.dumps(make_token(make_member(fair.organisation), [Scope.ORGANISER, Scope.CHECKIN])))
"""
_numbers = count(1)


class Fair:
    """A fair on a running site, and what its organiser and others do there."""

    def __init__(self, site: Site, token: str) -> None:
        self.site = site
        self.token = token

    def call(self, method: str, path: str, body: Any = None, *, token: bool = True) -> tuple[int, Any]:
        """Status and JSON of an answer."""
        connection = self.site.connect()
        headers = {"Content-Type": "application/json"}
        if token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection.request(method, f"/api/v1/{path}", json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        answer = json.loads(response.read() or b"null")
        connection.close()
        return response.status, answer

    def register(self, *, token: bool = True) -> int:
        """Register somebody new; the status."""
        body = {
            "given_name": "Zoé",
            "family_name": "Lefèvre",
            "email": f"zoe{next(_numbers)}@example.org",
            "consents": {"privacy": True},
        }
        return self.call("POST", "fairs/forum/registrations/", body, token=token)[0]

    @contextmanager
    def listening(self, what: str = "live") -> Iterator[ClientConnection]:
        """The organiser's live socket, or the scanner's (`checkin`), welcomed."""
        with connect(f"ws://127.0.0.1:{self.site.port}/ws/fairs/forum/{what}/", open_timeout=PATIENCE) as socket:
            socket.send(json.dumps({"op": "hello", "token": self.token}))
            assert hear(socket)["op"] == "welcome"
            yield socket

    def is_ready(self) -> bool:
        """What /readyz says."""
        return self.site.get("/readyz")[0] == 200


def hear(socket: ClientConnection, name: str = "") -> dict[str, Any]:
    """The next frame, or the next event of this name."""
    while True:
        frame: dict[str, Any] = json.loads(socket.recv(timeout=PATIENCE))
        if not name or frame.get("name") == name:
            return frame


def fill(folder: Path, **settings: str) -> str:
    """Migrate and fill a site; the organiser's token."""
    migrated = manage(folder, "migrate", "--verbosity", "0", **SETTINGS | settings)
    assert migrated.returncode == 0, migrated.stderr
    filled = manage(folder, "shell", "--verbosity", "0", "--command", FILL, **SETTINGS | settings)
    assert filled.returncode == 0, filled.stderr
    token: str = json.loads(filled.stdout.splitlines()[-1])
    return token


@contextmanager
def running(folder: Path, token: str, *arguments: str, **settings: str) -> Iterator[Fair]:
    """A site that was filled, running."""
    with serving(folder, *arguments, **SETTINGS | settings) as site:
        yield Fair(site, token)


@contextmanager
def fair_on(folder: Path, *arguments: str, **settings: str) -> Iterator[Fair]:
    """A migrated, filled and running site that has all its parts."""
    with running(folder, fill(folder, **settings), *arguments, **settings) as fair:
        until(fair.is_ready)
        yield fair


def said(folder: Path, words: str) -> Callable[[], bool]:
    """Whether the log says it."""
    return lambda: words in (folder / "stderr").read_text()


def test_a_site_that_stops_asks_its_sockets_to_come_back(tmp_path: Path) -> None:
    with fair_on(tmp_path) as fair, fair.listening() as live, fair.listening("checkin") as entrance:
        fair.site.process.send_signal(signal.SIGTERM)
        for socket in (live, entrance):
            with pytest.raises(ConnectionClosed) as closed:
                hear(socket, "nothing")
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1012
        assert fair.site.process.wait(PATIENCE) == 0
    assert_one_object_a_line(tmp_path)


def test_redis_is_stopped_and_started(tmp_path: Path) -> None:
    with (
        redis_engine() as redis,
        fair_on(tmp_path, "--workers", "2", REDIS_URL=redis.url) as fair,
        fair.listening() as one,
        fair.listening() as other,
    ):
        redis.stop()
        assert fair.site.get("/readyz")[1]["not_ready"] == ["channel_layer"]
        assert fair.register() == 201
        assert fair.register(token=False) == 201
        for socket in (one, other):
            assert hear(socket)["name"] == "registration.confirmed"
            assert hear(socket)["name"] == "registration.pending"
        until(said(tmp_path, "Redis does not answer"))
        redis.start()
        until(fair.is_ready)
        assert fair.register() == 201
        for socket in (one, other):
            assert hear(socket)["name"] == "registration.confirmed"


def test_redis_is_not_there_yet_when_the_site_starts(tmp_path: Path) -> None:
    with redis_engine() as redis:
        redis.stop()
        token = fill(tmp_path, REDIS_URL=redis.url)
        with (
            running(tmp_path, token, "--workers", "2", REDIS_URL=redis.url) as fair,
            fair.listening() as one,
            fair.listening() as other,
        ):
            until(lambda: fair.site.get("/readyz")[1]["not_ready"] == ["channel_layer"])
            assert fair.register(token=False) == 201
            for socket in (one, other):
                assert hear(socket)["name"] == "registration.pending"
            assert said(tmp_path, "Redis does not answer")()
            redis.start()
            until(fair.is_ready)
            assert fair.register() == 201
            for socket in (one, other):
                assert hear(socket)["name"] == "registration.confirmed"
    assert_one_object_a_line(tmp_path)


def test_postgresql_is_restarted(tmp_path: Path) -> None:
    with (
        postgres_engine() as postgres,
        fair_on(tmp_path, DATABASE_URL=postgres.url) as fair,
        fair.listening() as socket,
    ):
        assert fair.register() == 201
        assert hear(socket)["name"] == "registration.confirmed"
        postgres.stop()
        status, problem = fair.call("GET", "fairs/forum/")
        assert (status, problem["code"]) == (503, "unavailable")
        assert fair.register() == 503
        for page in ("/", "/me/", "/api/v1/me/"):
            assert status_with_cookie(fair.site, page) == 503
        assert fair.site.get("/healthz")[0] == 200
        assert fair.site.get("/readyz")[1]["not_ready"] == ["database", "worker"]
        socket.send('{"op": "ping"}')
        assert hear(socket)["op"] == "pong"
        until(said(tmp_path, "worker: the database does not answer"))
        postgres.start()
        until(lambda: fair.register() == 201)
        assert hear(socket)["name"] == "registration.confirmed"
        until(fair.is_ready)


def test_postgresql_is_not_there_yet_when_the_site_starts(tmp_path: Path) -> None:
    with postgres_engine() as postgres:
        token = fill(tmp_path, DATABASE_URL=postgres.url)
        postgres.stop()

        def come_late() -> None:
            until(said(tmp_path, "serve: the database does not answer"))
            postgres.start()

        coming = threading.Thread(target=come_late)
        coming.start()
        with running(tmp_path, token, DATABASE_URL=postgres.url) as fair:
            assert fair.register() == 201
            until(fair.is_ready)
        coming.join()
    assert_one_object_a_line(tmp_path)


def test_a_site_that_waits_for_postgresql_can_be_stopped(tmp_path: Path) -> None:
    waiting = start(tmp_path, **SETTINGS, DATABASE_URL=f"postgres://nobody@127.0.0.1:{free_port()}/nothing")
    until(said(tmp_path, "serve: the database does not answer"))
    waiting.send_signal(signal.SIGTERM)
    assert waiting.wait(PATIENCE) == 0


def test_postgresql_dies_under_a_request_and_stays_away(tmp_path: Path) -> None:
    with postgres_engine() as postgres, fair_on(tmp_path, DATABASE_URL=postgres.url) as fair:
        with closing(psycopg.connect(postgres.url)) as other:
            other.execute("LOCK TABLE events_registration IN EXCLUSIVE MODE")
            with ThreadPoolExecutor(1) as pool:
                asked = pool.submit(fair.register)
                until(lambda: is_anybody_waiting(postgres.url))
                postgres.stop()
                assert asked.result() == 503
        postgres.start()
        until(lambda: fair.register() == 201)
        with psycopg.connect(postgres.url) as connection:
            assert connection.execute("SELECT COUNT(*) FROM events_registration").fetchone() == (1,)
        postgres.stop()
        until(said(tmp_path, "worker: the database does not answer"))
        fair.site.process.send_signal(signal.SIGTERM)
        assert fair.site.process.wait(PATIENCE) == 0
    assert_one_object_a_line(tmp_path)


def is_anybody_waiting(url: str) -> bool:
    """Whether somebody waits for a lock of the registrations."""
    with psycopg.connect(url) as connection:
        question = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'events_registration'::regclass"
        return connection.execute(question).fetchone() is not None


def assert_one_object_a_line(folder: Path) -> None:
    """Nothing that broke left a traceback in the log."""
    for line in (folder / "stderr").read_text().splitlines():
        assert line.startswith("{"), line


def status_with_cookie(site: Site, path: str) -> int:
    """What a browser that was signed in is answered."""
    connection = site.connect()
    connection.request("GET", path, headers={"Cookie": "sessionid=abcdefghijklmnopqrstuvwxyz012345"})
    status = connection.getresponse().status
    connection.close()
    return status


class Inbox:
    """What an SMTP server was given; as many connections as asked for break when a message is half way."""

    def __init__(self, *, breaks: int = 0) -> None:
        self.messages: list[bytes] = []
        self.breaks = breaks

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Take a message."""
        if self.breaks:
            self.breaks -= 1
            server.transport.abort()
            return "451 Gone"
        self.messages.append(envelope.content)
        return "250 OK"


@contextmanager
def mail_server(port: int, inbox: Inbox) -> Iterator[None]:
    """An SMTP server on this port."""
    controller = Controller(inbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def sql(folder: Path, statement: str) -> list[Any]:
    """Run a statement on the site's database."""
    connection = sqlite3.connect(folder / "db.sqlite3", timeout=30)
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()


@pytest.mark.parametrize("is_there", [True, False], ids=["there", "away at first"])
def test_mail_goes_out_once_the_server_is_there(tmp_path: Path, is_there: bool) -> None:
    port, inbox = free_port(), Inbox()
    with fair_on(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{port}") as fair:
        if not is_there:
            assert fair.register(token=False) == 201
            until(said(tmp_path, "attempt 1: ConnectionRefusedError"))
            until(lambda: sql(tmp_path, "SELECT last_error FROM mail_outboxmessage")[0][0] != "")
            assert sql(tmp_path, "SELECT status, attempts FROM mail_outboxmessage") == [("queued", 1)]
        with mail_server(port, inbox):
            if is_there:
                assert fair.register(token=False) == 201
            else:
                a_minute_passes(tmp_path)
            until(lambda: inbox.messages)
            until(lambda: sql(tmp_path, "SELECT status FROM mail_outboxmessage") == [("sent",)])
    [message] = inbox.messages
    assert b"zoe" in message
    assert b"Message-ID: <" in message


def test_mail_goes_out_once_when_its_server_dies_half_way(tmp_path: Path) -> None:
    port, inbox = free_port(), Inbox(breaks=1)
    with fair_on(tmp_path, EMAIL_URL=f"smtp://127.0.0.1:{port}") as fair, mail_server(port, inbox):
        assert fair.register(token=False) == 201
        until(said(tmp_path, "attempt 1: SMTPServerDisconnected"))
        until(lambda: sql(tmp_path, "SELECT last_error FROM mail_outboxmessage")[0][0] != "")
        a_minute_passes(tmp_path)
        until(lambda: sql(tmp_path, "SELECT status, attempts FROM mail_outboxmessage") == [("sent", 2)])
    assert len(inbox.messages) == 1
    assert_one_object_a_line(tmp_path)


def a_minute_passes(folder: Path) -> None:
    """A message that failed once is due again, and the timetable's jobs are."""
    sql(folder, "UPDATE mail_outboxmessage SET next_attempt_at = '2020-01-01 00:00:00'")
    sql(folder, "UPDATE jobs_period SET next_run_at = '2020-01-01 00:00:00'")
