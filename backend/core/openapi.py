"""The OpenAPI document: every operation names its problem documents, and POSTs their Idempotency-Key."""

from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers
from rest_framework.serializers import ListSerializer

from backend.core.problems import CONTENT_TYPE

PROBLEM = inline_serializer(
    "Problem",
    {
        "type": serializers.CharField(),
        "title": serializers.CharField(),
        "status": serializers.IntegerField(),
        "code": serializers.CharField(),
        "detail": serializers.CharField(),
        "errors": serializers.DictField(child=serializers.ListField(), required=False),
    },
)
_SENTENCES = {
    "400": "What was sent is not right; `errors` names the fields.",
    "401": "No or wrong credentials.",
    "403": "The caller's role never has this route.",
    "404": "Not there, or another organisation's or person's.",
    "409": "The present state does not allow it; `code` says why.",
    "429": "Too many tries; see `Retry-After`.",
}
_FILES = {
    "text/csv": {"schema": {"type": "string"}},
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": {
        "schema": {"type": "string", "format": "binary"}
    },
}
"""What a list answers with `format=csv` and `format=xlsx`."""


class ContractSchema(AutoSchema):
    """drf-spectacular's schema with the shared parts of contract §2."""

    def get_override_parameters(self) -> list[Any]:
        """Add the header Idempotency-Key to every POST, and `search`, `ordering`, `format` to every list."""
        parameters = [*super().get_override_parameters()]
        if self.method == "POST":
            parameters.append(
                OpenApiParameter(
                    "Idempotency-Key",
                    OpenApiTypes.STR,
                    OpenApiParameter.HEADER,
                    description="The same key gives the same answer for 24 hours and no second effect.",
                )
            )
        if self.method == "GET" and hasattr(self.view, "listing"):
            parameters += [
                OpenApiParameter("search", OpenApiTypes.STR, description="Words that every row must hold."),
                OpenApiParameter(
                    "ordering",
                    OpenApiTypes.STR,
                    description="Comma-separated, `-` for descending: "
                    + ", ".join(sorted(getattr(self.view, "ordering_fields", {}))),
                ),
                OpenApiParameter("format", OpenApiTypes.STR, enum=["json", "csv", "xlsx"]),
            ]
        return parameters

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        if self.method == "GET" and hasattr(self.view, "listing"):
            bodies["200"]["content"] |= _FILES
        wanted = ["401", "403", "404"]
        if self.method in ("POST", "PUT", "PATCH"):
            wanted += ["400", "409"]
        if self.method == "GET":
            wanted += ["400"]
        if self.method == "POST":
            wanted += ["429"]
        for status in wanted:
            if status not in bodies:
                answer = OpenApiResponse(PROBLEM, description=_SENTENCES[status])
                bodies[status] = self._get_response_for_code(answer, status, [CONTENT_TYPE])  # type: ignore[no-untyped-call]
        return dict(sorted(bodies.items()))

    def _is_list_view(self, serializer: Any = None) -> bool:
        shown = serializer or self.get_response_serializers()
        return self.method == "GET" and (hasattr(self.view, "listing") or isinstance(shown, ListSerializer))

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> dict[str, Any]:
        """Fields that `Meta.shown_to_some` names are there for some readers only; an address that nobody gave is ""."""
        schema: dict[str, Any] = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        for described in schema.get("properties", {}).values():
            if direction == "response" and described.get("format") in ("email", "uri"):
                del described["format"]
        some = getattr(getattr(serializer, "Meta", None), "shown_to_some", ())
        if some:
            schema["required"] = [name for name in schema.get("required", []) if name not in some]
        return schema
