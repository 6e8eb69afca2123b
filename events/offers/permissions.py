"""Who may do what with offers."""

from backend.accounts.actors import Actor
from events.employers.models import Employer
from events.employers.permissions import can_change_employer


def can_write_offers(actor: Actor, employer: Employer) -> bool:
    """The employer's team, the organisers who know it, and the system."""
    return actor.is_system or can_change_employer(actor, employer)


def can_import_rome(actor: Actor) -> bool:
    """The list is the same for every organisation: whoever runs the server brings it."""
    return actor.is_system
