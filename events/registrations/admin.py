"""Registrations, to look at."""

from django.contrib import admin

from backend.core.admin import ReadOnlyAdmin
from events.registrations.models import Registration


@admin.register(Registration)
class RegistrationAdmin(ReadOnlyAdmin):
    """Registrations, without what is sensitive: needs are read by those who may, and the reading is noted."""

    list_display = ("code", "given_name", "family_name", "fair", "kind", "status")
    list_filter = ("status", "kind")
    list_select_related = ("fair",)
    search_fields = ("code", "given_name", "family_name", "email", "phone")
    exclude = ("needs", "has_needs", "guardian_token_hash")
