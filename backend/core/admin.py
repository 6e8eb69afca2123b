"""The administration site: a window, not a door."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from backend.core.models import AuditEntry


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Rows to look at. They are made and changed by services, which check, lock and leave an audit row."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what, the latest first."""

    list_display = ("at", "action", "object_type", "object_id", "from_state", "to_state", "actor_kind")
    search_fields = ("action", "request_id")
    ordering = ("-at", "-id")
