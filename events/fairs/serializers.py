"""Series, fairs and venues as JSON."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.core.fields import Amount, Instant, Text, Zone
from backend.core.slugs import MAX_LENGTH, is_id
from events.fairs import selectors
from events.fairs.enums import FairKind
from events.fairs.models import Hall, Series, Venue
from events.fairs.recurrence import Occurrence

MOST_PEOPLE = 10_000_000
A_DAY = 24 * 60


class VenueSerializer(serializers.ModelSerializer[Venue]):
    """A venue, read and written."""

    name = Text()
    address = Text(max_length=200, required=False, allow_blank=True)
    postcode = Text(max_length=10, required=False, allow_blank=True)
    commune = Text(required=False, allow_blank=True)
    latitude = serializers.FloatField(required=False, allow_null=True, min_value=-90, max_value=90)
    longitude = serializers.FloatField(required=False, allow_null=True, min_value=-180, max_value=180)

    class Meta:
        model = Venue
        fields = ["id", "name", "address", "postcode", "commune", "latitude", "longitude"]


class HallSerializer(serializers.ModelSerializer[Hall]):
    """A hall of a fair, read and written; metres."""

    name = Text()
    width_m = Amount(max_digits=6, decimal_places=2, min_value=1, required=False, allow_null=True)
    depth_m = Amount(max_digits=6, decimal_places=2, min_value=1, required=False, allow_null=True)

    class Meta:
        model = Hall
        fields = ["id", "name", "width_m", "depth_m"]


@extend_schema_field({"type": "string", "format": "uuid"})
class OwnVenue(serializers.PrimaryKeyRelatedField[Venue]):
    """The id of a venue the caller may use."""

    def get_queryset(self) -> Any:
        """The caller's venues; none while the OpenAPI document is made."""
        view = self.context.get("view")
        return selectors.visible_venues(view.actor) if view is not None else Venue.objects.none()


class Slug(serializers.SlugField):
    """An address: small letters, digits and hyphens, and nothing that could be taken for an id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=MAX_LENGTH, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The slug in small letters. Raises `invalid`."""
        slug = super().to_internal_value(data).lower()
        if is_id(slug):
            raise serializers.ValidationError(_("This looks like an id. Choose another address."))
        return slug


@extend_schema_field({"type": "string", "description": "A day, or an instant with its offset."})
class DayOrInstant(serializers.Field[Any, Any, Any, Any]):
    """`2026-11-28`, or an instant with its offset; kept as ISO 8601 text."""

    def to_internal_value(self, data: Any) -> str:
        """The ISO text. Raises `invalid`."""
        day = _day_of(data)
        return (day or Instant().run_validation(data)).isoformat()

    def to_representation(self, value: Any) -> Any:
        """As it is."""
        return value


@extend_schema_field({"type": "string", "description": "A day, or an instant with its offset."})
class Moment(serializers.Field[Any, Any, Any, Any]):
    """A day or an instant, parsed; which zone a day is of is for the edge to say."""

    def to_internal_value(self, data: Any) -> date | datetime:
        """A day, or an instant. Raises `invalid`."""
        day = _day_of(data)
        return day or Instant().run_validation(data)

    def to_representation(self, value: Any) -> Any:
        """As it is."""
        return value


def _day_of(data: Any) -> date | None:
    try:
        day = parse_date(data) if isinstance(data, str) and len(data) == len("2026-11-28") else None
    except ValueError:
        return None
    return day if day and 1900 <= day.year <= 2999 else None


class SeriesSerializer(serializers.ModelSerializer[Series]):
    """A series, read and written."""

    name = Text()
    venue = OwnVenue(required=False, allow_null=True)
    time_zone = Zone()
    starts_at = Instant(zone_path="time_zone")
    duration_minutes = serializers.IntegerField(min_value=1, max_value=31 * A_DAY)
    rrule = serializers.CharField(max_length=500)
    exdates = serializers.ListField(child=DayOrInstant(), required=False, max_length=1000)
    rdates = serializers.ListField(child=DayOrInstant(), required=False, max_length=1000)
    capacity = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MOST_PEOPLE)
    created_at = Instant(zone_path="time_zone", read_only=True)

    class Meta:
        model = Series
        fields = [
            "id",
            "slug",
            "name",
            "venue",
            "time_zone",
            "starts_at",
            "duration_minutes",
            "rrule",
            "exdates",
            "rdates",
            "capacity",
            "created_at",
        ]
        read_only_fields = ["slug"]


class OccurrenceSerializer(serializers.Serializer[Any]):
    """One date of a series in its `zone`, and which of `fairs` was made of it (both from the context)."""

    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    fair = serializers.SlugField(allow_null=True)

    def to_representation(self, instance: Occurrence) -> dict[str, Any]:
        """Instants with the offset of the series' zone."""
        zone, fair = self.context["zone"], self.context["fairs"].get(instance.starts_at)
        return {
            "starts_at": instance.starts_at.astimezone(zone).isoformat(),
            "ends_at": instance.ends_at.astimezone(zone).isoformat(),
            "fair": fair.slug if fair else None,
        }


class PeriodSerializer(serializers.Serializer[Any]):
    """From when to when, both included."""

    to = Moment(required=False)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python and cannot be an attribute."""
        return {"from": Moment(required=False), **super().get_fields()}


class GenerateSerializer(serializers.Serializer[Any]):
    """Until when to make fairs, included."""

    until = Moment()


class GeneratedSerializer(serializers.Serializer[Any]):
    """The slugs of the fairs made now, and of those there were."""

    created = serializers.ListField(child=serializers.SlugField())
    existing = serializers.ListField(child=serializers.SlugField())


class FairInput(serializers.Serializer[Any]):
    """What makes and changes a fair."""

    name = Text()
    slug = Slug(required=False)
    kind = serializers.ChoiceField(FairKind.choices, required=False)
    description = Text(max_length=10_000, required=False, allow_blank=True)
    venue = OwnVenue(required=False, allow_null=True)
    time_zone = Zone(required=False, default=settings.TIME_ZONE)
    starts_at = Instant()
    ends_at = Instant()
    capacity = serializers.IntegerField(allow_null=True, min_value=1, max_value=MOST_PEOPLE)
    inside_limit = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MOST_PEOPLE)
    registration_opens_at = Instant(required=False, allow_null=True)
    registration_closes_at = Instant(required=False, allow_null=True)
    booking_opens_at = Instant(required=False, allow_null=True)
    booking_closes_at = Instant(required=False, allow_null=True)
    checkin_opens_at = Instant(required=False, allow_null=True)
    checkin_closes_at = Instant(required=False, allow_null=True)
    walking_gap_minutes = serializers.IntegerField(required=False, min_value=0, max_value=A_DAY)
    booking_limit = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1000)
    booking_limit_per_day = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1000)
    one_booking_per_employer = serializers.BooleanField(required=False)
    waitlist_offer_minutes = serializers.IntegerField(required=False, min_value=1, max_value=30 * A_DAY)
    cancel_until_minutes = serializers.IntegerField(required=False, min_value=0, max_value=365 * A_DAY)
