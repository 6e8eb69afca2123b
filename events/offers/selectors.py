"""Reads of offers and of the list of occupations. What the public sees of a fair's offers: events/catalogue."""

from django.db.models import Q, QuerySet

from backend.accounts.actors import Actor
from events.offers.models import Offer, RomeCode


def visible_offers(actor: Actor) -> QuerySet[Offer]:
    """The offers, in whatever state, of the actor's employers and of the organisations it organises or reads."""
    offers = Offer.objects.select_related("employer", "fair")
    if actor.is_system:
        return offers
    own = Q(employer_id__in=actor.employers())
    return offers.filter(own | Q(employer__organisation_id__in=actor.readable_organisations()))


def is_in_force(code: str) -> bool:
    """Whether an offer may name this ROME code: the list has it and it has not ended, or no list was imported."""
    known = RomeCode.objects.filter(code=code, valid_until=None).exists()
    return known or not RomeCode.objects.exists()
