"""REST edge of the calendar that goes with a ticket."""

from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from backend.core.api import Endpoint, found
from backend.core.errors import DomainError
from backend.core.openapi import PROBLEM
from backend.core.problems import CONTENT_TYPE as PROBLEM_TYPE
from events.fairs.calendars import CONTENT_TYPE
from events.interviews.calendars import calendar_of_ticket
from events.registrations.enums import RegistrationStatus
from events.registrations.permissions import ACTING, can_act_for
from events.registrations.selectors import visible_registrations


class RegistrationCalendarView(Endpoint):
    """`/registrations/{id}/ticket.ics`"""

    roles = {"GET": ACTING}

    @extend_schema(
        summary="The fair and the interviews as a calendar",
        responses={
            (200, "text/calendar"): OpenApiResponse(OpenApiTypes.STR, description="A file of RFC 5545."),
            (409, PROBLEM_TYPE): OpenApiResponse(PROBLEM, description="`not_confirmed`"),
        },
    )
    def get(self, request: Request, registration: UUID) -> HttpResponse:
        """Answer the fair of a confirmed registration and its live bookings, as events that keep their UID."""
        row = found(visible_registrations(self.actor).select_related("fair__venue"), pk=registration)
        if not can_act_for(self.actor, row):
            raise DomainError("not_found")
        if row.status != RegistrationStatus.CONFIRMED:
            raise DomainError("not_confirmed")
        headers = {
            "Cache-Control": "private, no-cache",
            "Content-Disposition": f'attachment; filename="{row.fair.slug}.ics"',
            "X-Content-Type-Options": "nosniff",
        }
        return HttpResponse(calendar_of_ticket(row), content_type=CONTENT_TYPE, headers=headers)
