"""REST edges of print jobs and badges."""

from io import BytesIO
from typing import IO
from uuid import UUID

from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Endpoint, found, found_by_slug
from backend.core.openapi import PROBLEM
from backend.core.problems import CONTENT_TYPE
from badges import selectors, services
from badges.serializers import (
    BadgeQuerySerializer,
    PagesQuerySerializer,
    PrintJobRequestSerializer,
    PrintJobSerializer,
)
from events.fairs.selectors import organised_fairs

PDF = {
    (200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="The PDF, as an attachment."),
    (409, CONTENT_TYPE): OpenApiResponse(PROBLEM, description="There is no PDF; `code` says why."),
}


def pdf_response(content: IO[bytes], name: str) -> FileResponse:
    """A PDF to download that no cache keeps: it shows names."""
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/pdf")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


class FairBadgesView(Endpoint):
    """`/fairs/{fair}/badges/`"""

    roles = {"POST": ("organiser",)}

    @extend_schema(
        summary="Print badges", request=PrintJobRequestSerializer, responses={202: PrintJobSerializer}, tags=["badges"]
    )
    def post(self, request: Request, fair: str) -> Response:
        """Have badges drawn into one PDF; ask for the job until it is `done`."""
        found_fair = found_by_slug(organised_fairs(self.actor), fair)
        body = PrintJobRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        job = services.request_print_job(found_fair, body.selection(), actor=self.actor)
        return Response(PrintJobSerializer(job).data, status=status.HTTP_202_ACCEPTED)


class PrintJobView(Endpoint):
    """`/print-jobs/{id}/`"""

    roles = {"GET": ("organiser",)}

    @extend_schema(summary="A print job", responses=PrintJobSerializer, tags=["badges"])
    def get(self, request: Request, job: UUID) -> Response:
        """How far the job is."""
        return Response(PrintJobSerializer(found(selectors.visible_print_jobs(self.actor), pk=job)).data)


class PrintJobPdfView(Endpoint):
    """`/print-jobs/{id}/badges.pdf`"""

    roles = {"GET": ("organiser",)}

    @extend_schema(
        summary="The badges of a print job",
        description="409 `not_ready`, `print_failed` or `nothing_to_print` where there is no PDF.",
        parameters=[PagesQuerySerializer],
        responses=PDF,
        tags=["badges"],
    )
    def get(self, request: Request, job: UUID) -> FileResponse:
        """The PDF of a job, kept for 30 days."""
        print_job = found(selectors.visible_print_jobs(self.actor), pk=job)
        query = PagesQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        pdf = services.open_print_job(print_job, actor=self.actor, from_page=query.validated_data["from_page"])
        return pdf_response(pdf, f"badges-{print_job.fair.slug}.pdf")


class BadgeView(Endpoint):
    """`/registrations/{id}/badge.pdf`"""

    roles = {"GET": ("organiser", "checkin", "candidate")}

    @extend_schema(
        summary="One badge",
        description="Fetched by staff or an organiser it counts as printed. 409 `not_confirmed`, `nothing_to_print`.",
        parameters=[BadgeQuerySerializer],
        responses=PDF,
        tags=["badges"],
    )
    def get(self, request: Request, registration: UUID) -> FileResponse:
        """The badge of a confirmed registration."""
        ticket = found(selectors.visible_tickets(self.actor), registration_id=registration)
        query = BadgeQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        pdf = services.print_badge(ticket, actor=self.actor, format=query.validated_data["format"])
        return pdf_response(BytesIO(pdf), f"badge-{ticket.registration.code}.pdf")
