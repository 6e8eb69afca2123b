"""Reads of registrations and tickets."""

from django.db.models import Q, QuerySet

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from events.fairs.models import Fair
from events.registrations import tickets
from events.registrations.enums import Channel
from events.registrations.models import Registration, Ticket


def visible_registrations(actor: Actor) -> QuerySet[Registration]:
    """One's own; all of their organisation's for organisers, auditors and staff; for advisers those they made."""
    registrations = Registration.objects.select_related("fair")
    if actor.is_system:
        return registrations
    organisations = actor.readable_organisations() | actor.organisations(Scope.CHECKIN)
    visible = Q(organisation_id__in=organisations)
    visible |= Q(organisation_id__in=actor.organisations(Scope.ADVISER), channel=Channel.ADVISER)
    if actor.user_id and actor.has_scope(Scope.CANDIDATE):
        visible |= Q(user_id=actor.user_id)
    return registrations.filter(visible)


def registrations_of_fair(fair: Fair, actor: Actor) -> QuerySet[Registration]:
    """The registrations of a fair that the actor may read, as a list."""
    return visible_registrations(actor).filter(fair=fair)


def listed_fairs(actor: Actor) -> QuerySet[Fair]:
    """The fairs of whose registrations the actor may read a list, be it empty."""
    if actor.is_system:
        return Fair.objects.all()
    organisations = actor.readable_organisations() | actor.organisations(Scope.CHECKIN)
    return Fair.objects.filter(organisation_id__in=organisations | actor.organisations(Scope.ADVISER))


def twin_of(registration: Registration) -> Registration | None:
    """The live registration that R1 takes for the same person, kind and fair; None without an e-mail or phone."""
    if registration.person_key is None:
        return None
    return (
        Registration.objects.live()
        .select_related("fair", "user")
        .filter(fair_id=registration.fair_id, kind=registration.kind, person_key=registration.person_key)
        .exclude(id=registration.id)
        .first()
    )


def live_ticket(registration: Registration) -> Ticket:
    """The ticket that admits: every registration has exactly one. Raises Ticket.DoesNotExist for an erased one."""
    return Ticket.objects.get(registration=registration, revoked_at=None)


def ticket_text(ticket: Ticket, fair: Fair) -> str:
    """The text of the ticket's QR code, made anew from its numbers: the same for ever."""
    payload = tickets.TicketPayload(fair_number=fair.number, number=ticket.number, not_after_on=ticket.not_after_on)
    return tickets.encode(payload, key_id=ticket.key_id)
