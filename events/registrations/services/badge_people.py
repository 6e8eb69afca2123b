"""Registrations of those who come to work: they register nowhere, and a badge needs a ticket."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from backend.accounts.actors import Actor
from backend.accounts.models import User
from backend.core.errors import DomainError
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.registrations.at_work import members_at_work, recruiters_at_work
from events.registrations.enums import Channel, RegistrationKind
from events.registrations.models import Registration
from events.registrations.permissions import can_prepare_registrations
from events.registrations.services.bulk import register_many
from events.registrations.services.settling import lock_fair


@transaction.atomic
def ensure_staff_registrations(fair: Fair, kinds: Iterable[str], *, actor: Actor) -> list[Registration]:
    """Register who works at the fair and is not registered yet, with ticket; the new registrations.

    `kinds`: employer (the teams of accepted exhibitors), staff (members of the organisation who organise or staff its
    fairs), adviser. A registration that somebody cancelled is not made again, and a fair that is off gets none.
    Raises `forbidden`.
    """
    if not can_prepare_registrations(actor, fair):
        raise DomainError("forbidden")
    fair = lock_fair(fair.pk)
    if fair.status in (FairStatus.CANCELLED, FairStatus.ARCHIVED):
        return []
    rows = [row for kind in kinds for row in _missing_people(fair, kind)]
    if not rows:
        return []
    registrations = register_many(fair, rows, actor=actor, channel=Channel.BADGE_JOB)
    for registration, row in zip(registrations, rows, strict=True):
        registration.employer_name = row["employer_name"]
    Registration.objects.bulk_update(registrations, ["employer_name"], batch_size=200)
    return registrations


def _missing_people(fair: Fair, kind: str) -> list[dict[str, Any]]:
    """Who lacks a registration of this kind, as values of `register`, each once."""
    known = set(Registration.objects.filter(fair=fair, kind=kind).values_list("user_id", flat=True))
    people: dict[Any, tuple[User, str]] = {}
    for user, employer in _people(fair, kind):
        if user.id not in known:
            people.setdefault(user.id, (user, employer))
    return [_values(user, kind, employer) for user, employer in people.values()]


def _people(fair: Fair, kind: str) -> Iterator[tuple[User, str]]:
    if kind == RegistrationKind.EMPLOYER:
        members = recruiters_at_work(fair).select_related("user", "employer")
        for member in members.order_by("employer__name_key", "id"):
            yield member.user, member.employer.name
        return
    for membership in members_at_work(fair, kind).select_related("user", "organisation").order_by("id"):
        yield membership.user, membership.organisation.name if kind == RegistrationKind.STAFF else ""


def _values(user: User, kind: str, employer: str) -> dict[str, Any]:
    given_name, _space, family_name = user.name.strip().partition(" ")
    return {
        "kind": kind,
        "given_name": given_name[:100],
        "family_name": family_name.strip()[:100],
        "email": user.email,
        "phone": user.phone or "",
        "language": user.language,
        "employer_name": employer,
    }
