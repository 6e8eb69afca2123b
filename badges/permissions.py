"""Who may do what with badges."""

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from events.fairs.models import Fair
from events.registrations.models import Registration
from events.registrations.permissions import is_own


def can_print_badges(actor: Actor, fair: Fair) -> bool:
    """Organisers of the fair's organisation, and the system."""
    return actor.acts_in(fair.organisation_id, Scope.ORGANISER)


def can_hand_out_badge(actor: Actor, registration: Registration) -> bool:
    """Organisers and staff of the fair's organisation: what they fetch is printed and handed out."""
    return actor.acts_in(registration.organisation_id, Scope.ORGANISER, Scope.CHECKIN)


def can_read_badge(actor: Actor, registration: Registration) -> bool:
    """Who may hand it out, and the person itself."""
    return can_hand_out_badge(actor, registration) or is_own(actor, registration)
