"""Reads of offers and of the list of occupations. What the public sees of a fair's offers: events/catalogue."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from backend.accounts.actors import Actor
from backend.core.clock import now
from backend.core.text import fold
from events.employers.models import Employer
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.offers.models import Offer, RomeCode


def visible_offers(actor: Actor) -> QuerySet[Offer]:
    """The offers, in whatever state, of the actor's employers and of the organisations it organises or reads."""
    offers = Offer.objects.select_related("employer", "fair")
    own = Q(employer_id__in=actor.employers())
    return offers.filter(own | Q(employer__organisation_id__in=actor.readable_organisations()))


def offers_of_team(actor: Actor) -> QuerySet[Offer]:
    """The offers, in whatever state, of the employers the actor works for."""
    return Offer.objects.filter(employer_id__in=actor.employers()).select_related("employer", "fair")


def fairs_to_offer_at(employers: Iterable[Employer], offer: Offer | None = None) -> QuerySet[Fair]:
    """The fairs ahead in which the employers take part or ask to, the next first; the one of the offer in any case."""
    ahead = Q(
        status__in=(FairStatus.DRAFT, FairStatus.PUBLISHED), ends_at__gt=now(), exhibitors__employer__in=employers
    )
    return Fair.objects.filter(ahead | Q(pk=offer.fair_id if offer else None)).distinct().order_by("starts_at", "id")


def occupations(search: str = "") -> QuerySet[RomeCode]:
    """The occupations in force whose label holds the words, by code; none where no list was imported."""
    codes = RomeCode.objects.filter(valid_until=None)
    for word in fold(search).split():
        codes = codes.filter(label_key__contains=word)
    return codes.order_by("code")


def is_in_force(code: str) -> bool:
    """Whether an offer may name this ROME code: the list has it and it has not ended, or no list was imported."""
    known = RomeCode.objects.filter(code=code, valid_until=None).exists()
    return known or not RomeCode.objects.exists()
