"""REST edges of schedules, bookings and agendas."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http.response import HttpResponseBase
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Endpoint, Listing, found, found_by_slug
from backend.core.errors import DomainError, invalid
from events.fairs.selectors import readable_fairs
from events.interviews import selectors, services
from events.interviews.filters import BookingFilter
from events.interviews.models import Place
from events.interviews.serializers import (
    AgendaSerializer,
    BookingSerializer,
    BookSerializer,
    CancelSerializer,
    HolderSerializer,
    HoldSerializer,
    ScheduledSerializer,
    ScheduleSerializer,
    SlotSerializer,
    SwitchSerializer,
)
from events.registrations.permissions import ACTING


@contextmanager
def slots_shown() -> Iterator[None]:
    """Slots that a refusal carries (`alternatives`, `slots`) leave as JSON."""
    try:
        yield
    except DomainError as error:
        for name in ("alternatives", "slots"):
            if name in error.extra:
                error.extra[name] = SlotSerializer(error.extra[name], many=True).data
        raise


class StandScheduleView(Endpoint):
    """`/stands/{id}/schedule/`"""

    roles = {"POST": ("employer", "organiser")}

    @extend_schema(
        summary="Lay a stand's schedule",
        request=ScheduleSerializer,
        responses={200: ScheduledSerializer, 201: ScheduledSerializer},
    )
    def post(self, request: Request, stand: UUID) -> Response:
        """Replace the interviewers' unbooked slots between `from` and `to`; 200 if nothing changed."""
        row = found(selectors.visible_stands(self.actor), pk=stand)
        values = self.parsed(ScheduleSerializer)
        schedule = services.Schedule(
            starts_at=values["from"],
            ends_at=values["to"],
            slot_minutes=values["slot_minutes"],
            break_minutes=values["break_minutes"],
            capacity=values["capacity"],
            exceptions=tuple((period["from"], period["to"]) for period in values["except"]),
        )
        with slots_shown():
            slots, is_changed = services.set_schedule(
                row, actor=self.actor, interviewers=values["interviewers"], schedule=schedule
            )
        code = status.HTTP_201_CREATED if is_changed else status.HTTP_200_OK
        return Response({"results": SlotSerializer(slots, many=True).data}, status=code)


class StandAgendaView(Endpoint):
    """`/stands/{id}/agenda/`"""

    roles = {"GET": ("employer", "organiser", "read")}

    @extend_schema(
        summary="A stand's agenda",
        parameters=[OpenApiParameter("day", str, description="A day of the fair's zone, such as 2026-11-28.")],
        responses=AgendaSerializer,
    )
    def get(self, request: Request, stand: UUID) -> Response:
        """The slots of a stand, of one day or of all, with who comes and who is inside."""
        row = found(selectors.visible_stands(self.actor), pk=stand)
        day = _day(request.query_params.get("day", ""))
        body = {
            "stand": row.id,
            "stand_label": row.label,
            "employer": row.exhibitor.employer.slug if row.exhibitor else None,
            "day": day,
            "results": selectors.agenda(row, day=day),
        }
        return Response(AgendaSerializer(body).data)


def _day(text: str) -> Any:
    if not text:
        return None
    try:
        day = parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise invalid("day", _("A day looks like 2026-11-28."))
    return day


class SlotBookingsView(Endpoint):
    """`/slots/{id}/bookings/`"""

    roles = {"POST": ACTING}

    @extend_schema(summary="Book an interview", request=BookSerializer, responses={201: BookingSerializer})
    def post(self, request: Request, slot: UUID) -> Response:
        """Book a place in the slot. A refusal has a code of contract §4 and `alternatives`."""
        values = self.parsed(BookSerializer)
        with slots_shown():
            place = services.book_interview(
                slot,
                actor=self.actor,
                registration_id=values["registration"],
                note=values["note"],
                offer_id=values["offer"],
                is_override=values["override"],
                reason=values["reason"],
            )
        return Response(_BOOKING.to_representation(place), status=status.HTTP_201_CREATED)


