"""The page of failures, for the site's staff."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_tasks_db.compat import TaskResultStatus

from backend.jobs import services
from backend.jobs.functions import name_of
from backend.jobs.models import FailedJob


@admin.register(FailedJob)
class FailedJobAdmin(admin.ModelAdmin):
    """What failed for good, where, and a way to let it begin anew."""

    list_display = ("function", "kind", "attempts", "enqueued_at", "finished_at")
    list_filter = ("exception_class_path",)
    ordering = ("-finished_at",)
    fields = ("function", "arguments", "kind", "attempts", "enqueued_at", "started_at", "finished_at", "place")
    readonly_fields = fields
    actions = ("retry",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[FailedJob]:
        """Only what was tried as often as it may be."""
        return super().get_queryset(request).filter(status=TaskResultStatus.FAILED)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Jobs come from the program."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are read and retried, not changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """They are deleted when they are two weeks old."""
        return False

    def has_module_permission(self, request: HttpRequest) -> bool:
        """All of the site's staff."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """All of the site's staff."""
        return bool(request.user.is_active and request.user.is_staff)

    has_retry_permission = has_view_permission

    @admin.action(description=_("Let the selected jobs begin anew"), permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[FailedJob]) -> None:
        """Put them back into the queue."""
        ids = list(queryset.values_list("id", flat=True))
        count = services.retry_jobs(ids, actor=request.actor)  # type: ignore[attr-defined]
        said = ngettext("%(count)d job begins anew.", "%(count)d jobs begin anew.", count)
        self.message_user(request, said % {"count": count}, messages.SUCCESS)

    @admin.display(description=_("job"))
    def function(self, job: FailedJob) -> str:
        """Which function it calls."""
        return name_of(job)

    @admin.display(description=_("arguments"))
    def arguments(self, job: FailedJob) -> str:
        """With what: ids of rows."""
        return ", ".join(str(value) for value in job.args_kwargs["args"][1:])

    @admin.display(description=_("error"), ordering="exception_class_path")
    def kind(self, job: FailedJob) -> str:
        """The kind of the error; its message was never kept."""
        return job.exception_class_path or "-"

    @admin.display(description=_("attempts"))
    def attempts(self, job: FailedJob) -> int:
        """How often it was tried."""
        return len(job.worker_ids)

    @admin.display(description=_("where"))
    def place(self, job: FailedJob) -> str:
        """The stack."""
        return format_html("<pre>{}</pre>", job.traceback)
