"""Reads of employers, exhibitors and stands."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q, QuerySet

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.accounts.models import Organisation
from events.employers.enums import GONE, ExhibitorStatus
from events.employers.models import Employer, EmployerMember, Exhibitor, Stand
from events.fairs.models import Fair


def visible_employers(actor: Actor) -> QuerySet[Employer]:
    """The employers of the organisations the actor organises or reads, and those it works for."""
    own = Q(id__in=actor.employers())
    return Employer.objects.filter(own | Q(organisation_id__in=actor.readable_organisations()))


def employers_of_team(actor: Actor) -> QuerySet[Employer]:
    """The employers the actor works for, by name."""
    return Employer.objects.filter(id__in=actor.employers()).order_by("name_key", "id")


def members_of(employer: Employer) -> QuerySet[EmployerMember]:
    """The employer's team."""
    return EmployerMember.objects.filter(employer=employer).select_related("employer", "user")


def visible_exhibitors(actor: Actor, fair: Fair) -> QuerySet[Exhibitor]:
    """The accepted exhibitors of the fair; all of them for its organisers, their own for an employer's team."""
    exhibitors = Exhibitor.objects.filter(fair=fair)
    if actor.is_system or fair.organisation_id in actor.readable_organisations():
        return exhibitors
    return exhibitors.filter(Q(status=ExhibitorStatus.ACCEPTED) | Q(employer_id__in=actor.employers()))


def arranged_stands(actor: Actor) -> QuerySet[Stand]:
    """The stands of the fairs the actor organises."""
    stands = Stand.objects.select_related("fair", "hall", "exhibitor__employer")
    return stands.filter(fair__organisation_id__in=actor.organisations(Scope.ORGANISER))


def organisation_called(slug: str) -> Organisation | None:
    """The organisation of this slug."""
    return Organisation.objects.filter(slug=slug).first()


def organisations_of_employers(employer_ids: Iterable[UUID]) -> list[UUID]:
    """The ids of the organisations that know these employers, each once."""
    employers = Employer.objects.filter(id__in=list(employer_ids))
    return list(employers.order_by("organisation_id").values_list("organisation_id", flat=True).distinct())


def first_organisations(count: int) -> list[UUID]:
    """The ids of the oldest organisations, at most so many."""
    return list(Organisation.objects.order_by("id").values_list("id", flat=True)[:count])


def employer_known_as(
    organisation_id: UUID, *, siret: str, name_key: str, except_id: UUID | None = None
) -> Employer | None:
    """The organisation's employer with this SIRET, else, without one, with this folded name."""
    known = Employer.objects.filter(organisation_id=organisation_id)
    if except_id is not None:
        known = known.exclude(pk=except_id)
    return known.filter(siret=siret).first() if siret else known.filter(name_key=name_key).order_by("id").first()


def employers_to_invite(fair: Fair, words: Iterable[str]) -> QuerySet[Employer]:
    """The organisation's employers that take no part in the fair, by name; each folded word occurs in what is known
    of them."""
    taking_part = Exhibitor.objects.filter(fair=fair).exclude(status__in=GONE)
    employers = Employer.objects.filter(organisation_id=fair.organisation_id)
    for word in words:
        employers = employers.filter(search_key__contains=word)
    return employers.exclude(pk__in=taking_part.values("employer")).order_by("name_key", "id")


def labels_taken(fair: Fair, label_keys: Iterable[str]) -> list[str]:
    """Those of the folded labels that stands of the fair have already, as they are written there."""
    return list(
        Stand.objects.filter(fair=fair, label_key__in=list(label_keys))
        .order_by("label_key")
        .values_list("label", flat=True)
    )
