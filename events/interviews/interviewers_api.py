"""REST edge of a stand's interviewers."""

from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Listing, found
from events.interviews import selectors, services
from events.interviews.models import Interviewer
from events.interviews.serializers import InterviewerSerializer


class StandInterviewersView(Listing):
    """`/stands/{id}/interviewers/`"""

    roles = {"GET": ("employer", "organiser", "read"), "POST": ("employer", "organiser")}
    queryset = Interviewer.objects.none()
    serializer_class = InterviewerSerializer
    ordering_fields = {"position": "position", "name": "name", "created_at": "created_at"}
    default_ordering = ("position",)

    def get_queryset(self) -> QuerySet[Interviewer]:
        """The interviewers of a stand the caller runs, organises or reads."""
        stand = found(selectors.visible_stands(self.actor), pk=self.kwargs["stand"])
        return stand.interviewers.select_related("stand__fair")

    @extend_schema(summary="Interviewers of a stand", responses=InterviewerSerializer(many=True))
    def get(self, request: Request, stand: UUID) -> HttpResponseBase:
        """List who interviews, those who withdrew too."""
        return self.listing()

    @extend_schema(summary="Add an interviewer", request=InterviewerSerializer, responses={201: InterviewerSerializer})
    def post(self, request: Request, stand: UUID) -> Response:
        """Add somebody who interviews, named or just as a table."""
        row = found(selectors.visible_stands(self.actor), pk=stand)
        interviewer = services.add_interviewer(row, actor=self.actor, **self.parsed(InterviewerSerializer))
        return Response(InterviewerSerializer(interviewer).data, status=status.HTTP_201_CREATED)
