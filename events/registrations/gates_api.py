"""REST edge of the gates of a fair."""

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Listing, found_by_slug
from events.fairs.models import Gate
from events.fairs.selectors import organised_fairs, readable_fairs
from events.registrations import services
from events.registrations.serializers import GateSerializer


class FairGatesView(Listing):
    """`/fairs/{fair}/gates/`"""

    roles = {"GET": ("organiser", "read", "checkin"), "POST": ("organiser",)}
    queryset = Gate.objects.none()
    serializer_class = GateSerializer
    ordering_fields = {"name": "name", "created_at": "created_at"}
    default_ordering = ("name",)

    def get_queryset(self) -> QuerySet[Gate]:
        """The gates of a fair the caller organises, reads or scans at."""
        return Gate.objects.filter(fair=found_by_slug(readable_fairs(self.actor), self.kwargs["fair"]))

    @extend_schema(summary="Gates of a fair", responses=GateSerializer(many=True))
    def get(self, request: Request, fair: str) -> HttpResponseBase:
        """List the entrances."""
        return self.listing()

    @extend_schema(summary="Make a gate", request=GateSerializer, responses={201: GateSerializer})
    def post(self, request: Request, fair: str) -> Response:
        """Make an entrance, for all or for some kinds of registrations."""
        subject = found_by_slug(organised_fairs(self.actor), fair)
        gate = services.create_gate(subject, actor=self.actor, **self.parsed(GateSerializer))
        return Response(GateSerializer(gate).data, status=status.HTTP_201_CREATED)
