"""Reads of members and tokens."""

from django.db.models import QuerySet

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.accounts.models import ApiToken, Membership, Organisation


def visible_members(actor: Actor) -> QuerySet[Membership]:
    """The members of the organisations the actor organises or reads."""
    members = Membership.objects.select_related("user", "organisation")
    return members.filter(organisation_id__in=actor.readable_organisations())


def organised_organisations(actor: Actor) -> QuerySet[Organisation]:
    """The organisations in which the actor may make fairs, by name."""
    return Organisation.objects.filter(pk__in=actor.organisations(Scope.ORGANISER)).order_by("name", "id")


def own_tokens(actor: Actor) -> QuerySet[ApiToken]:
    """The person's tokens that nobody revoked, those that ran out too."""
    if actor.user_id is None:
        return ApiToken.objects.none()
    return ApiToken.objects.filter(user_id=actor.user_id, revoked_at=None)
