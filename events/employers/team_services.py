"""Writes of employers' teams: adding, changing a role, removing."""

from django.conf import settings
from django.db import transaction

from backend.accounts.actors import Actor
from backend.accounts.notifications import write_invitation
from backend.accounts.services.people import ensure_user
from backend.core import audit
from backend.core.errors import DomainError
from events.employers import permissions
from events.employers.enums import EmployerRole
from events.employers.models import Employer, EmployerMember


@transaction.atomic
def add_employer_member(employer: Employer, *, actor: Actor, email: str, role: str) -> tuple[EmployerMember, bool]:
    """Take the person of this address (made if unknown) into the employer's team and write to them how to sign in, or
    give them another role there. Of an employer that no organiser has accepted yet, nobody is written to.

    Answers the member and whether it is new; the same call again changes and sends nothing. Raises `forbidden`,
    `last_administrator`.
    """
    employer = _locked(employer)
    if not permissions.can_change_team(actor, employer):
        raise DomainError("forbidden")
    user = ensure_user(email=email, phone=None, name="", language=settings.LANGUAGE_CODE)
    known = EmployerMember.objects.select_related("employer", "user").filter(employer=employer, user=user).first()
    if known is not None:
        return _with_role(known, role, actor=actor), False
    member = EmployerMember(employer=employer, user=user, role=role)
    member.save(force_insert=True)
    organisation_id = employer.organisation_id
    audit.record("employer_member.added", member, actor=actor, organisation_id=organisation_id, to_state=role)
    if permissions.can_write_to_strangers(actor, employer):
        write_invitation(user, team=employer.name, role=EmployerRole(role).label, organisation_id=organisation_id)
    return member, True


@transaction.atomic
def change_employer_member(member: EmployerMember, *, actor: Actor, role: str) -> EmployerMember:
    """Give a person of the team another role; the same again changes nothing. Raises `forbidden`,
    `last_administrator`, `not_found` for who has left."""
    return _with_role(_member_to_change(member, actor), role, actor=actor)


@transaction.atomic
def remove_employer_member(member: EmployerMember, *, actor: Actor) -> None:
    """Take a person out of the team. Raises `forbidden`, `last_administrator`, `not_found` for who has left."""
    member = _member_to_change(member, actor)
    _keep_an_administrator(member)
    # The row is gone afterwards; the trail names whom it was about.
    audit.record(
        "employer_member.removed",
        member.user,
        actor=actor,
        organisation_id=member.employer.organisation_id,
        from_state=member.role,
    )
    member.delete()


def _locked(employer: Employer) -> Employer:
    """All changes of a team wait for each other: administrators are counted."""
    return Employer.objects.select_for_update(of=("self",), no_key=True).get(pk=employer.pk)


def _member_to_change(member: EmployerMember, actor: Actor) -> EmployerMember:
    employer = _locked(member.employer)
    if not permissions.can_change_team(actor, employer):
        raise DomainError("forbidden")
    found = EmployerMember.objects.select_related("employer", "user").filter(pk=member.pk).first()
    if found is None:
        raise DomainError("not_found")
    return found


def _with_role(member: EmployerMember, role: str, *, actor: Actor) -> EmployerMember:
    former = member.role
    if former == role:
        return member
    _keep_an_administrator(member)
    member.role = role
    member.save(update_fields=["role", "updated_at"])
    audit.record(
        "employer_member.changed",
        member,
        actor=actor,
        organisation_id=member.employer.organisation_id,
        from_state=former,
        to_state=role,
    )
    return member


def _keep_an_administrator(member: EmployerMember) -> None:
    """Somebody who can still sign in. Raises `last_administrator`."""
    administrators = EmployerMember.objects.filter(employer_id=member.employer_id, role=EmployerRole.ADMIN)
    administrators = administrators.filter(user__is_active=True, user__email_key__isnull=False)
    if member.role == EmployerRole.ADMIN and not administrators.exclude(pk=member.pk).exists():
        raise DomainError("last_administrator")
