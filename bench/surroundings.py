"""What every benchmark runs on: a private PostgreSQL and Redis, the real `serve`, all on the loopback and ended here.

The servers are those of tests/engines.py: benchmarks and tests start the same ones in the same way.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.engines import postgres, redis

ROOT = Path(__file__).resolve().parent.parent
WORKERS = 2
STOP_SECONDS = 30
# An empty value means the default, and keeps a developer's `.env` out.
LEFT_ALONE = [
    *("ALLOWED_HOSTS", "COLUMN_KEYS", "DEBUG", "DEFAULT_FROM_EMAIL", "DEFAULT_LANGUAGE", "EMAIL_URL", "HOLD_SECONDS"),
    *("LOG_LEVEL", "RATE_LIMITS", "SECRET_KEY", "SIGNING_KEYS", "SITE_URL", "SMS_URL", "STORAGE_URL", "TIME_ZONE"),
    "TRUSTED_PROXIES",
]


@contextmanager
def surroundings() -> Iterator[dict[str, str]]:
    """The environment of a Passerelle with empty tables, its web processes up; BENCH_PORT and BENCH_WEB name them."""
    with (
        tempfile.TemporaryDirectory(prefix="passerelle-bench-") as folder,
        postgres() as database_url,
        redis() as redis_url,
    ):
        environment = {
            **os.environ,
            **dict.fromkeys(LEFT_ALONE, ""),
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "bench.limit_settings",
            "REDIS_URL": redis_url,
            "VAR_DIR": folder,
        }
        subprocess.run([sys.executable, "manage.py", "migrate", "-v", "0"], cwd=ROOT, env=environment, check=True)
        with serving(environment, workers=WORKERS) as server:
            pids = ",".join(map(str, server.web_processes()))
            yield environment | {"BENCH_PORT": str(server.port), "BENCH_WEB": pids}


class Server:
    """A running `serve`."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process = process
        self.port = port

    def web_processes(self) -> list[int]:
        """The ids of its web processes."""
        parent = self.process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        return [int(pid) for pid in children if "--fd" in Path(f"/proc/{pid}/cmdline").read_text().split("\0")]


@contextmanager
def serving(environment: dict[str, str], *, workers: int) -> Iterator[Server]:
    """`serve` on a free port, ready; ended at the end with all its processes, which are on its leash.

    What it logs goes to a file of VAR_DIR, as in production it would not go to a terminal.
    """
    command = [sys.executable, "manage.py", "serve", "--port", "0", "--workers", str(workers)]
    log = Path(environment["VAR_DIR"]) / "serve.log"
    with log.open("w") as said:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=said, text=True)
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line.startswith("Passerelle is ready on "):
            raise SystemExit(f"bench: the server did not start\n{log.read_text()}")
        yield Server(process, int(line.rpartition(":")[2]))
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def memory_mb(pid: int | str = "self", *, peak: bool = False) -> float:
    """The resident memory of a process, now or at its highest, in MB."""
    name = "VmHWM:" if peak else "VmRSS:"
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) * 1024 / 1e6


def cpu_ms(pids: Iterable[str | int]) -> float:
    """The processor time that these processes have had so far, in ms."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks * 1000 / os.sysconf("SC_CLK_TCK")
