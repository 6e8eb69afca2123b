"""Writes of employers, exhibitors and stands."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.accounts.models import Organisation
from backend.core import audit
from backend.core.clock import now
from backend.core.errors import DomainError, invalid
from backend.core.events import announce
from backend.core.slugs import insert_with_slug
from backend.core.text import fold
from events.employers import permissions, selectors
from events.employers.enums import GONE, EmployerRole, ExhibitorStatus
from events.employers.models import Employer, EmployerMember, Exhibitor, Stand
from events.fairs.enums import FairStatus
from events.fairs.models import Fair, Hall

MOST_STANDS = 500
KEY_LENGTH = 220


@transaction.atomic
def create_employer(values: Mapping[str, Any], *, actor: Actor, organisation: Organisation | None = None) -> Employer:
    """Make an employer known to an organisation: the one given, else the one the actor organises, else the one of the
    employers they work for, else the only one there is.

    Somebody who does not organise it becomes the employer's administrator. `values`: the fields of contract §2.3,
    SIRET and NAF cleaned. Raises `invalid` naming `organisation` where that leaves a choice, `forbidden`, and
    `already_exists` with `employer` (slug) for a known SIRET or, without SIRET, a known name.
    """
    organisation_id = organisation.id if organisation else _organisation_of(actor)
    is_organiser = actor.acts_in(organisation_id, Scope.ORGANISER)
    if not (is_organiser or permissions.can_join_as_employer(actor)):
        raise DomainError("forbidden")
    employer = Employer(organisation_id=organisation_id, **values)
    fill_keys(employer)
    _refuse_known(employer)
    try:
        insert_with_slug(employer, name=employer.name, otherwise="employer")
    except IntegrityError:
        _refuse_known(employer)
        raise
    if not is_organiser and actor.user is not None:
        EmployerMember.objects.create(employer=employer, user=actor.user, role=EmployerRole.ADMIN)
    audit.record("employer.created", employer, actor=actor, organisation_id=organisation_id)
    return employer


@transaction.atomic
def change_employer(employer: Employer, *, actor: Actor, values: Mapping[str, Any]) -> Employer:
    """Change an employer. Raises `forbidden`, `already_exists` for a SIRET or name of another one."""
    employer = Employer.objects.select_for_update(of=("self",), no_key=True).get(pk=employer.pk)
    if not permissions.can_change_employer(actor, employer):
        raise DomainError("forbidden")
    changed = sorted(name for name, value in values.items() if getattr(employer, name) != value)
    if not changed:
        return employer
    for name in changed:
        setattr(employer, name, values[name])
    fill_keys(employer)
    if {"siret", "name"} & set(changed):
        _refuse_known(employer)
    try:
        with transaction.atomic():
            employer.save(update_fields=[*changed, "name_key", "sector_key", "search_key", "updated_at"])
    except IntegrityError:
        _refuse_known(employer)
        raise
    audit.record(
        "employer.changed",
        employer,
        actor=actor,
        organisation_id=employer.organisation_id,
        reason=", ".join(changed),
    )
    return employer


@transaction.atomic
def create_exhibitor(
    fair: Fair, *, actor: Actor, employer: Employer, wishes: Mapping[str, Any] | None = None
) -> Exhibitor:
    """Ask for an employer's part in a fair: `submitted` by its team, `accepted` at once by an organiser.

    An employer that was rejected or has withdrawn may ask again. Raises `forbidden`, `wrong_state` for a cancelled or
    archived fair, `already_exists` with `exhibitor` (id), `not_found` for another organisation's fair.
    """
    if fair.organisation_id != employer.organisation_id:
        raise DomainError("not_found")
    if not permissions.can_request_exhibitor(actor, fair, employer):
        raise DomainError("forbidden")
    if fair.status not in (FairStatus.DRAFT, FairStatus.PUBLISHED):
        raise DomainError("wrong_state")
    new = Exhibitor(fair=fair, employer=employer, wishes=dict(wishes or {}))
    Exhibitor.objects.bulk_create([new], ignore_conflicts=True)
    exhibitor = Exhibitor.objects.select_for_update(of=("self",), no_key=True).get(fair=fair, employer=employer)
    exhibitor.fair, exhibitor.employer = fair, employer
    if exhibitor.pk != new.pk and exhibitor.status not in GONE:
        raise DomainError("already_exists", extra={"exhibitor": str(exhibitor.id)})
    exhibitor.wishes = new.wishes
    is_accepted = permissions.can_arrange_stands(actor, fair)
    _move(exhibitor, ExhibitorStatus.ACCEPTED if is_accepted else ExhibitorStatus.SUBMITTED, actor=actor)
    return exhibitor


@transaction.atomic
def create_exhibitor_and_employer(fair: Fair, *, actor: Actor, values: Mapping[str, Any]) -> Exhibitor:
    """Make an employer known to the fair's organisation and, at once, its part in the fair.

    `values` and errors as `create_employer` and `create_exhibitor`.
    """
    employer = create_employer(values, actor=actor, organisation=fair.organisation)
    return create_exhibitor(fair, actor=actor, employer=employer)


@transaction.atomic
def create_stands(fair: Fair, *, actor: Actor, labels: Sequence[str], hall: Hall | None = None) -> list[Stand]:
    """Make stands with these labels, all or none.

    Raises `forbidden`, `label_taken` with `labels` (those there are), `invalid` for a hall of another fair, labels
    that are empty, too long, too many or twice the same.
    """
    if not permissions.can_arrange_stands(actor, fair):
        raise DomainError("forbidden")
    if hall is not None and hall.fair_id != fair.id:
        raise invalid("hall", _("This hall is not part of the fair."))
    stands = [Stand(fair=fair, hall=hall, label=label, label_key=fold(label)) for label in labels]
    keys = [stand.label_key for stand in stands]
    if not 1 <= len(stands) <= MOST_STANDS:
        raise invalid("labels", _("1 to %(most)d stands at once.") % {"most": MOST_STANDS})
    if len(set(keys)) < len(keys) or not all(
        0 < len(stand.label) <= 20 and len(stand.label_key) <= 40 for stand in stands
    ):
        raise invalid("label", _("A label has 1 to 20 characters, and each stand has its own."))
    _refuse_labels(fair, keys)
    try:
        with transaction.atomic():
            Stand.objects.bulk_create(stands)
    except IntegrityError:
        _refuse_labels(fair, keys)
        raise
    audit.record_all(
        audit.entry("stand.created", stand, actor=actor, organisation_id=fair.organisation_id) for stand in stands
    )
    return stands


def create_row_of_stands(
    fair: Fair, *, actor: Actor, prefix: str, first: int, last: int, hall: Hall | None = None
) -> list[Stand]:
    """Make the stands prefix + first to prefix + last, all or none; errors as `create_stands`."""
    numbers = range(first, min(last, first + MOST_STANDS) + 1)
    return create_stands(fair, actor=actor, labels=[f"{prefix}{number}".strip() for number in numbers], hall=hall)


@transaction.atomic
def assign_stand(stand: Stand, *, actor: Actor, exhibitor: Exhibitor) -> Stand:
    """Give the stand to an exhibitor; again, nothing changes.

    Raises `forbidden`, `invalid` for an exhibitor of another fair, `not_accepted`, `stand_taken`.
    """
    exhibitor = _locked_exhibitor(exhibitor)
    stand = Stand.objects.select_for_update(of=("self",), no_key=True).select_related("fair", "hall").get(pk=stand.pk)
    if not permissions.can_arrange_stands(actor, stand.fair):
        raise DomainError("forbidden")
    if exhibitor.fair_id != stand.fair_id:
        raise invalid("exhibitor", _("This exhibitor is not part of the stand's fair."))
    if exhibitor.status != ExhibitorStatus.ACCEPTED:
        raise DomainError("not_accepted")
    if stand.exhibitor_id == exhibitor.id:
        return stand
    if stand.exhibitor_id is not None:
        raise DomainError("stand_taken")
    stand.exhibitor = exhibitor
    stand.save(update_fields=["exhibitor", "updated_at"])
    organisation = stand.fair.organisation_id
    audit.record("stand.assigned", stand, actor=actor, organisation_id=organisation, to_state=str(exhibitor.id))
    data = {"stand": str(stand.id), "exhibitor": str(exhibitor.id)}
    announce("stand.assigned", topics=[f"fair.{stand.fair_id}.live", f"stand.{stand.id}"], data=data)
    return stand


def _organisation_of(actor: Actor) -> Any:
    if actor.organisations(Scope.ORGANISER):
        return actor.home_organisation()
    possible = selectors.organisations_of_employers(actor.employers()) or selectors.first_organisations(2)
    if len(possible) != 1:
        raise invalid("organisation", _("Say which organiser's fairs this employer wants to take part in."))
    return possible[0]


def fill_keys(employer: Employer) -> None:
    """Fill the columns by which an employer is recognised, filtered and found."""
    employer.name_key = fold(employer.name)[:KEY_LENGTH]
    employer.sector_key = fold(employer.sector)[:KEY_LENGTH]
    employer.search_key = fold(f"{employer.name} {employer.sector} {employer.commune} {employer.siret}")[:660]


def _refuse_known(employer: Employer) -> None:
    known = selectors.employer_known_as(
        employer.organisation_id, siret=employer.siret, name_key=employer.name_key, except_id=employer.id
    )
    if known is not None:
        raise DomainError("already_exists", extra={"employer": known.slug})


def _refuse_labels(fair: Fair, keys: list[str]) -> None:
    taken = selectors.labels_taken(fair, keys)
    if taken:
        raise DomainError("label_taken", extra={"labels": taken})


def _locked_exhibitor(exhibitor: Exhibitor) -> Exhibitor:
    exhibitors = Exhibitor.objects.select_related("fair", "employer")
    return exhibitors.select_for_update(of=("self",), no_key=True).get(pk=exhibitor.pk)


def _move(exhibitor: Exhibitor, status: ExhibitorStatus, *, actor: Actor) -> None:
    former, exhibitor.status = exhibitor.status, status
    exhibitor.decided_at = now() if status == ExhibitorStatus.ACCEPTED else None
    exhibitor.save(update_fields=["status", "wishes", "decided_at", "updated_at"])
    audit.record(
        f"exhibitor.{status}",
        exhibitor,
        actor=actor,
        organisation_id=exhibitor.fair.organisation_id,
        from_state=former,
        to_state=status,
    )
    data = {"exhibitor": str(exhibitor.id), "status": status}
    announce("exhibitor.changed", topics=[f"fair.{exhibitor.fair_id}.live"], data=data)
