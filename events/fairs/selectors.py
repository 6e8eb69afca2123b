"""Reads of series, fairs and venues."""

from django.db.models import Q, QuerySet

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from events.fairs.enums import FairStatus
from events.fairs.models import Fair, Venue


def visible_venues(actor: Actor) -> QuerySet[Venue]:
    """The venues of the organisations the actor organises or reads."""
    return Venue.objects.filter(organisation_id__in=actor.readable_organisations())


def visible_fairs(actor: Actor) -> QuerySet[Fair]:
    """Published fairs for everybody; all of their organisation's for organisers, staff and advisers."""
    public = Q(status__in=(FairStatus.PUBLISHED, FairStatus.CANCELLED))
    if actor.is_system:
        return Fair.objects.all()
    own = actor.readable_organisations() | actor.organisations(Scope.CHECKIN) | actor.organisations(Scope.ADVISER)
    return Fair.objects.filter(public | Q(organisation_id__in=own))


def organised_fairs(actor: Actor) -> QuerySet[Fair]:
    """The fairs the actor may change."""
    if actor.is_system:
        return Fair.objects.all()
    return Fair.objects.filter(organisation_id__in=actor.organisations(Scope.ORGANISER))


def scannable_fairs(actor: Actor) -> QuerySet[Fair]:
    """The fairs at whose entrance the actor may scan."""
    if actor.is_system:
        return Fair.objects.all()
    return Fair.objects.filter(organisation_id__in=actor.organisations(Scope.CHECKIN))


def readable_fairs(actor: Actor) -> QuerySet[Fair]:
    """The fairs whose lists of people the actor may read: organisers, auditors, and the entrance's staff."""
    if actor.is_system:
        return Fair.objects.all()
    return Fair.objects.filter(organisation_id__in=actor.readable_organisations() | actor.organisations(Scope.CHECKIN))
