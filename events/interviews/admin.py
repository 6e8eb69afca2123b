"""Slots and what takes up their seats, to look at."""

from django.contrib import admin

from backend.core.admin import ReadOnlyAdmin
from events.interviews.models import Place, Slot


@admin.register(Slot)
class SlotAdmin(ReadOnlyAdmin):
    """Slots."""

    list_display = ("starts_at", "employer", "stand", "interviewer", "capacity", "state")
    list_filter = ("state",)
    list_select_related = ("employer", "stand", "interviewer")
    search_fields = ("employer__name", "stand__label")


@admin.register(Place)
class PlaceAdmin(ReadOnlyAdmin):
    """Bookings, holds and offered places."""

    list_display = ("starts_at", "registration", "employer", "kind", "status")
    list_filter = ("kind", "status")
    list_select_related = ("registration", "employer")
    search_fields = ("employer__name", "registration__code")
