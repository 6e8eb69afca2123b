"""The parent of everything `serve` starts: one listening socket, the web processes that share it, the job worker."""

import http.client
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor

from backend.core.metrics import FOLDER, forget_process
from backend.core.static import collect_static_files

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
WAIT_SECONDS = 1.0
STOP_SECONDS = 13.0
"""From SIGTERM to SIGKILL for the children: web.DRAIN_SECONDS and LEAVE_SECONDS and a little."""
STEADY_SECONDS = 60.0
"""A child that lived so long may be started anew at once when it dies."""
LONGEST_PAUSE = 30.0
BACKLOG = 1024


def default_host() -> str:
    """Every interface where the settings say that this is in production, else this machine alone."""
    return "127.0.0.1" if settings.DEBUG or settings.IS_LOCAL else "0.0.0.0"


def run(host: str, port: int, workers: int, *, ready: Callable[[], None] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or SIGHUP; the exit status: 0, or 1 when a process would not even start.

    Prints the address once the port answers, then calls `ready`. Port 0 takes a free one. Waits for a database server
    that is not there yet. Raises CommandError with one line that says what to do: port in use, several processes
    without Redis, migrations missing.
    """
    if workers < 1:
        raise CommandError("--workers must be at least 1.")
    if workers > 1 and not settings.REDIS_URL:
        raise CommandError(
            f"--workers {workers} needs REDIS_URL: without Redis each process has a cache and limits of its own, "
            "and they would not agree. Set it, or serve with --workers 1."
        )
    with _listen(host, port) as listener, _signals() as asked_to_stop:
        if not _has_schema(asked_to_stop):
            return 0
        collect_static_files()
        with _leash() as leash, _metrics() as metrics:
            web = [*_command("serve", "--fd", str(listener.fileno())), "--skip-checks"]
            family = Family(leash, listener.getsockname(), metrics)
            for _number in range(workers):
                family.add(Child(web, fds=(listener.fileno(),)))
            family.add(Child([*_command("work", "--leashed"), "--skip-checks"]))
            try:
                return family.live(asked_to_stop, lambda: _announce(listener.getsockname(), ready))
            finally:
                listener.close()
                family.end(asked_to_stop)


class Child:
    """A process that is started anew when it dies, later each time unless it had lived for a while."""

    def __init__(self, command: list[str], *, fds: tuple[int, ...] = ()) -> None:
        self.command = command
        self.fds = fds
        self.process: subprocess.Popen[bytes] | None = None
        self.started_at = 0.0
        self.start_after = 0.0
        self.pause = 0.5

    def start(self, leash: int, environment: dict[str, str]) -> None:
        """Start the process, in a session of its own: Ctrl-C is the parent's business, which ends children in order."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            self.command, stdin=leash, pass_fds=self.fds, env=environment, cwd=settings.BASE_DIR, start_new_session=True
        )

    def has_died(self) -> int | None:
        """The process's id if it ended since the last look; decides when it may start again."""
        if self.process is None or self.process.poll() is None:
            return None
        pid, self.process = self.process.pid, None
        lived = time.monotonic() - self.started_at
        self.pause = 0.5 if lived > STEADY_SECONDS else min(self.pause * 2, LONGEST_PAUSE)
        self.start_after = time.monotonic() + self.pause
        return pid


