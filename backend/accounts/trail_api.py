"""REST edge of the audit trail."""

import django_filters
from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from backend.accounts.trail_selectors import done_by, visible_trail
from backend.core.api import Listing
from backend.core.fields import Instant
from backend.core.models import AuditEntry


class AuditSerializer(serializers.ModelSerializer[AuditEntry]):
    """Who moved what from which state to which; `actor` is a person's id, else `system` or `anonymous`."""

    at = Instant(read_only=True)
    actor = serializers.SerializerMethodField()
    object = serializers.UUIDField(source="object_id", read_only=True)
    vars()["from"] = serializers.CharField(source="from_state", read_only=True)  # a word of Python's
    to = serializers.CharField(source="to_state", read_only=True)

    class Meta:
        model = AuditEntry
        fields = ["id", "at", "actor", "action", "object_type", "object", "from", "to", "reason", "request_id"]
        read_only_fields = fields

    def get_actor(self, entry: AuditEntry) -> str:
        """The person's id, else what kind of actor it was."""
        return str(entry.actor_user_id or entry.actor_kind)


class AuditFilter(django_filters.FilterSet):
    """`action`, `actor` (a person's id, `system` or `anonymous`), `object_type`, `object` (id)."""

    action = django_filters.CharFilter()
    actor = django_filters.CharFilter(method="by")
    object_type = django_filters.CharFilter()
    object = django_filters.UUIDFilter(field_name="object_id")

    class Meta:
        model = AuditEntry
        fields: list[str] = []

    def by(self, queryset: QuerySet[AuditEntry], _name: str, value: str) -> QuerySet[AuditEntry]:
        """What this actor did."""
        return done_by(queryset, value)


class AuditView(Listing):
    """`/audit/`"""

    roles = {"GET": ("organiser", "read")}
    queryset = AuditEntry.objects.none()
    serializer_class = AuditSerializer
    filterset_class = AuditFilter
    ordering_fields = {"at": "at", "action": "action"}
    default_ordering = ("-at",)

    def get_queryset(self) -> QuerySet[AuditEntry]:
        """The trail of the actor's organisations."""
        return visible_trail(self.actor)

    @extend_schema(summary="Audit trail", responses=AuditSerializer(many=True))
    def get(self, request: Request) -> HttpResponseBase:
        """List who did what in the organisation, the latest first."""
        return self.listing()
