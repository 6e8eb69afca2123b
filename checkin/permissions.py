"""Who may do what at the entrance."""

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from events.fairs.models import Fair


def can_scan(actor: Actor, fair: Fair) -> bool:
    """The event staff of the fair's organisation, and its organisers."""
    return actor.acts_in(fair.organisation_id, Scope.CHECKIN)


def can_force(actor: Actor, fair: Fair) -> bool:
    """Whoever holds the stronger scope in the fair's organisation: never by default, never silent."""
    return actor.acts_in(fair.organisation_id, Scope.CHECKIN_FORCE)
