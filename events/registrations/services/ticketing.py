"""Tickets: made with the registration, replaced by a reissue."""

from datetime import timedelta

from django.db import transaction

from backend.accounts.actors import Actor
from backend.core import audit, crypto
from backend.core.clock import now
from backend.core.errors import DomainError
from events.fairs.models import Fair
from events.registrations import tickets
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration, Ticket
from events.registrations.permissions import can_act_for
from events.registrations.rules import last_day
from events.registrations.selectors import ticket_text


def draft_ticket(registration: Registration, fair: Fair) -> Ticket:
    """A new ticket, not saved: good until the day after the fair's last, so that a night is no edge."""
    ticket = Ticket(
        registration=registration,
        number=tickets.new_number(),
        key_id=crypto.signing_key_id(),
        not_after_on=last_day(fair) + timedelta(days=1),
    )
    ticket.secret_hash = crypto.hash_secret(tickets.normalise(ticket_text(ticket, fair)))
    return ticket


@transaction.atomic
def reissue_ticket(registration: Registration, *, actor: Actor, reason: str) -> Ticket:
    """Revoke the ticket and make another; the short code stays.

    Raises `not_found` for whom it is none of their business, `not_confirmed` for a registration that is not.
    """
    if not can_act_for(actor, registration):
        raise DomainError("not_found")
    registration = (
        Registration.objects.select_for_update(of=("self",), no_key=True).select_related("fair").get(pk=registration.pk)
    )
    if registration.status != RegistrationStatus.CONFIRMED:
        raise DomainError("not_confirmed")
    registration.save(update_fields=["updated_at"])  # a scan that waits for the lock sees that it must read again
    registration.tickets.filter(revoked_at=None).update(revoked_at=now(), updated_at=now())
    ticket = draft_ticket(registration, registration.fair)
    ticket.save(force_insert=True)
    audit.record(
        "ticket.reissued", registration, actor=actor, organisation_id=registration.organisation_id, reason=reason
    )
    return ticket
