"""The queue: what is put in comes out once, as often as it may be tried, and by nobody else at the same time."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import transaction
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from backend.core.clock import now
from backend.core.models import uuid7
from backend.jobs import services
from backend.jobs.checks import check_timetable
from backend.jobs.models import Job, Period, Worker
from backend.jobs.selectors import has_live_worker
from backend.jobs.worker import Worker as WorkerProcess
from tests.jobs import workload

pytestmark = pytest.mark.django_db
NOTE, FAIL = "tests.jobs.workload.note", "tests.jobs.workload.fail"


@pytest.fixture
def worker() -> WorkerProcess:
    """A worker that gave a sign of life."""
    worker = WorkerProcess()
    services.beat(worker.id, worker.place)
    return worker


@pytest.fixture
def notes(settings, tmp_path: Path) -> Callable[[], list[str]]:
    """What jobs have noted so far."""
    settings.VAR_DIR = tmp_path
    return lambda: (tmp_path / "notes").read_text().splitlines() if (tmp_path / "notes").exists() else []


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until it is moved."""
    with time_machine.travel("2026-03-10T09:00:00Z", tick=False) as clock:
        yield clock


def work(worker: WorkerProcess) -> int:
    """Do everything that is due; how many jobs that was."""
    count = 0
    while task := services.claim_job(worker.id):
        worker._perform(task)
        count += 1
    return count


def test_a_job_is_done_once_with_its_arguments_as_text(worker, notes) -> None:
    row = uuid7()
    services.enqueue(workload.note, "a", row)
    services.enqueue(NOTE, "b")
    assert work(worker) == 2
    assert work(worker) == 0
    assert sorted(notes()) == [f"a {row}", "b"]
    assert DBTaskResult.objects.successful().count() == 2


def test_a_job_of_a_transaction_that_is_rolled_back_never_was(worker, notes) -> None:
    with transaction.atomic():
        services.enqueue(NOTE, "never")
        transaction.set_rollback(True)
    assert work(worker) == 0
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "function", ["tests.jobs.workload.nothing", "no.such.module", "backend.jobs.services.KEEP_DONE"]
)
def test_what_no_worker_could_find_is_refused(function) -> None:
    with pytest.raises((ImportError, TypeError)):
        services.enqueue(function)


def test_a_function_inside_another_is_refused() -> None:
    with pytest.raises((ImportError, TypeError)):
        services.enqueue(lambda: None)


def test_one_job_of_a_key_waits_and_another_may_follow_when_it_has_begun(worker, notes) -> None:
    services.enqueue(NOTE, "first", key="k")
    services.enqueue(NOTE, "dropped", key="k")
    task = services.claim_job(worker.id)
    services.enqueue(NOTE, "second", key="k")
    services.enqueue(NOTE, "other", key="l")
    worker._perform(task)
    work(worker)
    assert sorted(notes()) == ["first", "other", "second"]


def test_a_job_waits_for_its_time(worker, notes, clock) -> None:
    services.enqueue(NOTE, "later", run_at=now() + timedelta(minutes=5))
    assert work(worker) == 0
    clock.shift(301)
    assert work(worker) == 1


def test_a_failing_job_is_tried_again_with_growing_pauses_and_then_given_up(worker, clock, caplog) -> None:
    caplog.set_level(logging.WARNING)
    services.enqueue(FAIL, "Aïcha", max_attempts=3)
    assert work(worker) == 1
    for pause in services.BACKOFF_SECONDS[:2]:
        clock.shift(pause - 1)
        assert work(worker) == 0
        clock.shift(1)
        assert work(worker) == 1
    clock.shift(timedelta(days=1))
    assert work(worker) == 0
    task = DBTaskResult.objects.get()
    assert (task.status, len(task.worker_ids)) == (TaskResultStatus.FAILED, 3)
    assert task.exception_class_path == "builtins.ValueError"
    assert "workload.py" in task.traceback
    assert "Aïcha" not in task.traceback + caplog.text
    assert FAIL in caplog.text


def test_nobody_claims_what_another_has(worker) -> None:
    services.enqueue(NOTE)
    assert services.claim_job(worker.id) is not None
    assert services.claim_job(uuid7()) is None


def test_what_a_dead_worker_left_is_taken_up_and_not_before(worker, notes, clock) -> None:
    services.beat(worker.id, worker.place)
    services.enqueue(NOTE, "left")
    left = services.claim_job(worker.id)
    clock.shift(29)
    assert services.reap_jobs() == 0
    clock.shift(2)
    assert services.reap_jobs() == 1
    assert services.reap_jobs() == 0
    other = WorkerProcess()
    services.beat(other.id, other.place)
    assert work(other) == 1
    services.finish_job(left)  # the dead one was only slow: it has no say any more
    assert DBTaskResult.objects.get().worker_ids == [str(worker.id), str(other.id)]


def test_a_job_that_kills_its_workers_is_given_up(worker, clock) -> None:
    services.enqueue(NOTE, max_attempts=2)
    for _attempt in range(2):
        services.beat(worker.id, worker.place)
        assert services.claim_job(worker.id) is not None
        clock.shift(31)
        assert services.reap_jobs() == 1
    assert DBTaskResult.objects.get().status == TaskResultStatus.FAILED


def test_a_worker_that_is_gone_leaves_no_heartbeat_and_no_job(worker) -> None:
    services.enqueue(NOTE)
    task = services.claim_job(worker.id)
    assert has_live_worker()
    services.release_job(task)
    services.end_worker(worker.id)
    assert not has_live_worker()
    assert DBTaskResult.objects.ready().get().worker_ids == []


def test_workers_of_long_ago_are_forgotten(worker, clock) -> None:
    services.beat(worker.id, worker.place)
    clock.shift(timedelta(minutes=3))
    services.reap_jobs()
    assert not Worker.objects.exists()


def test_each_period_runs_once_and_missed_ones_are_not_made_up_for(settings, worker, notes, clock) -> None:
    settings.TIMETABLE = {"tick": (NOTE, 60)}

    def runs() -> int:
        before = len(notes())
        for _worker in range(3):
            services.enqueue_due_periods()
        work(worker)
        return len(notes()) - before

    assert runs() == 1
    assert runs() == 0
    clock.shift(60)
    assert runs() == 1
    clock.shift(3600)
    assert runs() == 1
    assert runs() == 0
    assert Period.objects.get().next_run_at == now() + timedelta(seconds=60)


def test_a_wrong_timetable_is_a_failed_check(settings) -> None:
    settings.TIMETABLE = {"a": ("no.such.function", 60), "b": (NOTE, 0), "c": (NOTE, 1)}
    assert [error.id for error in check_timetable()] == ["jobs.E001", "jobs.E002"]


def test_old_jobs_are_deleted_and_young_ones_kept(worker, notes, clock) -> None:
    services.enqueue(NOTE, "done")
    services.enqueue(FAIL, "x", max_attempts=1)
    services.enqueue(NOTE, "waits", run_at=now() + timedelta(days=90))
    work(worker)
    clock.shift(timedelta(days=1, seconds=1))
    services.prune_jobs()
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["FAILED", "READY"]
    clock.shift(timedelta(days=14))
    services.prune_jobs()
    assert list(DBTaskResult.objects.values_list("status", flat=True)) == ["READY"]
