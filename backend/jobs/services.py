"""Jobs: put one in the queue, and what a worker does with the queue.

django-tasks-db gives the table, its admin and its API. It has no retries, no timetable, and leaves what a killed worker
was doing RUNNING for ever; so those, and the claiming of a job, are here. The attempts of a job are its `worker_ids`.
"""

import json
import logging
import traceback
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult, get_date_max

from backend.core import audit
from backend.core.clock import now
from backend.jobs.functions import Function, name_of, path_of, perform
from backend.jobs.models import Job, Period, Worker
from backend.jobs.selectors import DEAD_AFTER, live_worker_ids

logger = logging.getLogger(__name__)
Task = DBTaskResult[Any, Any]

BACKOFF_SECONDS = (5, 30, 120, 600, 1800, 3600)
"""The pause before the second, third … attempt; the last one for all that follow."""
KEEP_DONE = timedelta(days=1)
KEEP_FAILED = timedelta(days=14)


def enqueue(
    function: str | Function, *args: Any, key: str | None = None, max_attempts: int = 5, run_at: datetime | None = None
) -> None:
    """Have a worker call `function(*args)` once the caller's transaction is committed; never if it is rolled back.

    The function is given as itself or by its dotted path; the arguments go through JSON (a UUID or an instant arrives
    as text) and name rows, not persons. It must bear being called twice: an attempt that raises, or whose worker dies,
    is repeated with growing pauses, `max_attempts` times in all. With a `key` nothing is added while a job of this key
    waits to begin. `run_at` is the earliest instant.
    """
    path = path_of(function)
    values = json.loads(json.dumps(args, cls=DjangoJSONEncoder))
    with transaction.atomic():
        if key is not None and _is_waiting(key):
            return
        try:
            with transaction.atomic():
                result = perform.using(run_after=run_at).enqueue(path, *values)
                Job.objects.create(task_id=result.id, key=key, max_attempts=max_attempts)
        except IntegrityError:
            # Somebody else's transaction has just committed a job of this key, so it will see what we commit later
            # only if it begins later: it does, for its row is locked until we commit.
            if key is None or not _is_waiting(key):
                raise


def _is_waiting(key: str) -> bool:
    """Whether a job of this key waits; it is locked, so that it begins after the caller's commit and sees its rows."""
    tasks = DBTaskResult.objects.select_for_update(of=("self",)).filter(status=TaskResultStatus.READY, job__key=key)
    return tasks.first() is not None


# --- what a worker does ----------------------------------------------------------------------------------------------


def beat(worker_id: UUID, place: str) -> None:
    """Give a worker's sign of life; `place` says where it runs, for people."""
    moment = now()
    row = {"place": place[:200], "heartbeat_at": moment}
    Worker.objects.update_or_create(id=worker_id, defaults=row, create_defaults=row | {"started_at": moment})


def end_worker(worker_id: UUID) -> None:
    """Write down that a worker is gone."""
    Worker.objects.filter(id=worker_id).delete()


def claim_job(worker_id: UUID) -> Task | None:
    """Take the next job that is due and make it this worker's; None when there is none."""
    if not DBTaskResult.objects.ready().exists():  # a look costs no lock, a claim does
        return None
    with transaction.atomic():
        waiting = DBTaskResult.objects.select_for_update(of=("self",), skip_locked=True).ready()
        task: Task | None = waiting.first()
        if task is not None:
            task.claim(str(worker_id))
            Job.objects.filter(task=task).update(key=None)
    return task


def finish_job(task: Task) -> None:
    """Write down that the job is done, unless it was taken from this worker."""
    _close(task, status=TaskResultStatus.SUCCESSFUL, finished_at=now())


def fail_job(task: Task, error: BaseException) -> None:
    """Write down that an attempt failed: the job waits for the next one, or has failed for good.

    Kept and logged are the kind of the error and where it arose, not its message: that may name a person.
    """
    kind = f"{type(error).__module__}.{type(error).__qualname__}"
    where = "".join(traceback.format_tb(error.__traceback__))
    name = name_of(task)
    attempts, allowed = len(task.worker_ids), _max_attempts(task)
    values: dict[str, Any] = {"exception_class_path": kind, "traceback": f"{where}{kind}\n"}
    if attempts < allowed:
        pause = BACKOFF_SECONDS[min(attempts, len(BACKOFF_SECONDS)) - 1]
        logger.warning("job %s %s: attempt %d of %d: %s; again in %d s", task.id, name, attempts, allowed, kind, pause)
        values |= {"status": TaskResultStatus.READY, "run_after": now() + timedelta(seconds=pause)}
    else:
        logger.error("job %s %s: failed for good: %s\n%s", task.id, name, kind, where)
        values |= {"status": TaskResultStatus.FAILED, "finished_at": now()}
    _close(task, **values)


