"""Fairs, exhibitors and stands as the public sees them, as JSON."""

from datetime import datetime
from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from backend.accounts.models import Organisation
from backend.core.clock import now
from backend.core.fields import Instant
from events.catalogue import selectors
from events.employers.models import Employer, Exhibitor, Stand
from events.employers.permissions import can_run_stand
from events.employers.serializers import WishesSerializer
from events.fairs.enums import Phase
from events.fairs.models import Fair
from events.fairs.phases import phase
from events.fairs.serializers import VenueSerializer


class WindowEnd(Instant):
    """One end of a window of a fair as it holds: what was set, else the default."""

    def __init__(self, window: str, end: int) -> None:
        self.window, self.end = window, end
        super().__init__(zone_path="time_zone", read_only=True, allow_null=True)

    def get_attribute(self, instance: Fair) -> datetime | None:
        """The instant in the fair's zone; None for what begins with a publishing still to come."""
        at: datetime | None = getattr(instance, f"{self.window}_window")[self.end]
        return at and at.astimezone(instance.zone)


class OrganiserSerializer(serializers.ModelSerializer[Organisation]):
    """Who organises a fair."""

    class Meta:
        model = Organisation
        fields = ["slug", "name"]


class FairSerializer(serializers.ModelSerializer[Fair]):
    """A fair; its windows as they hold, its instants in its zone."""

    phase = serializers.SerializerMethodField()
    organisation = OrganiserSerializer(read_only=True)
    series = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True, allow_null=True)
    venue = VenueSerializer(read_only=True, allow_null=True)
    starts_at = Instant(zone_path="time_zone")
    ends_at = Instant(zone_path="time_zone")
    published_at = Instant(zone_path="time_zone", allow_null=True)
    registration_opens_at = WindowEnd("registration", 0)
    registration_closes_at = WindowEnd("registration", 1)
    booking_opens_at = WindowEnd("booking", 0)
    booking_closes_at = WindowEnd("booking", 1)
    checkin_opens_at = WindowEnd("checkin", 0)
    checkin_closes_at = WindowEnd("checkin", 1)
    url = serializers.SerializerMethodField()

    class Meta:
        model = Fair
        fields = [
            "id",
            "slug",
            "name",
            "kind",
            "description",
            "status",
            "phase",
            "organisation",
            "series",
            "venue",
            "time_zone",
            "starts_at",
            "ends_at",
            "published_at",
            "registration_opens_at",
            "registration_closes_at",
            "booking_opens_at",
            "booking_closes_at",
            "checkin_opens_at",
            "checkin_closes_at",
            "capacity",
            "inside_limit",
            "walking_gap_minutes",
            "booking_limit",
            "booking_limit_per_day",
            "one_booking_per_employer",
            "waitlist_offer_minutes",
            "cancel_until_minutes",
            "url",
        ]

    @extend_schema_field(serializers.ChoiceField(Phase.choices))
    def get_phase(self, fair: Fair) -> str:
        """The latest window that has begun."""
        return phase(fair, now()).value

    def get_url(self, fair: Fair) -> str:
        """The address of the fair's page."""
        return f"{settings.SITE_URL}/fairs/{fair.slug}/"


class CountersSerializer(serializers.Serializer[Any]):
    """How much there is of a fair."""

    exhibitors = serializers.IntegerField()
    offers = serializers.IntegerField()
    positions = serializers.IntegerField()
    slots_free = serializers.IntegerField()
    registered = serializers.IntegerField()
    capacity = serializers.IntegerField(allow_null=True)


class FullFairSerializer(FairSerializer):
    """A fair with its counters."""

    counters = serializers.SerializerMethodField()

    class Meta(FairSerializer.Meta):
        fields = [*FairSerializer.Meta.fields, "counters"]

    @extend_schema_field(CountersSerializer)
    def get_counters(self, fair: Fair) -> dict[str, Any]:
        """How much there is of the fair now."""
        return dict(selectors.counters(fair, now()))


class ShownEmployerSerializer(serializers.ModelSerializer[Employer]):
    """What everybody may know of an employer."""

    class Meta:
        model = Employer
        fields = ["slug", "name", "sector", "size", "commune", "description", "website"]


class ExhibitorSerializer(serializers.ModelSerializer[Exhibitor]):
    """An employer's part in a fair; what it wishes for is for its team and the organisers (`actor` of the context)."""

    fair = serializers.SlugRelatedField[Any](slug_field="slug", read_only=True)
    employer = ShownEmployerSerializer(read_only=True)
    stands = serializers.SlugRelatedField[Any](slug_field="label", many=True, read_only=True)
    wishes = serializers.SerializerMethodField()
    created_at = Instant(zone_path="fair.time_zone", read_only=True)

    class Meta:
        model = Exhibitor
        fields = ["id", "fair", "employer", "status", "stands", "wishes", "created_at"]

    @extend_schema_field(WishesSerializer(allow_null=True))
    def get_wishes(self, exhibitor: Exhibitor) -> dict[str, Any] | None:
        """The wishes, or null where they are nobody's business."""
        return exhibitor.wishes if can_run_stand(self.context["view"].actor, exhibitor) else None


class StandSerializer(serializers.ModelSerializer[Stand]):
    """A stand of a fair, its exhibitor (id) and employer (slug) where it has one."""

    employer = serializers.SlugField(source="exhibitor.employer.slug", default=None, read_only=True, allow_null=True)
    employer_name = serializers.CharField(
        source="exhibitor.employer.name", default=None, read_only=True, allow_null=True
    )

    class Meta:
        model = Stand
        fields = ["id", "label", "hall", "exhibitor", "employer", "employer_name"]


class StandsSerializer(serializers.Serializer[Any]):
    """The stands made."""

    results = StandSerializer(many=True)
