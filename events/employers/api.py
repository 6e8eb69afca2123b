"""REST edges of employers. Those of exhibitors and stands: events/workflows/api.py, with the catalogue's reads."""

from typing import Any

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.access import Closed
from backend.core.api import Endpoint, Listing, found_by_slug
from backend.core.errors import invalid
from events.employers import permissions, selectors, services
from events.employers.filters import EmployerFilter
from events.employers.models import Employer
from events.employers.serializers import EmployerSerializer, NewEmployerSerializer


class WorksWithEmployers(Closed):
    """Scope employer is worth something here before its person has an employer: it may register one."""

    def has_permission(self, request: Request, view: Any) -> bool:
        """True for callers whose role has the method."""
        if not super().has_permission(request, view):
            return False
        if request.method == "POST":
            return permissions.can_register_employers(view.actor)
        return permissions.can_work_with_employers(view.actor)


class EmployersView(Listing):
    """`/employers/`"""

    permission_classes = (WorksWithEmployers,)
    queryset = Employer.objects.none()
    serializer_class = EmployerSerializer
    filterset_class = EmployerFilter
    ordering_fields = {"name": "name_key", "created_at": "created_at"}
    default_ordering = ("name",)
    search_fields = ("search_key",)

    def get_queryset(self) -> QuerySet[Employer]:
        """The employers the actor works for or organises with."""
        return selectors.visible_employers(self.actor)

    @extend_schema(summary="Employers", responses=EmployerSerializer(many=True))
    def get(self, request: Request) -> HttpResponseBase:
        """List the employers of the organisation, or the caller's own."""
        return self.listing()

    @extend_schema(summary="Register an employer", request=NewEmployerSerializer, responses={201: EmployerSerializer})
    def post(self, request: Request) -> Response:
        """Register an employer; who does not organise becomes its administrator."""
        values = self.parsed(NewEmployerSerializer)
        slug = values.pop("organisation", None)
        organisation = selectors.organisation_called(slug) if slug else None
        if slug and organisation is None:
            raise invalid("organisation", _("There is no organisation of this name."))
        employer = services.create_employer(values, actor=self.actor, organisation=organisation)
        return Response(EmployerSerializer(employer).data, status=status.HTTP_201_CREATED)


class EmployerView(Endpoint):
    """`/employers/{employer}/`"""

    roles = {"GET": ("employer", "organiser", "read"), "PATCH": ("employer", "organiser")}

    @extend_schema(summary="An employer", responses=EmployerSerializer)
    def get(self, request: Request, employer: str) -> Response:
        """Read an employer."""
        return Response(EmployerSerializer(found_by_slug(selectors.visible_employers(self.actor), employer)).data)

    @extend_schema(
        summary="Change an employer", request=EmployerSerializer(partial=True), responses={200: EmployerSerializer}
    )
    def patch(self, request: Request, employer: str) -> Response:
        """Change an employer."""
        subject = found_by_slug(selectors.visible_employers(self.actor), employer)
        values = self.parsed(EmployerSerializer, partial=True)
        return Response(EmployerSerializer(services.change_employer(subject, actor=self.actor, values=values)).data)
