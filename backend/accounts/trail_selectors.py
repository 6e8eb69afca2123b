"""Reads of the audit trail, which lies below accounts and knows no roles."""

from uuid import UUID

from django.db.models import QuerySet

from backend.accounts.actors import Actor
from backend.core.models import AuditEntry


def visible_trail(actor: Actor) -> QuerySet[AuditEntry]:
    """What was done in the organisations the actor organises or reads."""
    return AuditEntry.objects.filter(organisation_id__in=actor.readable_organisations())


def done_by(trail: QuerySet[AuditEntry], actor: str) -> QuerySet[AuditEntry]:
    """What one person did, by their id, or what `system` and `anonymous` did."""
    try:
        return trail.filter(actor_user_id=UUID(actor))
    except ValueError:
        return trail.filter(actor_user_id=None, actor_kind=actor)
