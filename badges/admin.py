"""Print jobs, to look at."""

from django.contrib import admin

from backend.core.admin import ReadOnlyAdmin
from badges.models import PrintJob


@admin.register(PrintJob)
class PrintJobAdmin(ReadOnlyAdmin):
    """Print jobs, the latest first."""

    list_display = ("created_at", "fair", "format", "audience", "state", "done", "total")
    list_filter = ("state",)
    list_select_related = ("fair",)
    ordering = ("-created_at", "-id")
