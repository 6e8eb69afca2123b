"""Who is what in an organisation: inviting, changing a role, removing."""

from uuid import UUID

from django.conf import settings
from django.db import transaction

from backend.accounts import permissions
from backend.accounts.actors import Actor
from backend.accounts.enums import Role
from backend.accounts.models import Membership, Organisation
from backend.accounts.notifications import write_invitation
from backend.accounts.services.people import add_member, ensure_user
from backend.core import audit
from backend.core.errors import DomainError


@transaction.atomic
def invite_member(
    *, actor: Actor, email: str, role: str, organisation: Organisation | None = None
) -> tuple[Membership, bool]:
    """Give the person of this address (made if unknown) a role in the organisation, else in the one the actor works in,
    and write to them how to sign in.

    Answers the membership and whether it is new; the same call again changes and sends nothing. Raises `forbidden` for
    who does not organise it, and for making an owner without being one.
    """
    organisation_id = organisation.id if organisation else actor.home_organisation()
    if not permissions.can_give_role(actor, organisation_id, role):
        raise DomainError("forbidden")
    organisation = _locked_organisation(organisation_id)
    user = ensure_user(email=email, phone=None, name="", language=settings.LANGUAGE_CODE)
    is_new = not Membership.objects.filter(organisation=organisation, user=user, role=role).exists()
    member = add_member(organisation, actor=actor, user=user, role=role)
    if is_new:
        write_invitation(user, team=organisation.name, role=Role(role).label, organisation_id=organisation.id)
    return member, is_new


@transaction.atomic
def change_member(member: Membership, *, actor: Actor, role: str) -> Membership:
    """Give a member another role instead of this one; the same again changes nothing.

    Raises `forbidden` for who does not organise there, and for an owner's role without being an owner; `last_owner`;
    `already_exists` where the person has the other role as well.
    """
    member = _locked(member)
    if not all(permissions.can_give_role(actor, member.organisation_id, each) for each in (member.role, role)):
        raise DomainError("forbidden")
    former = member.role
    if former == role:
        return member
    _keep_an_owner(member)
    if Membership.objects.filter(organisation_id=member.organisation_id, user_id=member.user_id, role=role).exists():
        raise DomainError("already_exists")
    member.role = role
    member.save(update_fields=["role", "updated_at"])
    audit.record(
        "member.changed",
        member,
        actor=actor,
        organisation_id=member.organisation_id,
        from_state=former,
        to_state=role,
    )
    return member


@transaction.atomic
def remove_member(member: Membership, *, actor: Actor) -> None:
    """Take a role in the organisation away from a person; their tokens are worth nothing more there than what is left.

    Raises `forbidden` for who does not organise there, and for an owner's role without being an owner; `last_owner`;
    `not_found` for one that is gone already.
    """
    member = _locked(member)
    if not permissions.can_give_role(actor, member.organisation_id, member.role):
        raise DomainError("forbidden")
    _keep_an_owner(member)
    # The row is gone afterwards; the trail names whom it was about.
    audit.record(
        "member.removed", member.user, actor=actor, organisation_id=member.organisation_id, from_state=member.role
    )
    member.delete()


def _locked_organisation(organisation_id: UUID) -> Organisation:
    """All changes of an organisation's members wait for each other: owners are counted."""
    return Organisation.objects.select_for_update(of=("self",), no_key=True).get(pk=organisation_id)


def _locked(member: Membership) -> Membership:
    """The member as it is now. Raises `not_found`."""
    _locked_organisation(member.organisation_id)
    found = Membership.objects.select_related("user").filter(pk=member.pk).first()
    if found is None:
        raise DomainError("not_found")
    return found


def _keep_an_owner(member: Membership) -> None:
    """Somebody who can still sign in. Raises `last_owner`."""
    owners = Membership.objects.filter(organisation_id=member.organisation_id, role=Role.OWNER)
    owners = owners.filter(user__is_active=True, user__email_key__isnull=False)
    if member.role == Role.OWNER and not owners.exclude(pk=member.pk).exists():
        raise DomainError("last_owner")
