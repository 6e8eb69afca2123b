"""The badge columns of registrations: printed when and with which content, written by print jobs through here only."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.core.clock import now
from backend.core.errors import DomainError
from events.fairs.models import Fair
from events.registrations.models import Registration

BATCH = 200


@transaction.atomic
def mark_badges_printed(fair: Fair, content_hashes: Mapping[UUID, str], *, actor: Actor) -> None:
    """Note that these registrations of the fair have their badge on paper, and what it shows.

    Raises `forbidden` for who neither organises the fair nor works at its entrance.
    """
    if not actor.acts_in(fair.organisation_id, Scope.ORGANISER, Scope.CHECKIN):
        raise DomainError("forbidden")
    moment = now()
    # In the order of ids, as every job does it: two jobs over the same people wait for each other and never both.
    ids = sorted(content_hashes)
    for start in range(0, len(ids), BATCH):
        chunk = ids[start : start + BATCH]
        locked = Registration.objects.select_for_update(of=("self",), no_key=True).filter(fair=fair, id__in=chunk)
        registrations = list(locked.only("id").order_by("id"))
        for registration in registrations:
            registration.badge_printed_at = moment
            registration.badge_hash = content_hashes[registration.id]
        Registration.objects.bulk_update(registrations, ["badge_printed_at", "badge_hash"])


def mark_badge_printed(registration: Registration, content_hash: str, *, actor: Actor) -> None:
    """The same for one registration, in one statement. Raises `forbidden`."""
    if not actor.acts_in(registration.organisation_id, Scope.ORGANISER, Scope.CHECKIN):
        raise DomainError("forbidden")
    registration.badge_printed_at, registration.badge_hash = now(), content_hash
    registration.save(update_fields=["badge_printed_at", "badge_hash"])
