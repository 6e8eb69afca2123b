"""REST edges of registrations and tickets. (Cancelling one: events/workflows/registrations_api.py.)"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib.auth import login
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Endpoint, Listing, found, found_by_slug
from backend.core.errors import DomainError
from backend.core.openapi import PROBLEM
from backend.core.problems import CONTENT_TYPE
from events.fairs.models import Fair
from events.fairs.selectors import visible_fairs
from events.registrations import codes, qr, selectors, services
from events.registrations.enums import RegistrationStatus
from events.registrations.filters import OwnRegistrationFilter, RegistrationFilter
from events.registrations.models import Registration
from events.registrations.permissions import ACTING, can_act_for, can_see_contacts
from events.registrations.serializers import (
    ConfirmSerializer,
    ContactableRegistrationSerializer,
    GivenReasonSerializer,
    ListedRegistrationSerializer,
    OwnRegistrationSerializer,
    RegisterSerializer,
    RegistrationSerializer,
    serializer_for,
)

SESSION_BACKEND = "django.contrib.auth.backends.ModelBackend"


class RegistrationsView(Listing):
    """`/fairs/{fair}/registrations/`"""

    public = ("POST",)
    roles = {"GET": ("organiser", "read", "checkin", "adviser")}
    queryset = Registration.objects.none()
    filterset_class = RegistrationFilter
    ordering_fields = {"family_name": "sort_key", "created_at": "created_at", "code": "code"}
    default_ordering = ("family_name",)
    search_fields = ("search_key",)

    def get_search_fields(self) -> Sequence[str]:
        """Whoever is shown no addresses finds by name and code alone."""
        return self.search_fields if can_see_contacts(self.actor, self.fair) else ("sort_key", "code_key")

    def get_serializer_class(self) -> type[Any]:
        """With addresses and numbers for organisers and auditors only."""
        if self.actor is None or can_see_contacts(self.actor, self.fair):
            return ContactableRegistrationSerializer
        return ListedRegistrationSerializer

    def get_queryset(self) -> QuerySet[Registration]:
        """The fair's registrations that the actor may read."""
        return selectors.registrations_of_fair(self.fair, self.actor).annotate(code_key=Lower("code"))

    @cached_property
    def fair(self) -> Fair:
        """The fair of the address. Raises `not_found` where the actor may not read its list."""
        return found_by_slug(selectors.listed_fairs(self.actor), self.kwargs["fair"])

    @extend_schema(summary="Registrations of a fair", responses=ContactableRegistrationSerializer(many=True))
    def get(self, request: Request, fair: str) -> HttpResponseBase:
        """List a fair's registrations; staff and advisers get no addresses."""
        return self.listing()

    @extend_schema(
        summary="Register",
        request=RegisterSerializer,
        responses={201: RegistrationSerializer},
    )
    def post(self, request: Request, fair: str) -> Response:
        """Register: without a token pending until the mailed code or link is used, with one confirmed."""
        values = self.parsed(RegisterSerializer)
        registration = services.register(
            found_by_slug(visible_fairs(self.actor), fair), actor=self.actor, values=values
        )
        return Response(RegistrationSerializer(registration).data, status=status.HTTP_201_CREATED)


class RegistrationView(Endpoint):
    """`/registrations/{id}/`"""

    roles = {"GET": (*ACTING, "read")}

    @extend_schema(summary="A registration", responses=OwnRegistrationSerializer)
    def get(self, request: Request, registration: UUID) -> Response:
        """Read a registration; `needs` is there for its person only, and staff and advisers get no contacts."""
        row = found(selectors.visible_registrations(self.actor), pk=registration)
        return Response(serializer_for(self.actor, row)(row).data)


class RegistrationConfirmView(Endpoint):
    """`/registrations/{id}/confirm/`"""

    public = ("POST",)

    @extend_schema(
        summary="Confirm with the mailed code",
        request=ConfirmSerializer,
        responses=RegistrationSerializer,
    )
    def post(self, request: Request, registration: UUID) -> Response:
        """Confirm the registration and sign the browser in."""
        code = self.parsed(ConfirmSerializer)["code"]
        row = services.confirm_with_code(registration, code, actor=self.actor)
        if not self.actor.is_token and row.user is not None and row.user.is_active:
            login(request._request, row.user, backend=SESSION_BACKEND)
        return Response(RegistrationSerializer(row).data)


class RegistrationTicketView(Endpoint):
    """`/registrations/{id}/ticket.svg`"""

    roles = {"GET": ACTING}

    @extend_schema(
        summary="The ticket's QR code",
        responses={
            (200, "image/svg+xml"): OpenApiResponse(OpenApiTypes.BINARY, description="The picture."),
            (409, CONTENT_TYPE): OpenApiResponse(PROBLEM, description="`not_confirmed`"),
        },
    )
    def get(self, request: Request, registration: UUID) -> HttpResponse:
        """Draw the QR code of a confirmed registration: it opens the door, so reading is not enough to have it."""
        row = found(selectors.visible_registrations(self.actor), pk=registration)
        if not can_act_for(self.actor, row):
            raise DomainError("not_found")
        if row.status != RegistrationStatus.CONFIRMED:
            raise DomainError("not_confirmed")
        text = selectors.ticket_text(selectors.live_ticket(row), row.fair)
        picture = qr.svg(text, title=_("Ticket %(code)s") % {"code": codes.group(row.code)})
        headers = {"Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
        return HttpResponse(picture, content_type="image/svg+xml; charset=utf-8", headers=headers)


class RegistrationReissueView(Endpoint):
    """`/registrations/{id}/reissue/`"""

    roles = {"POST": ACTING}

    @extend_schema(summary="Replace the ticket", request=GivenReasonSerializer, responses=OwnRegistrationSerializer)
    def post(self, request: Request, registration: UUID) -> Response:
        """Make a new QR code; the old one answers `revoked` from now on, the short code stays."""
        row = found(selectors.visible_registrations(self.actor), pk=registration)
        reason = self.parsed(GivenReasonSerializer)["reason"]
        services.reissue_ticket(row, actor=self.actor, reason=reason)
        return Response(serializer_for(self.actor, row)(row).data)


class MyRegistrationsView(Listing):
    """`/me/registrations/`"""

    roles = {"GET": ("candidate",)}
    queryset = Registration.objects.none()
    serializer_class = RegistrationSerializer
    filterset_class = OwnRegistrationFilter
    ordering_fields = {"starts_at": "fair__starts_at", "created_at": "created_at"}
    default_ordering = ("starts_at",)
    search_fields = ("fair__search_key",)

    def get_queryset(self) -> QuerySet[Registration]:
        """One's own registrations, cancelled ones too."""
        return selectors.visible_registrations(self.actor).filter(user_id=self.actor.user_id)

    @extend_schema(summary="One's own registrations", responses=RegistrationSerializer(many=True))
    def get(self, request: Request) -> HttpResponseBase:
        """List one's own registrations, the next fair first."""
        return self.listing()
