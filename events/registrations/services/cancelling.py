"""Giving a place back. What else a cancellation takes along (interviews) is events/workflows/cancel_registration.py."""

from django.db import transaction

from backend.accounts.actors import Actor
from backend.core.clock import now
from backend.core.errors import DomainError
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from events.registrations.permissions import can_act_for
from events.registrations.services.settling import lock_fair, promote_waitlisted, record_moves


@transaction.atomic
def lock_registration(registration: Registration, *, actor: Actor) -> Registration:
    """The registration with its fair, both locked, the fair first. Raises `not_found` for whom it is none of their
    business."""
    if not (actor.is_system or can_act_for(actor, registration)):
        raise DomainError("not_found")
    fair = lock_fair(registration.fair_id)
    locked = Registration.objects.select_for_update(of=("self",), no_key=True).get(pk=registration.pk)
    locked.fair = fair
    return locked


@transaction.atomic
def cancel_registration_row(registration: Registration, *, actor: Actor, reason: str = "") -> Registration:
    """Cancel the registration and give its place to the head of the waiting list; again: the same object.

    Raises `not_found` for whom it is none of their business.
    """
    registration = lock_registration(registration, actor=actor)
    before = registration.status
    if before == RegistrationStatus.CANCELLED:
        return registration
    registration.status = RegistrationStatus.CANCELLED
    registration.cancelled_at = now()
    registration.save(update_fields=["status", "cancelled_at", "updated_at"])
    record_moves([registration], actor=actor, from_state=before, reason=reason)
    promote_waitlisted(registration.fair, actor=actor)
    return registration
