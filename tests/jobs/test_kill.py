"""A worker is killed at the worst moment: everything is written and nothing committed. Another does it, once."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import psycopg
import pytest

from backend.jobs import services
from backend.jobs.selectors import DEAD_AFTER
from backend.jobs.worker import BEAT_SECONDS, CHORES
from tests.core.serving import ROOT, environment, manage, until
from tests.engines import postgres

BADGES = 5
ASK = f"""
from django_tasks_db.models import DBTaskResult
from backend.jobs.services import enqueue
from tests.factories.badges import make_badge_holders, make_print_job
from tests.factories.fairs import make_fair
fair = make_fair()
make_badge_holders(fair, [{{}} for number in range({BADGES})])
job = make_print_job(fair)
DBTaskResult.objects.all().delete()
enqueue("tests.jobs.workload.draw_and_wait", job.id)
"""


class Passerelle:
    """One that has a print job in its queue."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        for command in (["migrate", "--verbosity", "0"], ["shell", "--verbosity", "0", "--command", ASK]):
            done = manage(folder, *command, DATABASE_URL=url)
            assert done.returncode == 0, done.stderr

    @contextmanager
    def working(self) -> Iterator[subprocess.Popen[bytes]]:
        """A worker, ended at the end."""
        variables = environment(self.folder, DATABASE_URL=self.url)
        process = subprocess.Popen([sys.executable, "manage.py", "work"], cwd=ROOT, env=variables)
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def sql(self, statement: str) -> list[Any]:
        """Run a statement; the rows of a SELECT."""
        is_file = self.url.startswith("sqlite")
        opened: Any = sqlite3.connect(self.folder / "db.sqlite3", timeout=30) if is_file else psycopg.connect(self.url)
        with closing(opened) as connection, connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def notes(self) -> list[str]:
        """What the job has said so far."""
        path = self.folder / "notes"
        return path.read_text().splitlines() if path.exists() else []

    def state(self) -> dict[str, Any]:
        """What the database knows of the job and its effect."""
        ours = "CAST(args_kwargs AS TEXT) LIKE '%draw_and_wait%'"  # the timetable's jobs lie there too
        [queue] = self.sql(f"SELECT status FROM django_tasks_database_dbtaskresult WHERE {ours}")
        [job] = self.sql("SELECT state FROM badges_printjob")
        [[printed]] = self.sql("SELECT COUNT(*) FROM events_registration WHERE badge_printed_at IS NOT NULL")
        [[told]] = self.sql("SELECT COUNT(*) FROM core_auditentry WHERE action = 'print_job.done'")
        return {"queue": queue[0], "job": job[0], "printed": printed, "told": told}


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Passerelle]:
    """On either engine."""
    is_file = request.param == "sqlite"
    with nullcontext(f"sqlite:///{tmp_path / 'db.sqlite3'}") if is_file else postgres() as url:
        yield Passerelle(tmp_path, url)


def test_a_job_killed_before_its_commit_is_done_once(site: Passerelle) -> None:
    with site.working() as first:
        until(lambda: site.notes() == ["written"])
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    assert site.state() == {"queue": "RUNNING", "job": "running", "printed": 0, "told": 0}
    (site.folder / "go").touch()
    # Half a minute of silence, without waiting for it.
    site.sql("UPDATE jobs_worker SET heartbeat_at = '2020-01-01 00:00:00+00'")
    with site.working():
        until(lambda: site.state()["queue"] == "SUCCESSFUL")
    assert site.state() == {"queue": "SUCCESSFUL", "job": "done", "printed": BADGES, "told": 1}
    assert site.notes() == ["written", "written"]
    pdfs = [path.read_bytes() for path in (site.folder / "media" / "badges").iterdir() if path.suffix == ".pdf"]
    assert [pdf[:5] for pdf in pdfs] == [b"%PDF-"]


def test_a_job_of_a_worker_that_died_is_taken_up_within_a_minute() -> None:
    """Its last sign of life came just before; the next look at what dead ones left may have been just before too."""
    assert DEAD_AFTER.total_seconds() + CHORES[services.reap_jobs] + BEAT_SECONDS < 60
