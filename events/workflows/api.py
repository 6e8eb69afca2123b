"""REST edges of fairs, their exhibitors and stands: what reads them is the catalogue's."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Endpoint, Listing, found, found_by_slug
from backend.core.errors import DomainError, invalid
from events.catalogue import selectors as catalogue
from events.catalogue.filters import ExhibitorFilter, FairFilter, StandFilter
from events.catalogue.serializers import (
    ExhibitorSerializer,
    FairSerializer,
    FullFairSerializer,
    StandSerializer,
    StandsSerializer,
)
from events.employers import selectors as employers
from events.employers import services as exhibiting
from events.employers.models import Exhibitor, Stand
from events.employers.serializers import AssignInput, ExhibitorInput, StandInput, StandsInput
from events.fairs import selectors, services
from events.fairs.models import Fair, Hall
from events.fairs.serializers import FairInput
from events.workflows.change_fair import change_fair
from events.workflows.serializers import ChangedFairSerializer


class FairsView(Listing):
    """`/fairs/`"""

    public = ("GET",)
    roles = {"POST": ("organiser",)}
    queryset = Fair.objects.none()
    serializer_class = FairSerializer
    filterset_class = FairFilter
    ordering_fields = {"starts_at": "starts_at", "name": "search_key", "created_at": "created_at"}
    default_ordering = ("starts_at",)
    search_fields = ("search_key",)

    def get_queryset(self) -> QuerySet[Fair]:
        """The fairs the caller may see."""
        return catalogue.shown_fairs(self.actor)

    @extend_schema(summary="Fairs", responses=FairSerializer(many=True))
    def get(self, request: Request) -> HttpResponseBase:
        """List the published fairs, and the caller's own drafts."""
        return self.listing()

    @extend_schema(summary="Make a fair", request=FairInput, responses={201: FullFairSerializer})
    def post(self, request: Request) -> Response:
        """Make a draft of a fair."""
        fair = services.create_fair(self.parsed(FairInput), actor=self.actor)
        return Response(FullFairSerializer(fair).data, status=status.HTTP_201_CREATED)


class FairView(Endpoint):
    """`/fairs/{fair}/`"""

    public = ("GET",)
    roles = {"PATCH": ("organiser",)}

    @extend_schema(summary="A fair", responses=FullFairSerializer)
    def get(self, request: Request, fair: str) -> Response:
        """Read a fair with its counters."""
        return Response(FullFairSerializer(found_by_slug(catalogue.shown_fairs(self.actor), fair)).data)

    @extend_schema(summary="Change a fair", request=FairInput(partial=True), responses={200: ChangedFairSerializer})
    def patch(self, request: Request, fair: str) -> Response:
        """Change a draft or published fair; `no_longer_fits` names the bookings outside the new dates and rules."""
        subject = found_by_slug(selectors.organised_fairs(self.actor), fair)
        values = self.parsed(FairInput, partial=True)
        changed, unfit = change_fair(subject, actor=self.actor, values=values)
        return Response(ChangedFairSerializer(changed, context={"no_longer_fits": unfit}).data)


class FairPublishView(Endpoint):
    """`/fairs/{fair}/publish/`"""

    roles = {"POST": ("organiser",)}

    @extend_schema(summary="Publish a fair", request=None, responses={200: FullFairSerializer})
    def post(self, request: Request, fair: str) -> Response:
        """Show a draft to everybody."""
        subject = found_by_slug(selectors.organised_fairs(self.actor), fair)
        return Response(FullFairSerializer(services.publish_fair(subject, actor=self.actor)).data)


