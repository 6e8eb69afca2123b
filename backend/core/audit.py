"""The audit trail: one row per move of a state, written by services in their transaction."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from django.db import models

from backend.core.clock import now
from backend.core.models import AuditEntry


class Doer(Protocol):
    """Whoever acts: an accounts.Actor, named by ids since the trail lies below accounts."""

    @property
    def kind(self) -> str: ...
    @property
    def user_id(self) -> UUID | None: ...
    @property
    def token_id(self) -> UUID | None: ...
    @property
    def request_id(self) -> str: ...


def entry(
    action: str,
    subject: models.Model,
    *,
    actor: Doer,
    organisation_id: UUID | None,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
) -> AuditEntry:
    """An unsaved row of the trail; `action` is `noun.verb`, such as `booking.cancelled`."""
    return AuditEntry(
        at=now(),
        organisation_id=organisation_id,
        actor_kind=actor.kind,
        actor_user_id=actor.user_id,
        actor_token_id=actor.token_id,
        action=action,
        object_type=subject._meta.model_name or "",
        object_id=subject.pk,
        from_state=from_state,
        to_state=to_state,
        reason=reason[:500],
        request_id=actor.request_id,
    )


def record(
    action: str,
    subject: models.Model,
    *,
    actor: Doer,
    organisation_id: UUID | None,
    from_state: str = "",
    to_state: str = "",
    reason: str = "",
) -> None:
    """Write one row of the trail in the caller's transaction."""
    entry(
        action,
        subject,
        actor=actor,
        organisation_id=organisation_id,
        from_state=from_state,
        to_state=to_state,
        reason=reason,
    ).save(force_insert=True)


def record_all(entries: Iterable[AuditEntry]) -> None:
    """Write many rows at once."""
    AuditEntry.objects.bulk_create(entries, batch_size=500)
