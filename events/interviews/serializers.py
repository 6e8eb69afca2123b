"""Slots, schedules and bookings as JSON."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.clock import now
from backend.core.fields import Instant, Text
from events.interviews.models import Interviewer, Outcome, Place, Slot, WaitlistEntry
from events.offers.enums import ContractType
from events.registrations.presence import presence_of


class SlotSerializer(serializers.ModelSerializer[Slot]):
    """A slot as the public sees it; `free` is annotated by `selectors.with_free`."""

    stand_label = serializers.CharField(source="stand.label", read_only=True)
    employer = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    employer_name = serializers.CharField(source="employer.name", read_only=True)
    interviewer_name = serializers.CharField(source="interviewer.__str__", read_only=True)
    starts_at = Instant(zone_path="fair.time_zone")
    ends_at = Instant(zone_path="fair.time_zone")
    free = serializers.IntegerField(read_only=True)

    class Meta:
        model = Slot
        fields = [
            "id",
            "stand",
            "stand_label",
            "employer",
            "employer_name",
            "interviewer",
            "interviewer_name",
            "starts_at",
            "ends_at",
            "capacity",
            "free",
            "state",
        ]


class BookingSerializer(serializers.ModelSerializer[Place]):
    """A booking."""

    employer = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    employer_name = serializers.CharField(source="employer.name", read_only=True)
    stand_label = serializers.CharField(source="stand.label", read_only=True)
    fair = serializers.SlugRelatedField[Any](source="slot.fair", slug_field="slug", read_only=True)
    starts_at = Instant(zone_path="slot.fair.time_zone")
    ends_at = Instant(zone_path="slot.fair.time_zone")
    cancelled_at = Instant(zone_path="slot.fair.time_zone", allow_null=True)
    cancelled_by = serializers.SerializerMethodField()
    created_at = Instant(zone_path="slot.fair.time_zone", read_only=True)

    class Meta:
        model = Place
        fields = [
            "id",
            "slot",
            "registration",
            "fair",
            "employer",
            "employer_name",
            "stand",
            "stand_label",
            "starts_at",
            "ends_at",
            "status",
            "cancelled_by",
            "cancelled_at",
            "note",
            "offer",
            "created_at",
        ]

    def get_cancelled_by(self, place: Place) -> str | None:
        """Who cancelled, or null."""
        return place.cancelled_by or None


class CandidateSerializer(serializers.Serializer[Any]):
    """What an employer sees of somebody who booked: nothing sensitive."""

    registration = serializers.UUIDField(source="id")
    given_name = serializers.CharField()
    family_name = serializers.CharField()
    code = serializers.CharField()


class AgendaBookingSerializer(serializers.ModelSerializer[Place]):
    """A booking in a stand's agenda."""

    candidate = CandidateSerializer(source="registration")
    presence = serializers.SerializerMethodField()

    class Meta:
        model = Place
        fields = ["id", "status", "seat", "candidate", "presence", "note", "offer"]

    def get_presence(self, place: Place) -> str:
        """Where the person is now: nobody is inside any more after 24:00 and after the fair."""
        return presence_of(place.registration, place.slot.fair, at=now())


class AgendaSlotSerializer(SlotSerializer):
    """A slot of a stand's agenda with who comes."""

    bookings = AgendaBookingSerializer(source="shown_bookings", many=True)

    class Meta(SlotSerializer.Meta):
        fields = [*SlotSerializer.Meta.fields, "bookings"]


class BookSerializer(serializers.Serializer[Any]):
    """What books an interview."""

    registration = serializers.UUIDField()
    note = Text(max_length=1000, required=False, allow_blank=True, default="")
    offer = serializers.UUIDField(required=False, allow_null=True, default=None)
    override = serializers.BooleanField(required=False, default=False)
    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class HoldSerializer(serializers.ModelSerializer[Place]):
    """A place held for a moment."""

    expires_at = Instant(zone_path="slot.fair.time_zone", read_only=True)

    class Meta:
        model = Place
        fields = ["id", "slot", "registration", "expires_at"]


class HolderSerializer(serializers.Serializer[Any]):
    """For whom a place is held."""

    registration = serializers.UUIDField()


class WaitlistSerializer(serializers.ModelSerializer[WaitlistEntry]):
    """Somebody in the line for a full slot; `rank` 1 is the next, null once out of it."""

    rank = serializers.IntegerField(read_only=True, allow_null=True)
    offered_until = Instant(zone_path="slot.fair.time_zone", read_only=True, allow_null=True)
    joined_at = Instant(zone_path="slot.fair.time_zone", read_only=True)

    class Meta:
        model = WaitlistEntry
        fields = ["id", "status", "rank", "slot", "registration", "offered_until", "joined_at"]


