"""Writes of many employers at once, for imports: a handful of statements per hundred."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from backend.accounts.actors import Actor
from backend.accounts.models import Organisation
from backend.core import audit
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.events import announce
from backend.core.slugs import MAX_LENGTH
from backend.core.text import slugify_name
from events.employers.enums import ExhibitorStatus
from events.employers.models import Employer, Exhibitor
from events.employers.permissions import can_arrange_stands
from events.employers.services import fill_keys
from events.fairs.enums import FairStatus
from events.fairs.models import Fair

BATCH = 500
TRIES = 3


@transaction.atomic
def lock_employers(fair: Fair, *, actor: Actor) -> list[Employer]:
    """All employers of the fair's organisation, which nobody else imports into meanwhile.

    Raises `forbidden`, `wrong_state` for a fair that is off.
    """
    if not can_arrange_stands(actor, fair):
        raise DomainError("forbidden")
    if fair.status not in (FairStatus.DRAFT, FairStatus.PUBLISHED):
        raise DomainError("wrong_state")
    Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=fair.organisation_id)
    return list(Employer.objects.filter(organisation_id=fair.organisation_id).order_by("created_at", "id"))


@transaction.atomic
def create_employers(employers: Sequence[Employer], *, actor: Actor) -> None:
    """Save new employers, each under a slug of its own. Raises `already_exists` for one that came meanwhile."""
    for employer in employers:
        fill_keys(employer)
    for _try in range(TRIES):
        _give_slugs(employers)
        try:
            with transaction.atomic():
                Employer.objects.bulk_create(employers, batch_size=BATCH)
        except IntegrityError:
            continue
        audit.record_all(_entries("employer.created", employers, actor=actor))
        return
    raise DomainError("already_exists")


@transaction.atomic
def amend_employers(changes: Iterable[tuple[Employer, Mapping[str, Any]]], *, actor: Actor) -> None:
    """Write new values of employers; what is not named stays. Raises `already_exists`."""
    amended = []
    for employer, values in changes:
        for field, value in values.items():
            setattr(employer, field, value)
        fill_keys(employer)
        try:
            with transaction.atomic():
                employer.save(update_fields=[*values, "name_key", "sector_key", "search_key", "updated_at"])
        except IntegrityError as error:
            raise DomainError("already_exists", extra={"employer": employer.slug}) from error
        amended.append(employer)
    audit.record_all(_entries("employer.changed", amended, actor=actor))


@transaction.atomic
def accept_employers(fair: Fair, employers: Sequence[Employer], *, actor: Actor) -> None:
    """Make employers accepted exhibitors of the fair, whatever was decided before. Raises `forbidden`."""
    if not can_arrange_stands(actor, fair):
        raise DomainError("forbidden")
    moment = now()
    new = {
        employer.id: Exhibitor(fair=fair, employer=employer, status=ExhibitorStatus.ACCEPTED, decided_at=moment)
        for employer in employers
    }
    # Its team may ask for its part meanwhile: what is there is left alone, then accepted like the rest.
    Exhibitor.objects.bulk_create(new.values(), batch_size=BATCH, ignore_conflicts=True)
    exhibitors = Exhibitor.objects.select_for_update(of=("self",), no_key=True).filter(fair=fair).order_by("id")
    asked = [exhibitor for exhibitor in exhibitors if exhibitor.employer_id in new]
    made = [exhibitor for exhibitor in asked if exhibitor.id == new[exhibitor.employer_id].id]
    entries = list(_exhibitor_entries(made, fair, from_state="", actor=actor))
    for exhibitor in asked:
        if exhibitor.status == ExhibitorStatus.ACCEPTED:
            continue
        former, exhibitor.status, exhibitor.decided_at = exhibitor.status, ExhibitorStatus.ACCEPTED, moment
        exhibitor.save(update_fields=["status", "decided_at", "updated_at"])
        entries += _exhibitor_entries([exhibitor], fair, from_state=former, actor=actor)
    audit.record_all(entries)
    if entries:
        announce("exhibitors.accepted", topics=[f"fair.{fair.id}.live"], data={"count": len(entries)})


def exhibitor_statuses(fair: Fair) -> dict[UUID, str]:
    """The status of every exhibitor of the fair, by employer."""
    return dict(Exhibitor.objects.filter(fair=fair).values_list("employer_id", "status"))


def _give_slugs(employers: Sequence[Employer]) -> None:
    taken = set(Employer.objects.values_list("slug", flat=True))
    for employer in employers:
        base = slugify_name(employer.name) or "employer"
        slugs = (base if number == 1 else f"{base[: MAX_LENGTH - 8]}-{number}" for number in count(1))
        employer.slug = next(slug for slug in slugs if slug not in taken)
        taken.add(employer.slug)


def _entries(action: str, employers: Iterable[Employer], *, actor: Actor) -> Iterable[Any]:
    return (
        audit.entry(action, employer, actor=actor, organisation_id=employer.organisation_id) for employer in employers
    )


def _exhibitor_entries(exhibitors: Iterable[Exhibitor], fair: Fair, *, from_state: str, actor: Actor) -> Iterable[Any]:
    return (
        audit.entry(
            "exhibitor.accepted",
            exhibitor,
            actor=actor,
            organisation_id=fair.organisation_id,
            from_state=from_state,
            to_state=ExhibitorStatus.ACCEPTED,
        )
        for exhibitor in exhibitors
    )