class Family:
    """The children of one `serve`."""

    def __init__(self, leash: int, address: tuple[str, int], metrics: Path) -> None:
        self.leash = leash
        self.metrics = metrics
        self.address = address
        self.children: list[Child] = []
        self.environment = dict(os.environ) | {FOLDER: str(metrics)}
        if settings.IS_LOCAL and not self.environment.get("SITE_URL"):
            # On another port than usual the links in mails shall work all the same.
            self.environment["SITE_URL"] = f"http://localhost:{address[1]}"

    def add(self, child: Child) -> None:
        """Start one more."""
        child.start(self.leash, self.environment)
        self.children.append(child)

    def live(self, asked_to_stop: list[int], announce: Callable[[], None]) -> int:
        """Keep the children alive until asked to stop; 1 when one dies before the port answered for the first time."""
        is_ready = False
        while not asked_to_stop:
            for child in self.children:
                if pid := child.has_died():
                    forget_process(pid, self.metrics)
                    if not is_ready:
                        sys.stderr.write("passerelle: a process ended at once; what it said stands above\n")
                        return 1
                    logger.error("a process ended and is started again")
                if child.process is None and time.monotonic() >= child.start_after:
                    child.start(self.leash, self.environment)
            if not is_ready and _answers(*self.address):
                is_ready = True
                announce()
            time.sleep(LOOK_SECONDS)
        return 0

    def end(self, asked_to_stop: list[int]) -> None:
        """SIGTERM to all, SIGKILL to who is left after STOP_SECONDS, or at once when asked to stop a second time."""
        living = [child.process for child in self.children if child.process is not None]
        for process in living:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while any(process.poll() is None for process in living):
            if time.monotonic() > deadline or len(asked_to_stop) > 1:
                for process in living:
                    process.kill()
            time.sleep(LOOK_SECONDS / 2)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "django", *arguments]


@contextmanager
def _listen(host: str, port: int) -> Iterator[socket.socket]:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        listener.close()
        raise CommandError(_why_not(host, port, error)) from error
    listener.setblocking(False)
    with listener:
        yield listener


def _why_not(host: str, port: int, error: Exception) -> str:
    if isinstance(error, socket.gaierror):
        return f"{host} is not an IPv4 address of this machine: give one with --host, such as 127.0.0.1."
    if isinstance(error, PermissionError):
        return f"Port {port} is for the administrator: choose one from 1024 with --port, behind a proxy."
    if isinstance(error, OverflowError):
        return f"Port {port} does not exist: choose one up to 65535 with --port."
    if "in use" in str(error):
        return f"Port {port} is in use: stop the program that has it, or choose another with --port {port + 1}."
    return f"{host}:{port} cannot be used ({error}): choose others with --host and --port."


def _has_schema(asked_to_stop: list[int]) -> bool:
    """Whether the database is there and up to date; False when asked to stop while waiting for it.

    After a power cut everything starts at once, so a server may come later; a file that cannot be opened stays so.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    while not asked_to_stop:
        try:
            _refuse_old_schema(connection)
            return True
        except OperationalError as error:
            if connection.vendor == "sqlite":
                raise
            reason = " ".join(str(error).split())
            logger.warning("serve: the database does not answer (%s); trying again", reason)
        finally:
            connection.close()
        time.sleep(WAIT_SECONDS)
    return False


def _refuse_old_schema(connection: BaseDatabaseWrapper) -> None:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise CommandError(f"The database lacks {len(missing)} migrations: run `manage.py migrate` first.")


@contextmanager
def _signals() -> Iterator[list[int]]:
    """The signals asking to stop, as they come."""
    asked: list[int] = []

    def note(number: int, frame: FrameType | None) -> None:
        asked.append(number)

    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.signal(number, note) for number in numbers]
    try:
        yield asked
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


@contextmanager
def _metrics() -> Iterator[Path]:
    """The folder into which the processes write what they count (backend.core.metrics)."""
    with tempfile.TemporaryDirectory(prefix="metrics-", dir=settings.VAR_DIR, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@contextmanager
def _leash() -> Iterator[int]:
    """The reading end of a pipe on which nothing ever comes but its end, with this process (backend.core.leash)."""
    reading, writing = os.pipe()
    try:
        yield reading
    finally:
        os.close(reading)
        os.close(writing)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=1)
    try:
        connection.request("GET", "/healthz", headers={"Host": urlsplit(settings.SITE_URL).netloc})
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _announce(address: tuple[str, int], ready: Callable[[], None] | None) -> None:
    host, port = address
    name = "localhost" if host in ("127.0.0.1", "0.0.0.0") else host
    sys.stdout.write(f"Passerelle is ready on http://{name}:{port}\n")
    sys.stdout.flush()
    if ready:
        ready()
