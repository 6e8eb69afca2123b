"""Who may do what with schedules and bookings."""

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from events.employers.models import Stand
from events.interviews.enums import CancelledBy
from events.interviews.models import Interviewer, Place
from events.registrations.models import Registration
from events.registrations.permissions import can_act_for, is_own


def can_book_interview(actor: Actor, registration: Registration) -> bool:
    """Whoever may act for the registration."""
    return actor.is_system or can_act_for(actor, registration)


def can_override_booking(actor: Actor, registration: Registration) -> bool:
    """Organisers may pass over limits and windows, with a reason."""
    return actor.acts_in(registration.organisation_id, Scope.ORGANISER)


def can_set_schedule(actor: Actor, stand: Stand) -> bool:
    """The exhibitor's team and the fair's organisers."""
    if actor.acts_in(stand.fair.organisation_id, Scope.ORGANISER):
        return True
    return stand.exhibitor is not None and stand.exhibitor.employer_id in actor.employers()


def cancels_as(actor: Actor, place: Place) -> CancelledBy | None:
    """As whom the actor would cancel this booking; None where it may not."""
    if actor.is_system:
        return CancelledBy.SYSTEM
    if is_own(actor, place.registration):
        return CancelledBy.CANDIDATE
    if actor.acts_in(place.registration.organisation_id, Scope.ORGANISER, Scope.CHECKIN):
        return CancelledBy.ORGANISER
    if place.employer_id in actor.employers():
        return CancelledBy.EMPLOYER
    return CancelledBy.CANDIDATE if can_act_for(actor, place.registration) else None


def can_share_calendar(actor: Actor, owner: Registration | Interviewer) -> bool:
    """A calendar's address opens it to whoever has it: the person themselves, or who runs the interviewer's stand."""
    return can_set_schedule(actor, owner.stand) if isinstance(owner, Interviewer) else is_own(actor, owner)
