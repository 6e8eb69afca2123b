"""Who may do what with employers, their part in a fair, and stands."""

from uuid import UUID

from backend.accounts import actors
from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from events.employers.enums import EmployerRole, ExhibitorStatus
from events.employers.models import Employer, EmployerMember, Exhibitor
from events.fairs.models import Fair


def register() -> None:
    """Tell accounts how to find the employers a person works for."""
    actors.register_employer_source(employers_of)


def employers_of(user_id: UUID) -> frozenset[UUID]:
    """The ids of the employers this person works for."""
    return frozenset(EmployerMember.objects.filter(user_id=user_id).values_list("employer_id", flat=True))


def can_change_employer(actor: Actor, employer: Employer) -> bool:
    """Its team, and the organisers who know it."""
    return employer.id in actor.employers() or actor.acts_in(employer.organisation_id, Scope.ORGANISER)


def can_change_team(actor: Actor, employer: Employer) -> bool:
    """The administrators of its team, the organisers who know it, and the system."""
    if actor.acts_in(employer.organisation_id, Scope.ORGANISER):
        return True
    admins = EmployerMember.objects.filter(employer=employer, role=EmployerRole.ADMIN)
    return employer.id in actor.employers() and admins.filter(user=actor.user).exists()


def can_write_to_strangers(actor: Actor, employer: Employer) -> bool:
    """Whether our mail goes out in the employer's name: only once an organiser has accepted it at a fair, or acts
    themselves. Anybody may register an employer, of any name, and invite any address to its team."""
    if actor.acts_in(employer.organisation_id, Scope.ORGANISER):
        return True
    return Exhibitor.objects.filter(employer=employer, status=ExhibitorStatus.ACCEPTED).exists()


def can_request_exhibitor(actor: Actor, fair: Fair, employer: Employer) -> bool:
    """The employer's team asks, an organiser of the fair accepts at once; both in one organisation."""
    return fair.organisation_id == employer.organisation_id and can_change_employer(actor, employer)


def can_arrange_stands(actor: Actor, fair: Fair) -> bool:
    """The fair's organisers."""
    return actor.acts_in(fair.organisation_id, Scope.ORGANISER)


def can_run_stand(actor: Actor, exhibitor: Exhibitor) -> bool:
    """The exhibitor's team, and the fair's organisers."""
    return exhibitor.employer_id in actor.employers() or actor.acts_in(exhibitor.fair.organisation_id, Scope.ORGANISER)


def can_work_with_employers(actor: Actor) -> bool:
    """Whoever may register an employer or read some: a browser, a token of scope employer, organisers and auditors."""
    return actor.is_system or (
        actor.is_person and (actor.has_scope(Scope.EMPLOYER) or bool(actor.readable_organisations()))
    )


def can_register_employers(actor: Actor) -> bool:
    """Who may bring an employer, and organisers."""
    return actor.is_system or can_join_as_employer(actor) or bool(actor.organisations(Scope.ORGANISER))


def can_join_as_employer(actor: Actor) -> bool:
    """Any signed-in person may bring an employer, unless the token is for something else."""
    return actor.is_person and actor.has_scope(Scope.EMPLOYER)
