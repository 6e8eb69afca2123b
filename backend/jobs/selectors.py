"""Reads about jobs and workers."""

from datetime import datetime, timedelta

from django.db.models import Count
from django_tasks_db.compat import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from backend.core.clock import now
from backend.jobs.models import Worker

DEAD_AFTER = timedelta(seconds=30)
"""A worker without a heartbeat for so long is dead: it ends itself before (backend.jobs.worker)."""


def live_worker_ids() -> set[str]:
    """The ids of the workers that are alive."""
    workers = Worker.objects.filter(heartbeat_at__gt=now() - DEAD_AFTER)
    return {str(id) for id in workers.values_list("id", flat=True)}


def has_live_worker() -> bool:
    """Whether any worker is alive."""
    return Worker.objects.filter(heartbeat_at__gt=now() - DEAD_AFTER).exists()


def last_heartbeat() -> datetime | None:
    """The last sign of life of any worker."""
    return Worker.objects.order_by("-heartbeat_at").values_list("heartbeat_at", flat=True).first()


def count_jobs() -> dict[str, int]:
    """How many jobs are `waiting`, `running` and `failed` for good."""
    names = {
        TaskResultStatus.READY: "waiting",
        TaskResultStatus.RUNNING: "running",
        TaskResultStatus.FAILED: "failed",
    }
    found = DBTaskResult.objects.filter(status__in=names).values_list("status").annotate(number=Count("id"))
    return dict.fromkeys(names.values(), 0) | {names[status]: number for status, number in found.order_by()}
