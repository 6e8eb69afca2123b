"""Offers, to look at."""

from django.contrib import admin

from backend.core.admin import ReadOnlyAdmin
from events.offers.models import Offer


@admin.register(Offer)
class OfferAdmin(ReadOnlyAdmin):
    """Offers."""

    list_display = ("title", "employer", "rome_code", "contract_type", "status")
    list_filter = ("status", "contract_type")
    list_select_related = ("employer",)
    search_fields = ("title", "rome_code", "employer__name")
