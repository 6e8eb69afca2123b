"""REST edge of cancelling a registration."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Endpoint, found
from events.registrations.permissions import ACTING
from events.registrations.selectors import visible_registrations
from events.registrations.serializers import OwnRegistrationSerializer, ReasonSerializer, serializer_for
from events.workflows.cancel_registration import cancel_registration


class RegistrationCancelView(Endpoint):
    """`/registrations/{id}/cancel/`"""

    roles = {"POST": ACTING}

    @extend_schema(summary="Cancel a registration", request=ReasonSerializer, responses=OwnRegistrationSerializer)
    def post(self, request: Request, registration: UUID) -> Response:
        """Cancel the registration and its interviews; the first on the waiting list gets the place."""
        row = found(visible_registrations(self.actor), pk=registration)
        reason = self.parsed(ReasonSerializer)["reason"]
        cancelled = cancel_registration(row, actor=self.actor, reason=reason)
        return Response(serializer_for(self.actor, cancelled)(cancelled).data)
