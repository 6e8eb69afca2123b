"""Who may do what with registrations."""

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from events.fairs.models import Fair
from events.registrations.enums import Channel
from events.registrations.models import Registration

ACTING = (Scope.CANDIDATE, Scope.ORGANISER, Scope.CHECKIN, Scope.ADVISER)
"""What opens the routes on which somebody acts for a registration; for which one is for `can_act_for` to say."""


def is_own(actor: Actor, registration: Registration) -> bool:
    """Whether the actor is the registered person, through a door that lets them act for themselves."""
    return actor.user_id is not None and actor.user_id == registration.user_id and actor.has_scope(Scope.CANDIDATE)


def can_act_for(actor: Actor, registration: Registration) -> bool:
    """The person, the organisation's organisers and staff, and advisers for the people they registered."""
    if is_own(actor, registration) or actor.acts_in(registration.organisation_id, Scope.ORGANISER, Scope.CHECKIN):
        return True
    return registration.channel == Channel.ADVISER and actor.acts_in(registration.organisation_id, Scope.ADVISER)


def can_register_others(actor: Actor, fair: Fair) -> bool:
    """Organisers, staff and advisers of the fair's organisation vouch for whom they register."""
    return actor.acts_in(fair.organisation_id, Scope.ORGANISER, Scope.CHECKIN, Scope.ADVISER)


def can_prepare_registrations(actor: Actor, fair: Fair) -> bool:
    """Organisers register people before the fair is published, and import them."""
    return actor.acts_in(fair.organisation_id, Scope.ORGANISER)


def can_register_many(actor: Actor, fair: Fair, channel: str) -> bool:
    """Organisers in any way, before the fair is published too; advisers the people they accompany."""
    if can_prepare_registrations(actor, fair):
        return True
    return channel == Channel.ADVISER and actor.acts_in(fair.organisation_id, Scope.ADVISER)


def can_see_contacts(actor: Actor, fair: Fair) -> bool:
    """Addresses, numbers and birth dates of a whole fair are for who organises or audits this one."""
    return actor.is_system or fair.organisation_id in actor.readable_organisations()
