"""Reads about jobs and workers."""

from datetime import timedelta

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
