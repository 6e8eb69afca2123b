"""Start the real `manage.py serve` in a folder of its own, and talk to it."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0
"""Seconds after which a test gives up; nothing waits so long but on a machine that is busy with something else."""


def environment(folder: Path, **more: str) -> dict[str, str]:
    """The environment of a Passerelle that lives in the folder, on its own SQLite file."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return clean | {
        "DATABASE_URL": f"sqlite:///{folder / 'db.sqlite3'}",
        "DJANGO_SETTINGS_MODULE": "tests.core.serve_settings",
        "VAR_DIR": str(folder),
        **more,
    }


def manage(folder: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment(folder, **more),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def until(condition: Callable[[], Any]) -> Any:
    """Wait until the condition gives something true, and give it."""
    deadline = time.monotonic() + PATIENCE
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen")
        time.sleep(0.02)
    return value


def is_alive(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


class Site:
    """A running `serve`."""

    def __init__(self, process: subprocess.Popen[str], folder: Path, port: int) -> None:
        self.process = process
        self.folder = folder
        self.port = port

    def connect(self) -> http.client.HTTPConnection:
        """A connection to it."""
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of a page."""
        connection = self.connect()
        connection.request("GET", path)
        response = connection.getresponse()
        body = json.loads(response.read())
        connection.close()
        return response.status, body

    def children(self) -> list[int]:
        """The ids of its processes."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in listed.split()]

    def child(self, command: str) -> int | None:
        """The id of the process that runs this command."""
        for pid in self.children():
            with suppress(FileNotFoundError, ProcessLookupError):  # one that ended meanwhile
                if command in Path(f"/proc/{pid}/cmdline").read_text().split("\0"):
                    return pid
        return None

    def begun(self) -> None:
        """Wait until a slow view says that it began."""
        until((self.folder / "begun").exists)

    def go(self) -> None:
        """Let the slow view answer."""
        (self.folder / "go").touch()


def start(folder: Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
    """Start `serve` on a free port; the caller ends it. What it logs goes into the file `stderr`."""
    with (folder / "stderr").open("w") as said:
        return subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", "0", *arguments],
            cwd=ROOT,
            env=environment(folder, **more),
            stdout=subprocess.PIPE,
            stderr=said,
            text=True,
        )


@contextmanager
def serving(folder: Path, *arguments: str, **more: str) -> Iterator[Site]:
    """`serve` on a free port, ready; ended at the end, with all its processes."""
    process = start(folder, *arguments, **more)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        assert line.startswith("Passerelle is ready on http://localhost:"), (folder / "stderr").read_text()
        yield Site(process, folder, int(line.rpartition(":")[2]))
    finally:
        # Ends the children too, whatever happened: they are on the parent's leash.
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(PATIENCE)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()
