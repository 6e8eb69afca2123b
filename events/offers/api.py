"""REST edges of offers, for who makes them. What the public sees of a fair's: events/catalogue/api.py."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.actors import Actor
from backend.core.api import Endpoint, Listing, found, found_by_slug
from backend.core.errors import DomainError, invalid
from events.employers.selectors import visible_employers
from events.fairs.selectors import visible_fairs
from events.offers import selectors, services
from events.offers.filters import OfferFilter
from events.offers.models import Offer
from events.offers.serializers import NewOffer, OfferSerializer, OfferTerms

WRITERS = ("employer", "organiser")


class OffersView(Listing):
    """`/offers/`"""

    roles = {"GET": (*WRITERS, "read"), "POST": WRITERS}
    queryset = Offer.objects.none()
    serializer_class = OfferSerializer
    filterset_class = OfferFilter
    ordering_fields = {"title": "search_key", "created_at": "created_at", "starts_on": "starts_on"}
    default_ordering = ("-created_at",)
    search_fields = ("search_key", "employer__search_key")

    def get_queryset(self) -> QuerySet[Offer]:
        """The offers of the caller's employers, or of the organisation's."""
        return selectors.visible_offers(self.actor)

    @extend_schema(summary="Offers", responses=OfferSerializer(many=True))
    def get(self, request: Request) -> HttpResponseBase:
        """List the offers the caller may write, drafts and closed ones too."""
        return self.listing()

    @extend_schema(summary="Make an offer", request=NewOffer, responses={201: OfferSerializer})
    def post(self, request: Request) -> Response:
        """Make a draft of an employer's offer."""
        values = resolved(self.parsed(NewOffer), self.actor)
        try:
            employer = found_by_slug(visible_employers(self.actor), values.pop("employer"))
        except DomainError as error:
            raise invalid("employer", _("This employer is not known here.")) from error
        offer = services.create_offer(values, actor=self.actor, employer=employer)
        return Response(OfferSerializer(offer).data, status=status.HTTP_201_CREATED)


class OfferView(Endpoint):
    """`/offers/{id}/`"""

    roles = {"GET": (*WRITERS, "read"), "PATCH": WRITERS, "DELETE": WRITERS}

    @extend_schema(summary="An offer", responses=OfferSerializer)
    def get(self, request: Request, offer: UUID) -> Response:
        """Read an offer in whatever state."""
        return Response(OfferSerializer(found(selectors.visible_offers(self.actor), pk=offer)).data)

    @extend_schema(summary="Change an offer", request=OfferTerms(partial=True), responses={200: OfferSerializer})
    def patch(self, request: Request, offer: UUID) -> Response:
        """Change an offer; its employer stays."""
        subject = found(selectors.visible_offers(self.actor), pk=offer)
        values = resolved(self.parsed(OfferTerms, partial=True), self.actor)
        return Response(OfferSerializer(services.change_offer(subject, actor=self.actor, values=values)).data)

    @extend_schema(summary="Delete an offer", responses={204: None})
    def delete(self, request: Request, offer: UUID) -> Response:
        """Delete an offer; interviews about it stay."""
        services.delete_offer(found(selectors.visible_offers(self.actor), pk=offer), actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OfferPublishView(Endpoint):
    """`/offers/{id}/publish/`"""

    roles = {"POST": WRITERS}

    @extend_schema(summary="Publish an offer", request=None, responses={200: OfferSerializer})
    def post(self, request: Request, offer: UUID) -> Response:
        """Show a draft, or a closed offer anew."""
        subject = found(selectors.visible_offers(self.actor), pk=offer)
        return Response(OfferSerializer(services.publish_offer(subject, actor=self.actor)).data)


class OfferCloseView(Endpoint):
    """`/offers/{id}/close/`"""

    roles = {"POST": WRITERS}

    @extend_schema(summary="Close an offer", request=None, responses={200: OfferSerializer})
    def post(self, request: Request, offer: UUID) -> Response:
        """Take a published offer back."""
        subject = found(selectors.visible_offers(self.actor), pk=offer)
        return Response(OfferSerializer(services.close_offer(subject, actor=self.actor)).data)


def resolved(values: dict[str, Any], actor: Actor) -> dict[str, Any]:
    """The body with the fair that its slug or id names. Raises `invalid` for one the caller cannot see."""
    if values.get("fair") is not None:
        try:
            values["fair"] = found_by_slug(visible_fairs(actor), values["fair"])
        except DomainError as error:
            raise invalid("fair", _("This fair is not known here.")) from error
    return values