class ShiftSerializer(serializers.Serializer[Any]):
    """By how much an interviewer is late, and from which time on."""

    interviewer = serializers.UUIDField()
    minutes = serializers.IntegerField()

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python and cannot be an attribute."""
        return {**super().get_fields(), "from": Instant()}


class ShiftedSerializer(serializers.Serializer[Any]):
    """The slots that moved, and the bookings that now clash with another one of their person."""

    results = SlotSerializer(many=True)
    clashes = BookingSerializer(many=True)


class OutcomeSerializer(serializers.ModelSerializer[Outcome]):
    """What came of an interview."""

    booking = serializers.UUIDField(source="place_id", read_only=True)
    contract_type = serializers.ChoiceField(ContractType.choices, required=False, allow_blank=True, default="")
    start_date = serializers.DateField(source="starts_on", required=False, allow_null=True, default=None)
    note = Text(max_length=1000, required=False, allow_blank=True, default="")

    class Meta:
        model = Outcome
        fields = ["booking", "outcome", "contract_type", "start_date", "note"]
        extra_kwargs = {"outcome": {"required": True}}


class SwitchSerializer(serializers.Serializer[Any]):
    """Where a booking moves to."""

    slot = serializers.UUIDField()


class CancelSerializer(serializers.Serializer[Any]):
    """Why a booking is cancelled."""

    reason = Text(max_length=500, required=False, allow_blank=True, default="")


class ExceptionSerializer(serializers.Serializer[Any]):
    """A time in which a stand does not interview."""

    to = Instant()

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python and cannot be an attribute."""
        return {"from": Instant(), **super().get_fields()}


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "array", "items": {"type": "string", "format": "uuid"}}]})
class InterviewersField(serializers.Field[Any, Any, Any, Any]):
    """How many interviewers (the stand's first n), or which by id."""

    def to_internal_value(self, data: Any) -> int | list[Any]:
        """A number or a list of ids."""
        if isinstance(data, int) and not isinstance(data, bool) and 1 <= data <= 50:
            return data
        if isinstance(data, list) and 1 <= len(data) <= 50:
            return [serializers.UUIDField().to_internal_value(item) for item in data]
        raise serializers.ValidationError(_("A number from 1 to 50, or a list of interviewers' ids."))

    def to_representation(self, value: Any) -> Any:
        """As it is."""
        return value


class ScheduleSerializer(serializers.Serializer[Any]):
    """A stand's schedule: a row of slots for each interviewer."""

    interviewers = InterviewersField(default=1)
    to = Instant()
    slot_minutes = serializers.IntegerField(min_value=1, max_value=24 * 60)
    break_minutes = serializers.IntegerField(min_value=0, max_value=24 * 60, default=0)
    capacity = serializers.IntegerField(min_value=1, max_value=500, default=1)

    def get_fields(self) -> dict[str, Any]:
        """`from` and `except` are words of Python and cannot be attributes."""
        return {
            "from": Instant(),
            **super().get_fields(),
            "except": serializers.ListField(child=ExceptionSerializer(), required=False, default=list, max_length=50),
        }


class ScheduledSerializer(serializers.Serializer[Any]):
    """The slots of the schedule."""

    results = SlotSerializer(many=True)


class AgendaSerializer(serializers.Serializer[Any]):
    """A stand's agenda."""

    stand = serializers.UUIDField()
    stand_label = serializers.CharField()
    employer = serializers.CharField(allow_null=True)
    day = serializers.DateField(allow_null=True)
    results = AgendaSlotSerializer(many=True)


class InterviewerSerializer(serializers.ModelSerializer[Interviewer]):
    """Somebody who interviews at a stand, read and written; without a name it is the table of this `position`."""

    name = Text(required=False, allow_blank=True)
    languages = serializers.ListField(
        child=serializers.RegexField(r"^[a-z]{2,3}$"),
        required=False,
        max_length=20,
        help_text="Codes of ISO 639, such as fr or fsl.",
    )
    withdrawn_at = Instant(zone_path="stand.fair.time_zone", read_only=True, allow_null=True)

    class Meta:
        model = Interviewer
        fields = ["id", "stand", "position", "name", "languages", "withdrawn_at"]
        read_only_fields = ["stand", "position"]
