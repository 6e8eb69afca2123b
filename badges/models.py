"""Print jobs."""

from django.db import models

from backend.core.models import Row
from badges.enums import PrintJobState
from events.fairs.models import Fair


class PrintJob(Row):
    """Badges of a fair, drawn by the worker into one PDF that lives for 30 days."""

    fair = models.ForeignKey(Fair, models.CASCADE, related_name="print_jobs")
    created_by_id = models.UUIDField(null=True)
    format = models.CharField(max_length=20)
    audience = models.CharField(max_length=10)
    order = models.CharField(max_length=12)
    is_only_new = models.BooleanField(default=False)
    registration_ids = models.JSONField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=PrintJobState, default=PrintJobState.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.format} {self.state}"