class FairExhibitorsView(Listing):
    """`/fairs/{fair}/exhibitors/`"""

    public = ("GET",)
    roles = {"POST": ("employer", "organiser")}
    queryset = Exhibitor.objects.none()
    serializer_class = ExhibitorSerializer
    filterset_class = ExhibitorFilter
    ordering_fields = {"name": "employer__name_key", "created_at": "created_at"}
    default_ordering = ("name",)
    search_fields = ("employer__search_key",)

    def get_queryset(self) -> QuerySet[Exhibitor]:
        """The exhibitors of the fair the caller may see."""
        return catalogue.shown_exhibitors(self.actor, self._fair())

    @extend_schema(summary="Exhibitors of a fair", responses=ExhibitorSerializer(many=True))
    def get(self, request: Request, fair: str) -> HttpResponseBase:
        """List the accepted exhibitors; organisers see all, an employer's team its own."""
        return self.listing()

    @extend_schema(summary="Ask to exhibit", request=ExhibitorInput, responses={201: ExhibitorSerializer})
    def post(self, request: Request, fair: str) -> Response:
        """Ask for an employer's part in the fair; an organiser's is accepted at once."""
        subject, values = self._fair(), self.parsed(ExhibitorInput)
        try:
            employer = found_by_slug(employers.visible_employers(self.actor), values["employer"])
        except DomainError as error:
            raise invalid("employer", _("This employer is not known here.")) from error
        wishes = values.get("wishes")
        exhibitor = exhibiting.create_exhibitor(subject, actor=self.actor, employer=employer, wishes=wishes)
        return Response(self.get_serializer(exhibitor).data, status=status.HTTP_201_CREATED)

    def _fair(self) -> Fair:
        return found_by_slug(selectors.visible_fairs(self.actor), self.kwargs["fair"])


class FairStandsView(Listing):
    """`/fairs/{fair}/stands/`"""

    public = ("GET",)
    roles = {"POST": ("organiser",)}
    queryset = Stand.objects.none()
    serializer_class = StandSerializer
    filterset_class = StandFilter
    ordering_fields = {"label": "label_key", "created_at": "created_at"}
    default_ordering = ("label",)
    search_fields = ("label_key", "exhibitor__employer__search_key")

    def get_queryset(self) -> QuerySet[Stand]:
        """The stands of a fair the caller may see."""
        return catalogue.shown_stands(found_by_slug(selectors.visible_fairs(self.actor), self.kwargs["fair"]))

    @extend_schema(summary="Stands of a fair", responses=StandSerializer(many=True))
    def get(self, request: Request, fair: str) -> HttpResponseBase:
        """List the stands and who has them."""
        return self.listing()

    @extend_schema(summary="Make a stand", request=StandInput, responses={201: StandSerializer})
    def post(self, request: Request, fair: str) -> Response:
        """Make one stand."""
        subject = found_by_slug(selectors.organised_fairs(self.actor), fair)
        values = self.parsed(StandInput)
        hall = hall_of(subject, values)
        [stand] = exhibiting.create_stands(subject, actor=self.actor, labels=[values["label"]], hall=hall)
        return Response(StandSerializer(stand).data, status=status.HTTP_201_CREATED)


class FairStandsBulkView(Endpoint):
    """`/fairs/{fair}/stands/bulk/`"""

    roles = {"POST": ("organiser",)}

    @extend_schema(summary="Make a row of stands", request=StandsInput, responses={201: StandsSerializer})
    def post(self, request: Request, fair: str) -> Response:
        """Make the stands prefix + first to prefix + last, all or none."""
        subject = found_by_slug(selectors.organised_fairs(self.actor), fair)
        values = self.parsed(StandsInput)
        row = {name: values[name] for name in ("prefix", "first", "last")}
        stands = exhibiting.create_row_of_stands(subject, actor=self.actor, **row, hall=hall_of(subject, values))
        return Response({"results": StandSerializer(stands, many=True).data}, status=status.HTTP_201_CREATED)


class StandAssignView(Endpoint):
    """`/stands/{id}/assign/`"""

    roles = {"POST": ("organiser",)}

    @extend_schema(summary="Assign a stand", request=AssignInput, responses={200: StandSerializer})
    def post(self, request: Request, stand: UUID) -> Response:
        """Give the stand to an accepted exhibitor."""
        subject = found(employers.arranged_stands(self.actor), pk=stand)
        wanted = self.parsed(AssignInput)["exhibitor"]
        exhibitor = Exhibitor.objects.filter(fair_id=subject.fair_id, pk=wanted).first()
        if exhibitor is None:
            raise invalid("exhibitor", _("This exhibitor is not part of the stand's fair."))
        return Response(StandSerializer(exhibiting.assign_stand(subject, actor=self.actor, exhibitor=exhibitor)).data)


def hall_of(fair: Fair, values: dict[str, Any]) -> Hall | None:
    """The hall named in the body, if one is. Raises `invalid` for one of another fair."""
    if values.get("hall") is None:
        return None
    hall = Hall.objects.filter(fair=fair, pk=values["hall"]).first()
    if hall is None:
        raise invalid("hall", _("This hall is not part of the fair."))
    return hall
