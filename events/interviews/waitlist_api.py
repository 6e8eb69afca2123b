"""REST edges of the lines for full slots."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Endpoint, Listing, found
from events.interviews import selectors, services
from events.interviews.api import slots_shown
from events.interviews.models import WaitlistEntry
from events.interviews.serializers import BookingSerializer, HolderSerializer, WaitlistSerializer
from events.registrations.permissions import ACTING


class SlotWaitlistView(Listing):
    """`/slots/{id}/waitlist/`"""

    roles = {"GET": ("organiser", "employer", "read"), "POST": ACTING}
    queryset = WaitlistEntry.objects.none()
    serializer_class = WaitlistSerializer
    ordering_fields = {"joined_at": "joined_at"}
    default_ordering = ("joined_at",)
    search_fields = ("registration__sort_key",)

    def get_queryset(self) -> QuerySet[Any]:
        """The line of the slot, whoever has left it too."""
        slot = found(selectors.slots_at_stands(self.actor), pk=self.kwargs["slot"])
        services.pass_on_now(slot.pk)
        return selectors.waitlist().filter(slot=slot)

    @extend_schema(summary="The line for a slot", responses=WaitlistSerializer(many=True))
    def get(self, request: Request, slot: UUID) -> HttpResponseBase:
        """List who stands in line, first come first, and what became of those who did."""
        return self.listing()

    @extend_schema(
        summary="Stand in line for a full slot",
        request=HolderSerializer,
        responses={200: WaitlistSerializer, 201: WaitlistSerializer},
    )
    def post(self, request: Request, slot: UUID) -> Response:
        """Join; in line already, the same entry. While a place is free: 409 `slot_free`."""
        registration_id = self.parsed(HolderSerializer)["registration"]
        with slots_shown():
            entry, is_new = services.join_waitlist(slot, actor=self.actor, registration_id=registration_id)
        body = WaitlistSerializer(selectors.waitlist().get(pk=entry.pk)).data
        return Response(body, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)


class WaitlistEntryView(Endpoint):
    """`/waitlist/{id}/`"""

    roles = {"GET": (*ACTING, "employer", "read"), "DELETE": ACTING}

    @extend_schema(summary="An entry of a line", responses=WaitlistSerializer)
    def get(self, request: Request, entry: UUID) -> Response:
        """Read an entry: one's own, one's stand's, one's fair's."""
        row = found(selectors.visible_waitlist(self.actor), pk=entry)
        services.pass_on_now(row.slot_id)
        return Response(WaitlistSerializer(selectors.waitlist().get(pk=row.pk)).data)

    @extend_schema(summary="Leave a line", responses={204: None})
    def delete(self, request: Request, entry: UUID) -> Response:
        """Leave; an offered place goes to the next."""
        services.leave_waitlist(entry, actor=self.actor)
        return Response(status=status.HTTP_204_NO_CONTENT)


class WaitlistAcceptView(Endpoint):
    """`/waitlist/{id}/accept/`"""

    roles = {"POST": ACTING}

    @extend_schema(
        summary="Accept an offered place",
        request=None,
        responses={200: BookingSerializer, 201: BookingSerializer},
    )
    def post(self, request: Request, entry: UUID) -> Response:
        """Book the offered place; 409 `not_offered` or `offer_expired`, or why it cannot be booked by now."""
        with slots_shown():
            place, is_new = services.accept_offer(entry, actor=self.actor)
        code = status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        return Response(BookingSerializer(place).data, status=code)


class WaitlistDeclineView(Endpoint):
    """`/waitlist/{id}/decline/`"""

    roles = {"POST": ACTING}

    @extend_schema(summary="Decline an offered place", request=None, responses=WaitlistSerializer)
    def post(self, request: Request, entry: UUID) -> Response:
        """Do not take it; it goes to the next in line."""
        row = services.decline_offer(entry, actor=self.actor)
        return Response(WaitlistSerializer(selectors.waitlist().get(pk=row.pk)).data)