_BOOKING = BookingSerializer()
"""Made once: making its fields anew costs as much as two statements, and an opening rush asks for nothing else."""


class SlotHoldView(Endpoint):
    """`/slots/{id}/hold/`"""

    roles = {"POST": ACTING}

    @extend_schema(summary="Hold a place for a moment", request=HolderSerializer, responses={201: HoldSerializer})
    def post(self, request: Request, slot: UUID) -> Response:
        """Keep a place while its person decides; booking the slot uses the hold up, another hold gives it up."""
        registration_id = self.parsed(HolderSerializer)["registration"]
        with slots_shown():
            hold = services.hold_slot(slot, actor=self.actor, registration_id=registration_id)
        return Response(HoldSerializer(hold).data, status=status.HTTP_201_CREATED)


class BookingView(Endpoint):
    """`/bookings/{id}/`"""

    roles = {"GET": (*ACTING, "employer", "read")}

    @extend_schema(summary="A booking", responses=BookingSerializer)
    def get(self, request: Request, booking: UUID) -> Response:
        """Read a booking: one's own, one's stand's, one's fair's."""
        return Response(BookingSerializer(found(selectors.visible_bookings(self.actor), pk=booking)).data)


class BookingCancelView(Endpoint):
    """`/bookings/{id}/cancel/`"""

    roles = {"POST": (*ACTING, "employer")}

    @extend_schema(summary="Cancel a booking", request=CancelSerializer, responses=BookingSerializer)
    def post(self, request: Request, booking: UUID) -> Response:
        """Cancel; the place is free at once. Cancelled already: the same booking."""
        reason = self.parsed(CancelSerializer)["reason"]
        return Response(BookingSerializer(services.cancel_booking(booking, actor=self.actor, reason=reason)).data)


class BookingSwitchView(Endpoint):
    """`/bookings/{id}/switch/`"""

    roles = {"POST": ACTING}

    @extend_schema(summary="Move a booking to another slot", request=SwitchSerializer, responses=BookingSerializer)
    def post(self, request: Request, booking: UUID) -> Response:
        """Move; the same booking with its new slot, or a refusal with `alternatives` and the old place kept."""
        slot_id = self.parsed(SwitchSerializer)["slot"]
        with slots_shown():
            place = services.switch_booking(booking, actor=self.actor, slot_id=slot_id)
        return Response(BookingSerializer(place).data)


class FairBookingsView(Listing):
    """`/fairs/{fair}/bookings/`"""

    roles = {"GET": ("organiser", "read", "checkin")}
    queryset = Place.objects.none()
    serializer_class = BookingSerializer
    filterset_class = BookingFilter
    ordering_fields = {"starts_at": "starts_at", "created_at": "created_at"}
    default_ordering = ("starts_at",)
    search_fields = ("registration__sort_key", "employer__search_key")

    def get_queryset(self) -> QuerySet[Place]:
        """The bookings of the fair."""
        return selectors.bookings_of_fair(found_by_slug(readable_fairs(self.actor), self.kwargs["fair"]))

    @extend_schema(summary="Bookings of a fair", responses=BookingSerializer(many=True))
    def get(self, request: Request, fair: str) -> HttpResponseBase:
        """List the bookings of a fair."""
        return self.listing()


class MyBookingsView(Listing):
    """`/me/bookings/`"""

    roles = {"GET": ("candidate",)}
    queryset = Place.objects.none()
    serializer_class = BookingSerializer
    filterset_class = BookingFilter
    ordering_fields = {"starts_at": "starts_at", "created_at": "created_at"}
    default_ordering = ("starts_at",)
    search_fields = ("employer__search_key",)

    def get_queryset(self) -> QuerySet[Place]:
        """One's own bookings, at whatever fair."""
        return selectors.visible_bookings(self.actor).filter(registration__user_id=self.actor.user_id)

    @extend_schema(summary="One's own bookings", responses=BookingSerializer(many=True))
    def get(self, request: Request) -> HttpResponseBase:
        """List one's own bookings in order of time, cancelled ones too."""
        return self.listing()
