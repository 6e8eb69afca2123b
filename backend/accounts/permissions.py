"""Who may do what with members of an organisation and with tokens."""

from collections.abc import Iterable
from uuid import UUID

from backend.accounts.actors import Actor
from backend.accounts.enums import Role, Scope
from backend.accounts.models import Membership


def can_give_role(actor: Actor, organisation_id: UUID, role: str) -> bool:
    """And take it away again: its organisers, and the system; an owner's role only another owner."""
    if actor.is_system:
        return True
    if actor.user_id is None or not actor.acts_in(organisation_id, Scope.ORGANISER):
        return False
    owners = Membership.objects.filter(organisation_id=organisation_id, role=Role.OWNER)
    return role != Role.OWNER or owners.filter(user_id=actor.user_id).exists()


def scopes_beyond(actor: Actor, scopes: Iterable[str]) -> list[str]:
    """Those of the scopes that the actor's roles, through this door, are not worth: a token for them would be more
    than its maker."""
    return sorted(scope for scope in set(scopes) if not actor.has_any([scope]))
