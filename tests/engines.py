"""Private servers for tests: each has a free loopback port and a folder of its own, and is ended by who started it.

`python -m tests.engines postgres -- COMMAND` runs the command with DATABASE_URL set to a fresh PostgreSQL,
`python -m tests.engines redis -- COMMAND` with REDIS_URL set to a fresh Redis; both exit as the command does.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

START_SECONDS = 60
STOP_SECONDS = 20
ATTEMPTS = 3
DATABASE = "passerelle"


class EngineError(Exception):
    """A server could not be started; the message says why."""


def find_binary(name: str, *folders: str) -> str:
    """The path of a server's program, from PATH or from where the distribution hides it (newest version first)."""
    for folder in folders:
        for path in sorted(Path("/").glob(folder.lstrip("/")), key=_version, reverse=True):
            if (path / name).is_file():
                return str(path / name)
    found = shutil.which(name)
    if not found:
        raise EngineError(f"{name} is not installed")
    return found


class Engine:
    """A server that can be stopped and started again at the same address."""

    def __init__(
        self,
        command: Callable[[int], list[str]],
        is_ready: Callable[[int], bool],
        *,
        stop_with: signal.Signals,
        folder: Path,
        **account: Any,
    ) -> None:
        self.command = command
        self.is_ready = is_ready
        self.stop_with = stop_with
        self.folder = folder
        self.account = account
        self.port = 0
        self.url = ""
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; somebody may take a port between our finding and using it, hence attempts."""
        said = ""
        for attempt in range(1, ATTEMPTS + 1):
            port = self.port or free_port()
            log = self.folder / f"server{attempt}.log"
            with log.open("wb") as output:
                # A session of its own, so that Ctrl-C reaches us and not the server: we end it, and in order.
                self.process = subprocess.Popen(
                    self.command(port),
                    cwd=self.folder,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    **self.account,
                )
            if _wait(self.process, partial(self.is_ready, port)):
                self.port = port
                return
            self.stop()
            said = log.read_text(errors="replace").strip()
        raise EngineError(f"the server did not start: {said}")

    def stop(self) -> None:
        """End it, if it runs."""
        if self.process is not None:
            _stop(self.process, self.stop_with)


@contextmanager
def postgres() -> Iterator[str]:
    """The DATABASE_URL of a new PostgreSQL with an empty database; it forgets everything at the end."""
    with postgres_engine() as engine:
        yield engine.url


@contextmanager
def redis() -> Iterator[str]:
    """The REDIS_URL of a new Redis that keeps nothing."""
    with redis_engine() as engine:
        yield engine.url


@contextmanager
def postgres_engine() -> Iterator[Engine]:
    """A new PostgreSQL, running. PostgreSQL refuses to run as root, so root runs it as the user `postgres`."""
    account = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    initdb = find_binary("initdb", "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")
    with _folder(owner=str(account.get("user", ""))) as folder:
        data = folder / "data"
        _do(
            [initdb, "-D", str(data), "-U", DATABASE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"], **account
        )
        options = {
            "fsync": "off",
            "full_page_writes": "off",
            "listen_addresses": "127.0.0.1",
            "max_connections": "200",
            "synchronous_commit": "off",
            "unix_socket_directories": "",
        }

        def command(port: int) -> list[str]:
            settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
            return [str(Path(initdb).with_name("postgres")), "-D", str(data), "-p", str(port), *settings]

        def is_ready(port: int) -> bool:
            probe = [Path(initdb).with_name("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
            return subprocess.run(probe, check=False).returncode == 0

        with _running(Engine(command, is_ready, stop_with=signal.SIGINT, folder=folder, **account)) as engine:
            createdb = str(Path(initdb).with_name("createdb"))
            _do([createdb, "-h", "127.0.0.1", "-p", str(engine.port), "-U", DATABASE, DATABASE], **account)
            engine.url = f"postgres://{DATABASE}@127.0.0.1:{engine.port}/{DATABASE}"
            yield engine


@contextmanager
def redis_engine() -> Iterator[Engine]:
    """A new Redis, running, that keeps nothing."""
    binary = find_binary("redis-server")
    with _folder() as folder:

        def command(port: int) -> list[str]:
            where = ["--bind", "127.0.0.1", "--port", str(port), "--dir", str(folder)]
            return [binary, *where, "--save", "", "--appendonly", "no"]

        def is_ready(port: int) -> bool:
            try:
                with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                    connection.sendall(b"PING\r\n")
                    return connection.recv(16).startswith(b"+PONG")
            except OSError:
                return False

        with _running(Engine(command, is_ready, stop_with=signal.SIGTERM, folder=folder)) as engine:
            engine.url = f"redis://127.0.0.1:{engine.port}/0"
            yield engine


ENGINES = {"postgres": (postgres, "DATABASE_URL"), "redis": (redis, "REDIS_URL")}


@contextmanager
def _running(engine: Engine) -> Iterator[Engine]:
    try:
        engine.start()
        yield engine
    finally:
        engine.stop()


def _do(command: list[str], **account: Any) -> None:
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, **account)
    if done.returncode:
        raise EngineError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")


def _wait(server: subprocess.Popen[bytes], is_ready: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        if is_ready():
            return server.poll() is None
        time.sleep(0.05)
    return False


def _stop(server: subprocess.Popen[bytes], stop_with: signal.Signals) -> None:
    if server.poll() is None:
        server.send_signal(stop_with)
        try:
            server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _folder(owner: str = "") -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="passerelle-engine-", ignore_cleanup_errors=True) as name:
        if owner:
            try:
                account = pwd.getpwnam(owner)
            except KeyError as missing:
                raise EngineError(f"there is no user {owner} to run the server as") from missing
            os.chown(name, account.pw_uid, account.pw_gid)
        yield Path(name)


def _version(path: Path) -> list[int]:
    return [int(number) for part in path.parts for number in part.split(".") if number.isdecimal()]


def _run(command: list[str], environment: dict[str, str]) -> int:
    """The command's exit status; SIGTERM ends it and then the engine."""
    process = subprocess.Popen(command, env=os.environ | environment)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while True:
        try:
            status = process.wait()
            return status if status >= 0 else 128 - status
        except KeyboardInterrupt:
            continue  # Ctrl-C reached the command too, and it decides when it has tidied up.


def main(arguments: list[str]) -> int:
    """Start the named engine, run the command after `--`, stop the engine; the command's exit status, 2 for misuse."""
    if len(arguments) < 3 or arguments[0] not in ENGINES or arguments[1] != "--":
        sys.stderr.write(f"{__doc__}\n")
        return 2
    engine, variable = ENGINES[arguments[0]]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with engine() as url:
            return _run(arguments[2:], {variable: url})
    except EngineError as error:
        sys.stderr.write(f"{arguments[0]}: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
