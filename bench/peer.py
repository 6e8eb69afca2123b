"""The peer that is measured when asked: pretix from its package, in an environment and with a database of its own.

`python -m bench.peer` installs it under VAR_DIR/peer, once; nothing else here downloads anything. It is started the way
its own documentation does, by gunicorn with its default workers, but two as ours, on the loopback.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from bench.figures import Scale
from bench.load import HOST, Connection, hammer, request
from bench.surroundings import ROOT, STOP_SECONDS, WORKERS

NAME, VERSION = "pretix", "2026.8.0"
PACKAGES = (f"{NAME}=={VERSION}", "gunicorn==27.0.1")
INSIDE = ROOT / "bench" / "peer_inside.py"
START_SECONDS = 120
# Of ours, and of whoever starts the benchmarks: none of it is the peer's.
NOT_FOR_IT = (
    "BENCH_",
    "DATABASE_URL",
    "DJANGO_",
    "PRETIX_",
    "PYTHON",
    "REDIS_URL",
    "SITE_URL",
    "VAR_DIR",
    "VIRTUAL_ENV",
)


class PeerError(Exception):
    """The peer cannot be measured; the message says why and what to do."""


def folder() -> Path:
    """Where this version is installed, or would be."""
    return ROOT / (os.environ.get("VAR_DIR") or "var") / "peer" / f"{NAME}-{VERSION}"


def require() -> Path:
    """The folder of the installed peer. Raises PeerError where it is not installed."""
    if not _stamp().is_file():
        raise PeerError(
            f"{NAME} {VERSION} is not installed in {folder()}. `{Path(sys.executable)} -m bench.peer` does that: "
            "it downloads some 150 packages (500 MB) into that folder and changes nothing else."
        )
    return folder()


def install() -> None:
    """Install the peer, if it is not yet; what a broken attempt left is thrown away. Raises PeerError."""
    if _stamp().is_file():
        return
    python = str(folder() / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder())], check=True)
    ways = ([sys.executable, "-m", "uv", "pip", "install", "--python", python], [python, "-m", "pip", "install"])
    # uv is ten times as fast; where only pip knows the way to the packages, pip it is.
    if not any(subprocess.run([*way, "--quiet", *PACKAGES], check=False).returncode == 0 for way in ways):
        shutil.rmtree(folder())
        raise PeerError(f"{NAME} {VERSION} could not be installed: what uv and pip said stands above.")
    _stamp().touch()


@dataclass(frozen=True)
class Peer:
    """The running peer of this run: where it listens, its web processes, its settings, and what it was filled with."""

    port: int
    web: list[int]
    python: str
    environment: dict[str, str]
    filled: dict[str, Any]

    @classmethod
    def of_this_run(cls) -> "Peer":
        """The one that BENCH_PEER names."""
        return cls(**json.loads(Path(os.environ["BENCH_PEER"]).read_text(encoding="utf-8")))

    def get(self, path: str) -> bytes:
        """The bytes of a request that reads from its API; the path begins below the organiser."""
        return request("GET", self._path(path), headers=self._who())

    def post(self, path: str, body: object) -> bytes:
        """The bytes of a request that writes."""
        return request("POST", self._path(path), body=body, headers=self._who())

    def hammer(self, requests: Sequence[bytes], *, clients: int, expected: Iterable[int]) -> dict[str, float]:
        """As `load.hammer`, to the peer."""
        return hammer(requests, clients=clients, expected=expected, to=self.port, web=self.web)

    def answer(self, sent: bytes) -> Any:
        """What it answers to one request."""

        async def ask() -> bytes:
            connection = await Connection().open(self.port)
            _status, _head, body = await connection.ask(sent)
            await connection.close()
            return body

        return json.loads(asyncio.run(ask()))

    def inside(self, *arguments: object) -> str:
        """What its interpreter prints. Raises PeerError with what it complained of."""
        # -P: the folder of a script of ours is none of its business.
        command = [self.python, "-P", *map(str, arguments)]
        data = self.environment["PRETIX_PRETIX_DATADIR"]
        done = subprocess.run(command, cwd=data, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise PeerError(f"{' '.join(command[2:5])} failed:\n{done.stderr[-3000:]}")
        return done.stdout

    def _path(self, path: str) -> str:
        return f"/api/v1/organizers/bench/{path}"

    def _who(self) -> dict[str, str]:
        return {"Authorization": f"Token {self.filled['token']}"}


@contextmanager
def running(environment: dict[str, str], scale: Scale) -> Iterator[dict[str, str]]:
    """The peer beside a Passerelle in these surroundings, filled for this much work; BENCH_PEER names it.

    Its database is one more of the same PostgreSQL, its cache and queue are further numbers of the same Redis. At the
    end it is ended and its data thrown away.
    """
    python = str(require() / "bin" / "python")
    with tempfile.TemporaryDirectory(prefix="passerelle-peer-") as data:
        with closing(psycopg.connect(environment["DATABASE_URL"], autocommit=True)) as connection:
            connection.execute("CREATE DATABASE peer")
        peer = Peer(0, [], python, settings(environment, data), {})
        peer.inside("-m", NAME, "migrate", "-v", "0")
        tickets, badges = scale.of(5000, 60), scale.of(1000, 10)
        found = json.loads(peer.inside(INSIDE, "fill", tickets, badges, scale.rounds))
        with _serving(peer, Path(data)) as (port, web):
            known = Path(data) / "peer.json"
            known.write_text(json.dumps(asdict(replace(peer, port=port, web=web, filled=found))), encoding="utf-8")
            yield environment | {"BENCH_PEER": str(known)}


def settings(environment: dict[str, str], data: str) -> dict[str, str]:
    """The environment of the peer in these surroundings, in the words of its documentation; no file of this machine."""
    address, cache = urlsplit(environment["DATABASE_URL"]), environment["REDIS_URL"].rpartition("/")[0]
    kept = {name: value for name, value in environment.items() if not name.startswith(NOT_FOR_IT)}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "pretix.settings",
        "PRETIX_CONFIG_FILE": os.devnull,
        "PRETIX_PRETIX_DATADIR": data,
        "PRETIX_PRETIX_URL": f"http://{HOST}",
        "PRETIX_DATABASE_BACKEND": "postgresql",
        "PRETIX_DATABASE_NAME": "peer",
        "PRETIX_DATABASE_USER": str(address.username),
        "PRETIX_DATABASE_HOST": str(address.hostname),
        "PRETIX_DATABASE_PORT": str(address.port),
        "PRETIX_REDIS_LOCATION": f"{cache}/1",
        "PRETIX_CELERY_BACKEND": f"{cache}/2",
        "PRETIX_CELERY_BROKER": f"{cache}/3",
    }


def _stamp() -> Path:
    return folder() / "installed"


@contextmanager
def _serving(peer: Peer, data: Path) -> Iterator[tuple[int, list[int]]]:
    """gunicorn on a socket of ours; its port and its web processes."""
    log = data / "gunicorn.log"
    with socket.create_server((HOST, 0), backlog=2048) as listening, log.open("w") as said:
        options = ["--bind", f"fd://{listening.fileno()}", "--workers", str(WORKERS), "--timeout", "120"]
        process = subprocess.Popen(
            [peer.python, "-P", "-m", "gunicorn", "pretix.wsgi", *options, "--no-control-socket"],
            cwd=data,
            env=peer.environment,
            stdout=said,
            stderr=said,
            pass_fds=[listening.fileno()],
        )
        try:
            yield listening.getsockname()[1], _web_processes(process, log)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            finally:
                process.kill()
                process.wait()


def _web_processes(process: "subprocess.Popen[bytes]", log: Path) -> list[int]:
    """Its children once they are all there. Raises PeerError where it ends instead."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if len(web := children.read_text().split()) == WORKERS:
            return [int(pid) for pid in web]
        time.sleep(0.1)
    raise PeerError(f"{NAME} did not start:\n{log.read_text()[-3000:]}")


def main() -> int:
    """Install the peer; 1 where that cannot be done."""
    try:
        install()
    except PeerError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    print(f"{NAME} {VERSION} is installed in {folder()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