def release_job(task: Task) -> None:
    """Give back a job that was broken off because the worker has to end; the attempt does not count."""
    _close(task, status=TaskResultStatus.READY, run_after=get_date_max(), worker_ids=task.worker_ids[:-1])


def _close(task: Task, **values: Any) -> None:
    """Change a running job, if it is still with the worker that this process is."""
    with transaction.atomic():
        current = DBTaskResult.objects.select_for_update(of=("self",)).filter(id=task.id).first()
        is_running = current is not None and current.status == TaskResultStatus.RUNNING
        if current is not None and is_running and current.worker_ids == task.worker_ids:
            DBTaskResult.objects.filter(id=task.id).update(**values)


def _max_attempts(task: Task) -> int:
    """A task that did not come through `enqueue` promised nothing about being called twice."""
    return Job.objects.filter(task=task).values_list("max_attempts", flat=True).first() or 1


def retry_jobs(ids: Iterable[UUID], *, actor: audit.Doer) -> int:
    """Let failed jobs begin anew, with all their attempts; how many there were, for others may have been quicker.

    Who may is for the caller to know: jobs lie below accounts.
    """
    with transaction.atomic():
        failed = DBTaskResult.objects.select_for_update(of=("self",)).failed().filter(id__in=list(ids))
        tasks = list(failed)
        for task in tasks:
            audit.record(
                "job.retried",
                task,
                actor=actor,
                organisation_id=None,
                from_state=TaskResultStatus.FAILED,
                to_state=TaskResultStatus.READY,
            )
        DBTaskResult.objects.filter(id__in=[task.id for task in tasks]).update(
            status=TaskResultStatus.READY, run_after=get_date_max(), finished_at=None, worker_ids=[]
        )
    return len(tasks)


def reap_jobs() -> int:
    """Take up what dead workers left running, as a failed attempt without pause; the number of those jobs."""
    Worker.objects.filter(heartbeat_at__lt=now() - 4 * DEAD_AFTER).delete()
    count = 0
    for task_id in DBTaskResult.objects.running().values_list("id", flat=True):
        with transaction.atomic():
            locked = DBTaskResult.objects.running().select_for_update(of=("self",), skip_locked=True)
            task = locked.filter(id=task_id).first()
            if task is None or task.worker_ids[-1] in live_worker_ids():
                continue
            if len(task.worker_ids) < _max_attempts(task):
                values: dict[str, Any] = {"status": TaskResultStatus.READY, "run_after": get_date_max()}
            else:
                values = {"status": TaskResultStatus.FAILED, "finished_at": now(), "traceback": "its worker died\n"}
            DBTaskResult.objects.filter(id=task_id).update(**values)
            logger.warning("job %s: its worker died; %s", task_id, values["status"])
            count += 1
    return count


# --- the timetable ---------------------------------------------------------------------------------------------------


def enqueue_due_periods() -> None:
    """Enqueue each job of settings.TIMETABLE whose time has come: once per period, however many workers ask."""
    known = dict(Period.objects.filter(name__in=settings.TIMETABLE).values_list("name", "next_run_at"))
    new = [Period(name=name, next_run_at=now()) for name in settings.TIMETABLE if name not in known]
    if new:
        Period.objects.bulk_create(new, ignore_conflicts=True)
    for name, (path, seconds) in settings.TIMETABLE.items():
        if name not in known or known[name] <= now():
            _enqueue_period(name, path, timedelta(seconds=seconds))


def _enqueue_period(name: str, path: str, length: timedelta) -> None:
    with transaction.atomic():
        period = Period.objects.select_for_update(skip_locked=True).filter(name=name, next_run_at__lte=now()).first()
        if period is None:
            return
        # After a long pause the periods that were missed are not made up for.
        is_behind = period.next_run_at + length <= now()
        period.next_run_at = (now() if is_behind else period.next_run_at) + length
        period.save(update_fields=["next_run_at"])
        enqueue(path, key=f"timetable {name}", max_attempts=1)


def prune_jobs() -> None:
    """Delete jobs done a day ago and jobs failed two weeks ago; a job of the timetable."""
    DBTaskResult.objects.successful().filter(finished_at__lt=now() - KEEP_DONE).delete()
    DBTaskResult.objects.failed().filter(finished_at__lt=now() - KEEP_FAILED).delete()
