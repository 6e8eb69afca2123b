"""REST edge of imports."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Endpoint, found_by_slug
from backend.core.errors import DomainError
from events.fairs.selectors import organised_fairs
from events.workflows.import_file import ImportKind, import_file


class ImportSerializer(serializers.Serializer[Any]):
    """A file and what its rows are."""

    file = serializers.FileField(allow_empty_file=True)
    kind = serializers.ChoiceField(ImportKind.choices)
    dry_run = serializers.BooleanField(required=False, default=False)


class ReportSerializer(serializers.Serializer[Any]):
    """What an import did, or would do."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    notes = serializers.ListField(child=serializers.CharField())


class ImportsView(Endpoint):
    """`/fairs/{fair}/imports/`"""

    roles = {"POST": ("organiser",)}
    parser_classes = (MultiPartParser,)

    @extend_schema(
        summary="Import a file",
        request={"multipart/form-data": ImportSerializer},
        responses={200: ReportSerializer, 201: ReportSerializer},
    )
    def post(self, request: Request, fair: str) -> Response:
        """Import employers or registrations from CSV or XLSX, all rows or none; a dry run (200) changes nothing."""
        row = found_by_slug(organised_fairs(self.actor), fair)
        values = self.parsed(ImportSerializer)
        file, is_dry_run = values["file"], values["dry_run"]
        if file.size > settings.FILE_UPLOAD_MAX_BYTES:
            raise DomainError("too_large")
        report = import_file(
            row, actor=self.actor, file=file, name=file.name, kind=values["kind"], is_dry_run=is_dry_run
        )
        code = status.HTTP_200_OK if is_dry_run else status.HTTP_201_CREATED
        return Response(ReportSerializer(report).data, status=code)
