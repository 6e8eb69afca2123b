"""The worker process itself: killed in the middle of a job, and asked to stop in the middle of one."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.core.serving import ROOT, environment, manage, until

ENQUEUE = "from backend.jobs.services import enqueue; enqueue('tests.jobs.workload.wait_for', 'go')"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A Passerelle with one job in its queue."""
    migrated = manage(tmp_path, "migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    filled = manage(tmp_path, "shell", "--command", ENQUEUE)
    assert filled.returncode == 0, filled.stderr
    return tmp_path


@contextmanager
def working(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT, env=environment(folder))
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def notes(folder: Path) -> list[str]:
    path = folder / "notes"
    return path.read_text().splitlines() if path.exists() else []


def sql(folder: Path, statement: str) -> list[Any]:
    connection = sqlite3.connect(folder / "db.sqlite3", timeout=30)
    try:
        with connection:
            return connection.execute(statement).fetchall()
    finally:
        connection.close()


def state(folder: Path) -> str:
    return str(sql(folder, "SELECT status FROM django_tasks_database_dbtaskresult")[0][0])


def is_noted(folder: Path, count: int) -> Callable[[], bool]:
    return lambda: len(notes(folder)) >= count


def test_a_job_of_a_worker_that_was_killed_is_taken_up_again(folder: Path) -> None:
    with working(folder) as first:
        until(is_noted(folder, 1))
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    assert state(folder) == "RUNNING"
    # Half a minute of silence, without waiting for it.
    sql(folder, "UPDATE jobs_worker SET heartbeat_at = '2020-01-01 00:00:00'")
    with working(folder):
        until(is_noted(folder, 2))
        (folder / "go").touch()
        until(lambda: state(folder) == "SUCCESSFUL")
    assert notes(folder) == ["begun go", "begun go", "done go"]


def test_a_worker_asked_to_stop_finishes_its_job(folder: Path) -> None:
    with working(folder) as worker:
        until(is_noted(folder, 1))
        worker.send_signal(signal.SIGTERM)
        (folder / "go").touch()
        assert worker.wait() == 0
    assert (notes(folder), state(folder)) == (["begun go", "done go"], "SUCCESSFUL")
    assert sql(folder, "SELECT * FROM jobs_worker") == []


def test_a_job_that_takes_too_long_to_stop_is_given_back(folder: Path) -> None:
    with working(folder) as worker:
        until(is_noted(folder, 1))
        worker.send_signal(signal.SIGTERM)
        assert worker.wait() == 0
    assert (notes(folder), state(folder)) == (["begun go"], "READY")
