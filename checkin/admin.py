"""Scans and check-ins, to look at."""

from django.contrib import admin

from backend.core.admin import ReadOnlyAdmin
from checkin.models import CheckIn, Scan


@admin.register(Scan)
class ScanAdmin(ReadOnlyAdmin):
    """Scans, the latest first; the answers name people and stay out."""

    list_display = ("received_at", "scanned_at", "fair", "type", "reason", "gate", "is_forced")
    list_filter = ("type", "reason", "is_forced")
    list_select_related = ("fair", "gate")
    exclude = ("answer",)
    ordering = ("-received_at", "-id")


@admin.register(CheckIn)
class CheckInAdmin(ReadOnlyAdmin):
    """Entries and exits, the latest first."""

    list_display = ("at", "fair", "type", "registration", "gate", "is_first", "annulled_at")
    list_filter = ("type", "is_first")
    list_select_related = ("fair", "registration", "gate")
    ordering = ("-at", "-id")
