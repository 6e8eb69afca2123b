"""REST edges of the day at a stand: times taken out and moved, interviews begun, ended and missed, outcomes."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.api import Endpoint, found
from events.interviews import selectors, services
from events.interviews.api import slots_shown
from events.interviews.enums import OutcomeKind
from events.interviews.serializers import (
    BookingSerializer,
    OutcomeSerializer,
    ShiftedSerializer,
    ShiftSerializer,
    SlotSerializer,
)

RUNNING = ("employer", "organiser")
"""What opens the routes of a stand's day; for which stand is for `can_set_schedule` to say."""


class SlotBlockView(Endpoint):
    """`/slots/{id}/block/`"""

    roles = {"POST": RUNNING}

    @extend_schema(summary="Take a slot out", request=None, responses=SlotSerializer)
    def post(self, request: Request, slot: UUID) -> Response:
        """Offer it no longer; who is booked stays booked."""
        return Response(SlotSerializer(services.block_slot(slot, actor=self.actor)).data)


class SlotReopenView(Endpoint):
    """`/slots/{id}/reopen/`"""

    roles = {"POST": RUNNING}

    @extend_schema(summary="Offer a slot again", request=None, responses=SlotSerializer)
    def post(self, request: Request, slot: UUID) -> Response:
        """Offer it again, to those in line first."""
        return Response(SlotSerializer(services.reopen_slot(slot, actor=self.actor)).data)


class StandShiftView(Endpoint):
    """`/stands/{id}/shift/`"""

    roles = {"POST": RUNNING}

    @extend_schema(summary="Move an interviewer's times", request=ShiftSerializer, responses=ShiftedSerializer)
    def post(self, request: Request, stand: UUID) -> Response:
        """Move what begins at `from` or later, bookings too; those that now clash are listed, none is dropped."""
        row = found(selectors.visible_stands(self.actor), pk=stand)
        values = self.parsed(ShiftSerializer)
        slots, clashes = services.shift_interviewer(
            row,
            actor=self.actor,
            interviewer_id=values["interviewer"],
            minutes=values["minutes"],
            starting_at=values["from"],
        )
        return Response(ShiftedSerializer({"results": slots, "clashes": clashes}).data)


class BookingStartView(Endpoint):
    """`/bookings/{id}/start/`"""

    roles = {"POST": RUNNING}

    @extend_schema(summary="Begin an interview", request=None, responses=BookingSerializer)
    def post(self, request: Request, booking: UUID) -> Response:
        """The candidate sits at the table."""
        with slots_shown():
            return Response(BookingSerializer(services.start_interview(booking, actor=self.actor)).data)


class BookingFinishView(Endpoint):
    """`/bookings/{id}/finish/`"""

    roles = {"POST": RUNNING}

    @extend_schema(summary="End an interview", request=None, responses=BookingSerializer)
    def post(self, request: Request, booking: UUID) -> Response:
        """The interview is over."""
        return Response(BookingSerializer(services.finish_interview(booking, actor=self.actor)).data)


class BookingNoShowView(Endpoint):
    """`/bookings/{id}/no_show/`"""

    roles = {"POST": RUNNING}

    @extend_schema(summary="Nobody came", request=None, responses=BookingSerializer)
    def post(self, request: Request, booking: UUID) -> Response:
        """Note that the candidate did not come."""
        return Response(BookingSerializer(services.mark_no_show(booking, actor=self.actor)).data)


class BookingOutcomeView(Endpoint):
    """`/bookings/{id}/outcome/`"""

    roles = {"PUT": RUNNING}

    @extend_schema(summary="What came of an interview", request=OutcomeSerializer, responses=OutcomeSerializer)
    def put(self, request: Request, booking: UUID) -> Response:
        """Note or correct it, once the interview has begun."""
        values = self.parsed(OutcomeSerializer)
        result = services.Result(OutcomeKind(values.pop("outcome")), **values)
        return Response(OutcomeSerializer(services.record_outcome(booking, actor=self.actor, result=result)).data)
