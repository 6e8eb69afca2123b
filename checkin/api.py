"""REST edges of the entrance."""

from typing import Any

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Endpoint, found_by_slug
from backend.core.clock import now
from backend.core.openapi import PROBLEM
from checkin import selectors
from checkin.scan import Answer, ScanRequest
from checkin.serializers import (
    AnswerSerializer,
    AnswersSerializer,
    ScanSerializer,
    ScansSerializer,
    StatusSerializer,
    in_place,
    read_list,
    read_scan,
)
from checkin.services import admit_scans
from events.fairs.models import Fair
from events.fairs.selectors import readable_fairs, scannable_fair


class RedeemView(Endpoint):
    """`/fairs/{fair}/checkin/redeem/`"""

    roles = {"POST": ("checkin",)}

    @extend_schema(
        summary="Scan at the entrance",
        request=PolymorphicProxySerializer("ScanOrScans", [ScanSerializer, ScansSerializer], None),
        responses={
            200: PolymorphicProxySerializer("AnswerOrAnswers", [AnswerSerializer, AnswersSerializer], None),
            201: AnswerSerializer,
            (404, "application/json"): AnswerSerializer,
            (404, "application/problem+json"): PROBLEM,
        },
    )
    def post(self, request: Request, fair: str) -> Response:
        """Admit or let leave: 201 done, 200 known but refused, 404 unknown or invalid. A list answers 200."""
        at = scannable_fair(self.actor, fair)
        if isinstance(request.data, dict) and "scans" in request.data:
            return Response({"results": [answer.body for answer in self._answers(at, request.data["scans"])]})
        [answer] = admit_scans(at, [read_scan(request.data)], actor=self.actor)
        if answer.error:
            raise answer.error
        return Response(answer.body, status=answer.http_status)

    def _answers(self, fair: Fair, sent: Any) -> list[Answer]:
        read = read_list(sent)
        scans = [scan for scan in read if isinstance(scan, ScanRequest)]
        return in_place(read, admit_scans(fair, scans, actor=self.actor))


class StatusView(Endpoint):
    """`/fairs/{fair}/checkin/status/`"""

    roles = {"GET": ("checkin", "organiser", "read")}

    @extend_schema(summary="Figures of the entrance", responses=StatusSerializer)
    def get(self, request: Request, fair: str) -> Response:
        """Show how many are expected, admitted, inside and left, by gate, and how fast they come."""
        return Response(selectors.status(found_by_slug(readable_fairs(self.actor), fair), now()))
