"""What django-tasks-db's table of jobs leaves out: who is at work, what may be retried, what is due when."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_tasks_db.models import DBTaskResult

from backend.core.models import uuid7


class Worker(models.Model):
    """A worker process and its last sign of life."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    place = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    heartbeat_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.place


class Job(models.Model):
    """How often a task may be tried, and the key under which it waits.

    The key is held until the job begins: what is enqueued under it meanwhile would do the same work, and is dropped.
    """

    task = models.OneToOneField(DBTaskResult, models.CASCADE, primary_key=True, related_name="job")
    key = models.CharField(max_length=120, null=True, unique=True)
    max_attempts = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return str(self.task_id)


class Period(models.Model):
    """When a periodic job of settings.TIMETABLE is due next, for all workers together."""

    name = models.CharField(primary_key=True, max_length=60)
    next_run_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class FailedJob(DBTaskResult):
    """A job as the page of failures shows it."""

    class Meta:
        proxy = True
        verbose_name = _("failed job")
        verbose_name_plural = _("failed jobs")
