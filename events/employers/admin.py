"""Employers, exhibitors and stands, to look at."""

from django.contrib import admin

from backend.core.admin import ReadOnlyAdmin
from events.employers.models import Employer, Exhibitor, Stand


@admin.register(Employer)
class EmployerAdmin(ReadOnlyAdmin):
    """Employers."""

    list_display = ("name", "siret", "sector", "organisation")
    list_select_related = ("organisation",)
    search_fields = ("name", "siret")


@admin.register(Exhibitor)
class ExhibitorAdmin(ReadOnlyAdmin):
    """Employers' parts in fairs."""

    list_display = ("employer", "fair", "status")
    list_filter = ("status",)
    list_select_related = ("employer", "fair")
    search_fields = ("employer__name",)


@admin.register(Stand)
class StandAdmin(ReadOnlyAdmin):
    """Stands."""

    list_display = ("label", "fair", "exhibitor")
    list_select_related = ("fair", "exhibitor__employer", "exhibitor__fair")
    search_fields = ("label", "exhibitor__employer__name")
