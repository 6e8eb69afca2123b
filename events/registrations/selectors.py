"""Reads of registrations and tickets."""

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.core.clock import now
from backend.core.crypto import hash_secret
from events.fairs.models import Fair
from events.registrations import tickets
from events.registrations.enums import Channel, Presence
from events.registrations.models import Registration, Ticket
from events.registrations.presence import emptied_at


def visible_registrations(actor: Actor) -> QuerySet[Registration]:
    """One's own; all of their organisation's for organisers, auditors and staff; for advisers those they made."""
    registrations = Registration.objects.select_related("fair")
    organisations = actor.readable_organisations() | actor.organisations(Scope.CHECKIN)
    visible = Q(organisation_id__in=organisations)
    visible |= Q(organisation_id__in=actor.organisations(Scope.ADVISER), channel=Channel.ADVISER)
    if actor.user_id and actor.has_scope(Scope.CANDIDATE):
        visible |= Q(user_id=actor.user_id)
    return registrations.filter(visible)


def registrations_of_fair(fair: Fair, actor: Actor) -> QuerySet[Registration]:
    """The registrations of a fair that the actor may read, as a list, with `present`."""
    return with_presence(visible_registrations(actor).filter(fair=fair), fair)


def with_presence(registrations: QuerySet[Registration], fair: Fair) -> QuerySet[Registration]:
    """The registrations of a fair with `present`: where each is at this moment, by the same rule as `presence_of`."""
    emptied = emptied_at(now(), zone=fair.zone, ends_at=fair.ends_at)
    is_gone = When(presence=Presence.INSIDE, presence_at__lt=emptied, then=Value(Presence.LEFT.value))
    present = Case(is_gone, default=F("presence"), output_field=CharField())
    return registrations.annotate(present=present)


def own_registrations(actor: Actor) -> QuerySet[Registration]:
    """The actor's own live registrations with fair and venue, the next fair first."""
    if actor.user_id is None:
        return Registration.objects.none()
    live = Registration.objects.live().filter(user_id=actor.user_id)
    return live.select_related("fair__venue", "fair__organisation").order_by("fair__starts_at", "created_at", "id")


def advised_registrations(actor: Actor) -> QuerySet[Registration]:
    """The people whom the advisers of the actor's organisations registered, the cancelled ones too."""
    advised = Registration.objects.filter(organisation_id__in=actor.organisations(Scope.ADVISER))
    return advised.filter(channel=Channel.ADVISER).select_related("fair__venue")


def registration_of_guardian(token: str) -> Registration | None:
    """The live registration whose guardian was asked with this link."""
    asked = Registration.objects.live().select_related("fair__venue")
    return asked.filter(guardian_token_hash=hash_secret(token)).first()


def listed_fairs(actor: Actor) -> QuerySet[Fair]:
    """The fairs of whose registrations the actor may read a list, be it empty."""
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
