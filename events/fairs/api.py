"""REST edges of series, venues and halls. Fairs: events/workflows/api.py, since reading one is a catalogue read."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Endpoint, Listing, found_by_slug
from backend.core.clock import now
from events.fairs import selectors, services
from events.fairs.days import first_moment, last_moment
from events.fairs.models import Hall, Series, Venue
from events.fairs.serializers import (
    GeneratedSerializer,
    GenerateSerializer,
    HallSerializer,
    OccurrenceSerializer,
    PeriodSerializer,
    SeriesSerializer,
    VenueSerializer,
)

DAYS_SHOWN = timedelta(days=365)


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


class SeriesListView(Listing):
    """`/series/`"""

    roles = {"GET": ("organiser", "read"), "POST": ("organiser",)}
    queryset = Series.objects.none()
    serializer_class = SeriesSerializer
    ordering_fields = {"name": "search_key", "starts_at": "starts_at", "created_at": "created_at"}
    default_ordering = ("name",)
    search_fields = ("search_key",)

    def get_queryset(self) -> QuerySet[Series]:
        """The actor's series."""
        return selectors.visible_series(self.actor)

    @extend_schema(summary="Series", responses=SeriesSerializer(many=True))
    def get(self, request: Request) -> HttpResponseBase:
        """List the organisation's series."""
        return self.listing()

    @extend_schema(summary="Make a series", request=SeriesSerializer, responses={201: SeriesSerializer})
    def post(self, request: Request) -> Response:
        """Make a series: a rule by which fairs recur."""
        series = services.create_series(self.parsed(SeriesSerializer), actor=self.actor)
        return Response(SeriesSerializer(series).data, status=status.HTTP_201_CREATED)


class SeriesView(Endpoint):
    """`/series/{series}/`"""

    roles = {"GET": ("organiser", "read"), "PATCH": ("organiser",)}

    @extend_schema(summary="A series", responses=SeriesSerializer)
    def get(self, request: Request, series: str) -> Response:
        """Read a series."""
        return Response(SeriesSerializer(found_by_slug(selectors.visible_series(self.actor), series)).data)

    @extend_schema(summary="Change a series", request=SeriesSerializer(partial=True), responses=SeriesSerializer)
    def patch(self, request: Request, series: str) -> Response:
        """Change a series; fairs made of it stay as they are."""
        subject = found_by_slug(selectors.visible_series(self.actor), series)
        values = self.parsed(SeriesSerializer, partial=True)
        return Response(SeriesSerializer(services.change_series(subject, actor=self.actor, values=values)).data)


class OccurrencesView(Endpoint):
    """`/series/{series}/occurrences/`"""

    roles = {"GET": ("organiser", "read")}

    @extend_schema(
        summary="Dates of a series",
        parameters=[OpenApiParameter("from", str), OpenApiParameter("to", str)],
        responses=OccurrenceSerializer(many=True),
    )
    def get(self, request: Request, series: str) -> Response:
        """The dates between two days or instants, both included; without them, the year to come."""
        subject = found_by_slug(selectors.visible_series(self.actor), series)
        period = PeriodSerializer(data=request.query_params)
        period.is_valid(raise_exception=True)
        zone = ZoneInfo(subject.time_zone)
        from_at = first_moment(period.validated_data.get("from", now()), zone)
        to_at = last_moment(period.validated_data.get("to", from_at + DAYS_SHOWN), zone)
        dates = selectors.occurrences_between(subject, from_at, to_at, field="to")
        fairs = selectors.fairs_of_occurrences(subject, dates)
        return Response(OccurrenceSerializer(dates, many=True, context={"zone": zone, "fairs": fairs}).data)


class GenerateView(Endpoint):
    """`/series/{series}/generate/`"""

    roles = {"POST": ("organiser",)}

    @extend_schema(
        summary="Make the fairs of a series", request=GenerateSerializer, responses={200: GeneratedSerializer}
    )
    def post(self, request: Request, series: str) -> Response:
        """Make a draft of every date up to `until`, included; each once, however often asked."""
        subject = found_by_slug(selectors.visible_series(self.actor), series)
        until = last_moment(self.parsed(GenerateSerializer)["until"], ZoneInfo(subject.time_zone))
        created, existing = services.generate_fairs(subject, actor=self.actor, until=until)
        return Response({"created": [fair.slug for fair in created], "existing": [fair.slug for fair in existing]})


class FairHallsView(Listing):
    """`/fairs/{fair}/halls/`"""

    public = ("GET",)
    roles = {"POST": ("organiser",)}
    queryset = Hall.objects.none()
    serializer_class = HallSerializer
    ordering_fields = {"name": "name", "created_at": "created_at"}
    default_ordering = ("name",)

    def get_queryset(self) -> QuerySet[Hall]:
        """The halls of a fair the caller may see."""
        return Hall.objects.filter(fair=found_by_slug(selectors.visible_fairs(self.actor), self.kwargs["fair"]))

    @extend_schema(summary="Halls of a fair", responses=HallSerializer(many=True))
    def get(self, request: Request, fair: str) -> HttpResponseBase:
        """List the halls."""
        return self.listing()

    @extend_schema(summary="Make a hall", request=HallSerializer, responses={201: HallSerializer})
    def post(self, request: Request, fair: str) -> Response:
        """Make a hall."""
        subject = found_by_slug(selectors.organised_fairs(self.actor), fair)
        hall = services.create_hall(subject, actor=self.actor, values=self.parsed(HallSerializer))
        return Response(HallSerializer(hall).data, status=status.HTTP_201_CREATED)
