"""Series, fairs and venues, to look at."""

from django.contrib import admin

from backend.core.admin import ReadOnlyAdmin
from events.fairs.models import Fair, Gate, Series, Venue


@admin.register(Fair)
class FairAdmin(ReadOnlyAdmin):
    """Fairs."""

    list_display = ("name", "slug", "status", "starts_at", "ends_at", "organisation")
    list_filter = ("status", "kind")
    list_select_related = ("organisation",)
    search_fields = ("name", "slug")
    ordering = ("-starts_at", "id")


@admin.register(Series)
class SeriesAdmin(ReadOnlyAdmin):
    """Series."""

    list_display = ("name", "slug", "rrule", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("name", "slug")


@admin.register(Venue)
class VenueAdmin(ReadOnlyAdmin):
    """Venues."""

    list_display = ("name", "commune", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("name", "commune")


@admin.register(Gate)
class GateAdmin(ReadOnlyAdmin):
    """Gates."""

    list_display = ("name", "fair", "kinds")
    list_select_related = ("fair",)
