"""What the public sees of a fair, across slices: read only."""

from datetime import datetime
from typing import TypedDict

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from backend.accounts.actors import Actor
from events.employers.enums import ExhibitorStatus
from events.employers.models import Exhibitor, Stand
from events.employers.selectors import visible_exhibitors
from events.fairs.models import Fair
from events.fairs.selectors import visible_fairs
from events.interviews.models import Slot
from events.interviews.selectors import bookable
from events.offers.enums import OfferStatus
from events.offers.models import Offer
from events.registrations.models import Registration


class Counters(TypedDict):
    """How much there is of a fair. `slots_free`: those somebody could still book."""

    exhibitors: int
    offers: int
    positions: int
    slots_free: int
    registered: int
    capacity: int | None


def shown_fairs(actor: Actor) -> QuerySet[Fair]:
    """The fairs the actor may see, ready to be shown."""
    return visible_fairs(actor).select_related("organisation", "series", "venue")


def counters(fair: Fair, at: datetime) -> Counters:
    """How much there is of the fair at that moment."""
    offers = published_offers(fair).aggregate(count=Count("id"), positions=Sum("positions", default=0))
    return {
        "exhibitors": Exhibitor.objects.filter(fair=fair, status=ExhibitorStatus.ACCEPTED).count(),
        "offers": offers["count"],
        "positions": offers["positions"],
        "slots_free": bookable(Slot.objects.filter(fair=fair), at).count(),
        "registered": Registration.objects.filter(fair=fair).counted().count(),
        "capacity": fair.capacity,
    }


def published_offers(fair: Fair) -> QuerySet[Offer]:
    """The published offers of the fair's accepted exhibitors."""
    takes_part = Q(employer__exhibitors__fair=fair, employer__exhibitors__status=ExhibitorStatus.ACCEPTED)
    return Offer.objects.filter(takes_part, fair=fair, status=OfferStatus.PUBLISHED)


def shown_exhibitors(actor: Actor, fair: Fair) -> QuerySet[Exhibitor]:
    """The exhibitors of the fair the actor may see, with their stands, ready to be shown."""
    stands = Prefetch("stands", Stand.objects.order_by("label_key"))
    return visible_exhibitors(actor, fair).select_related("employer", "fair").prefetch_related(stands)


def shown_stands(fair: Fair) -> QuerySet[Stand]:
    """The stands of the fair, ready to be shown."""
    return Stand.objects.filter(fair=fair).select_related("exhibitor__employer")
