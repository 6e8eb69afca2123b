"""REST edges that only read: the slots and offers of a fair."""

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from backend.core.api import Listing, found_by_slug
from backend.core.clock import now
from events.catalogue.filters import SlotFilter
from events.catalogue.selectors import published_offers
from events.fairs.selectors import visible_fairs
from events.interviews.models import Slot
from events.interviews.selectors import slots_of_fair
from events.interviews.serializers import SlotSerializer
from events.offers.filters import FairOfferFilter
from events.offers.models import Offer
from events.offers.serializers import OfferSerializer


class FairSlotsView(Listing):
    """`/fairs/{fair}/slots/`"""

    public = ("GET",)
    queryset = Slot.objects.none()
    serializer_class = SlotSerializer
    filterset_class = SlotFilter
    ordering_fields = {"starts_at": "starts_at", "stand": "stand__label_key", "employer": "employer__name_key"}
    default_ordering = ("starts_at", "stand")
    search_fields = ("employer__search_key", "stand__label_key")

    def get_queryset(self) -> QuerySet[Slot]:
        """The slots of a fair the caller may see, with `free`."""
        return slots_of_fair(found_by_slug(visible_fairs(self.actor), self.kwargs["fair"]), now())

    @extend_schema(summary="Slots of a fair", responses=SlotSerializer(many=True))
    def get(self, request: Request, fair: str) -> HttpResponseBase:
        """List the times at which exhibitors interview."""
        return self.listing()


class FairOffersView(Listing):
    """`/fairs/{fair}/offers/`"""

    public = ("GET",)
    queryset = Offer.objects.none()
    serializer_class = OfferSerializer
    filterset_class = FairOfferFilter
    ordering_fields = {"title": "search_key", "employer": "employer__name_key", "created_at": "created_at"}
    default_ordering = ("employer", "title")
    search_fields = ("search_key", "employer__search_key")

    def get_queryset(self) -> QuerySet[Offer]:
        """The published offers of a fair the caller may see: the same for everybody, as the counters say."""
        fair = found_by_slug(visible_fairs(self.actor), self.kwargs["fair"])
        return published_offers(fair).select_related("employer", "fair")

    @extend_schema(summary="Offers of a fair", responses=OfferSerializer(many=True))
    def get(self, request: Request, fair: str) -> HttpResponseBase:
        """List what the accepted exhibitors offer."""
        return self.listing()
