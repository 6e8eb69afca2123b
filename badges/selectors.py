"""Reads of print jobs and of the badges to print."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.core.text import fold
from badges.drawing import BadgeFace, content_hash
from badges.enums import Audience, Order
from badges.faces import face_of, words_of
from badges.formats import DEFAULT_FORMAT
from badges.models import PrintJob
from events.fairs.models import Fair
from events.registrations.at_work import departed
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Ticket

CHUNK = 200


@dataclass(frozen=True)
class Selection:
    """Which badges of a fair, how and in which order.

    `order` empty is the order of `registration_ids`, and by family name without them.
    """

    format: str = DEFAULT_FORMAT
    audience: str = Audience.ALL
    order: str = ""
    is_only_new: bool = False
    registration_ids: Sequence[UUID] | None = None


@dataclass(frozen=True)
class Badge:
    """A badge to draw: `content_hash` is what the paper will show, `printed_hash` what was printed last ("" never)."""

    registration_id: UUID
    face: BadgeFace
    content_hash: str
    printed_hash: str


def visible_print_jobs(actor: Actor) -> QuerySet[PrintJob]:
    """The jobs of the fairs that the actor organises."""
    jobs = PrintJob.objects.select_related("fair")
    return jobs if actor.is_system else jobs.filter(fair__organisation_id__in=actor.organisations(Scope.ORGANISER))


def visible_tickets(actor: Actor) -> QuerySet[Ticket]:
    """The live tickets, with registration and fair, of whose badges the actor may have one."""
    tickets = Ticket.objects.filter(revoked_at=None).select_related("registration__fair")
    organisations = actor.organisations(Scope.ORGANISER) | actor.organisations(Scope.CHECKIN)
    visible = Q(registration__organisation_id__in=organisations)
    if actor.user_id and actor.has_scope(Scope.CANDIDATE):
        visible |= Q(registration__user_id=actor.user_id)
    return tickets.filter(visible)


# Compared here and not by the database: collations differ from server to server, folded text does not.
_ORDER_FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    Order.FAMILY_NAME: ("sort_key", str),
    Order.GIVEN_NAME: ("given_name", fold),
    Order.EMPLOYER: ("employer_name", fold),
    Order.CODE: ("code", str),
    # Filled up with zeros, so that box 9 comes before box 12.
    Order.BOX: ("badge_box", lambda box: fold(box).zfill(10)),
    Order.CREATED_AT: ("created_at", lambda created_at: created_at),
}


def chosen_registrations(fair: Fair, selection: Selection) -> list[UUID]:
    """The ids of the confirmed registrations of the selection, in its order; each once, whatever is printed already.

    Who came to work and has left is not among them.
    """
    tickets = Ticket.objects.filter(
        revoked_at=None, registration__fair=fair, registration__status=RegistrationStatus.CONFIRMED
    )
    tickets = tickets.exclude(registration__in=departed(fair))
    if selection.audience != Audience.ALL:
        tickets = tickets.filter(registration__kind=selection.audience)
    field, key = _ORDER_FIELDS[selection.order or Order.FAMILY_NAME]
    rows = tickets.values_list("registration_id", f"registration__{field}", "registration__sort_key")
    keys = {row_id: (key(value), sort_key, row_id) for row_id, value, sort_key in rows}
    if selection.registration_ids is None:
        return sorted(keys, key=keys.__getitem__)
    chosen = [row_id for row_id in dict.fromkeys(selection.registration_ids) if row_id in keys]
    return sorted(chosen, key=keys.__getitem__) if selection.order else chosen


def badges_of(fair: Fair, registration_ids: Sequence[UUID]) -> Iterator[Badge]:
    """The badges in this order, read in chunks; who is no longer confirmed is left out."""
    words = words_of(fair)
    for start in range(0, len(registration_ids), CHUNK):
        chunk = registration_ids[start : start + CHUNK]
        found = {ticket.registration_id: ticket for ticket in read_tickets(chunk)}
        for registration_id in chunk:
            if ticket := found.get(registration_id):
                face = face_of(ticket, words)
                yield Badge(registration_id, face, content_hash(face), ticket.registration.badge_hash)


def read_tickets(registration_ids: Sequence[UUID]) -> QuerySet[Ticket]:
    """The live tickets of those that are confirmed, each with its registration."""
    return Ticket.objects.filter(
        revoked_at=None, registration_id__in=registration_ids, registration__status=RegistrationStatus.CONFIRMED
    ).select_related("registration")


def new_badges(fair: Fair, registration_ids: Sequence[UUID]) -> list[UUID]:
    """Those never printed, or printed with another content: a reissued ticket is one, for its code is drawn."""
    badges = badges_of(fair, registration_ids)
    return [badge.registration_id for badge in badges if badge.content_hash != badge.printed_hash]
