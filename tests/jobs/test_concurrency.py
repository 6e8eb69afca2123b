"""Several workers and callers at once, on real connections."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections, transaction
from django_tasks_db.models import DBTaskResult

from backend.core.clock import now
from backend.core.models import uuid7
from backend.jobs import services
from backend.jobs.models import Job, Period

pytestmark = pytest.mark.django_db(transaction=True)
NOTE = "tests.jobs.workload.note"


def together(count: int, work: Callable[[], Any]) -> list[Any]:
    """Do the work in so many threads that begin together."""
    start = threading.Barrier(count)

    def run() -> Any:
        try:
            start.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(count)]]


def test_every_job_is_claimed_by_one_worker() -> None:
    for _number in range(40):
        services.enqueue(NOTE)

    def claim_all() -> list[str]:
        worker, found = uuid7(), []
        while DBTaskResult.objects.ready().exists():
            task = services.claim_job(worker)
            if task is not None:
                found.append(str(task.id))
        return found

    claimed = [task for found in together(4, claim_all) for task in found]
    assert len(claimed) == len(set(claimed)) == 40


def test_one_job_waits_under_a_key() -> None:
    together(4, lambda: services.enqueue(NOTE, key="k"))
    assert Job.objects.get().key == "k"


def test_a_period_begins_once(settings) -> None:
    settings.TIMETABLE = {"tick": (NOTE, 3600)}
    together(4, services.enqueue_due_periods)
    assert Job.objects.count() == 1


def test_a_job_dropped_for_its_key_begins_after_the_commit_of_who_wanted_it() -> None:
    services.enqueue(NOTE, key="k")
    is_dropped = threading.Event()

    def want() -> None:
        try:
            with transaction.atomic():
                services.enqueue(NOTE, key="k")
                is_dropped.set()
                time.sleep(0.3)
                Period.objects.create(name="what the job has to see", next_run_at=now())
        finally:
            connections.close_all()

    thread = threading.Thread(target=want)
    thread.start()
    is_dropped.wait(30)
    while services.claim_job(uuid7()) is None:
        time.sleep(0.01)
    assert Period.objects.exists()
    thread.join()
