"""REST edge of an employer's team."""

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Listing, found_by_slug
from events.employers import selectors, team_services
from events.employers.models import EmployerMember
from events.employers.serializers import EmployerMemberSerializer, NewEmployerMember


class EmployerMembersView(Listing):
    """`/employers/{employer}/members/`"""

    roles = {"GET": ("employer", "organiser", "read"), "POST": ("employer", "organiser")}
    queryset = EmployerMember.objects.none()
    serializer_class = EmployerMemberSerializer
    ordering_fields = {"email": "user__email_key", "role": "role", "created_at": "created_at"}
    search_fields = ("user__email_key",)

    def get_queryset(self) -> QuerySet[EmployerMember]:
        """The team of an employer the caller works for, organises with or reads."""
        return selectors.members_of(found_by_slug(selectors.visible_employers(self.actor), self.kwargs["employer"]))

    @extend_schema(summary="An employer's team", responses=EmployerMemberSerializer(many=True))
    def get(self, request: Request, employer: str) -> HttpResponseBase:
        """List who works for the employer here."""
        return self.listing()

    @extend_schema(
        summary="Add to an employer's team",
        request=NewEmployerMember,
        responses={200: EmployerMemberSerializer, 201: EmployerMemberSerializer},
    )
    def post(self, request: Request, employer: str) -> Response:
        """Take a person into the team; 200 if they are in it already, with the role they have from now on."""
        subject = found_by_slug(selectors.visible_employers(self.actor), employer)
        values = self.parsed(NewEmployerMember)
        member, is_new = team_services.add_employer_member(subject, actor=self.actor, **values)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(EmployerMemberSerializer(member).data, status=code)
