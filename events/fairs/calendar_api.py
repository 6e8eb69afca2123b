"""REST edges of calendars of fairs, for calendar programs to subscribe to."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from backend.core.api import Endpoint, found_by_slug
from events.fairs import selectors
from events.fairs.calendars import CONTENT_TYPE, calendar_text, event_of_fair
from events.fairs.models import Fair

CALENDAR = {(200, "text/calendar"): OpenApiResponse(OpenApiTypes.STR, description="A file of RFC 5545.")}


class FairCalendarView(Endpoint):
    """`/fairs/{fair}/calendar.ics`"""

    public = ("GET",)

    @extend_schema(summary="A fair as a calendar", responses=CALENDAR)
    def get(self, request: Request, fair: str) -> HttpResponse:
        """Answer the fair as one event that keeps its UID; called off, it says so."""
        row = found_by_slug(selectors.visible_fairs(self.actor).select_related("venue"), fair)
        return _answer(row.name, [row], uid=row.id)


class SeriesCalendarView(Endpoint):
    """`/series/{series}/calendar.ics`"""

    public = ("GET",)

    @extend_schema(summary="The fairs of a series as a calendar", responses=CALENDAR)
    def get(self, request: Request, series: str) -> HttpResponse:
        """Answer the fairs of a series that the caller may see, each as an event that keeps its UID."""
        row = found_by_slug(selectors.series_with_calendar(self.actor), series)
        fairs = selectors.visible_fairs(self.actor).filter(series=row).select_related("venue")
        return _answer(row.name, list(fairs.order_by("starts_at", "id")), uid=row.id)


def _answer(name: str, fairs: Sequence[Fair], *, uid: UUID) -> HttpResponse:
    text = calendar_text(name, [event_of_fair(fair) for fair in fairs], uid=uid)
    headers = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(text, content_type=CONTENT_TYPE, headers=headers)
