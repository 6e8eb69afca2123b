"""Cancelling a registration and what hangs on it."""

from django.db import transaction

from backend.accounts.actors import Actor
from events.interviews.enums import CancelledBy
from events.interviews.services import cancel_bookings_of
from events.registrations import services
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from events.registrations.permissions import is_own


@transaction.atomic
def cancel_registration(registration: Registration, *, actor: Actor, reason: str = "") -> Registration:
    """Cancel a registration and its live interviews; its place goes to the head of the waiting list.

    Again: the same object. Raises `not_found` for whom it is none of their business.
    """
    registration = services.lock_registration(registration, actor=actor)
    if registration.status == RegistrationStatus.CANCELLED:
        return registration
    # First the row, which locks the registrations it confirms instead: registrations come before slots.
    cancelled = services.cancel_registration_row(registration, actor=actor, reason=reason)
    cancel_bookings_of(cancelled, actor=actor, by=_by(actor, registration), reason=reason)
    return cancelled


def _by(actor: Actor, registration: Registration) -> CancelledBy:
    if actor.is_system:
        return CancelledBy.SYSTEM
    return CancelledBy.CANDIDATE if is_own(actor, registration) else CancelledBy.ORGANISER
