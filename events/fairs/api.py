"""REST edges of series and venues. (Fairs themselves: events/workflows/api.py, since reading one is a catalogue read.)"""

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Listing
from events.fairs import selectors, services
from events.fairs.models import Venue
from events.fairs.serializers import VenueSerializer


class VenuesView(Listing):
    """`/venues/`"""

    roles = {"GET": ("organiser", "read"), "POST": ("organiser",)}
    queryset = Venue.objects.none()
    serializer_class = VenueSerializer
    ordering_fields = {"name": "search_key", "created_at": "created_at"}
    default_ordering = ("name",)
    search_fields = ("search_key",)

    def get_queryset(self) -> QuerySet[Venue]:
        """The actor's venues."""
        return selectors.visible_venues(self.actor)

    @extend_schema(summary="Venues", responses=VenueSerializer(many=True))
    def get(self, request: Request) -> HttpResponseBase:
        """List the organisation's venues."""
        return self.listing()

    @extend_schema(summary="Make a venue", request=VenueSerializer, responses={201: VenueSerializer})
    def post(self, request: Request) -> Response:
        """Make a venue."""
        venue = services.create_venue(self.parsed(VenueSerializer), actor=self.actor)
        return Response(VenueSerializer(venue).data, status=status.HTTP_201_CREATED)
