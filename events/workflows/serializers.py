"""What actions across slices answer, as JSON."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from events.catalogue.serializers import FullFairSerializer
from events.fairs.models import Fair


class ChangedFairSerializer(FullFairSerializer):
    """A fair just changed, with the ids of the bookings that no longer fit it (of the context)."""

    no_longer_fits = serializers.SerializerMethodField()

    class Meta(FullFairSerializer.Meta):
        fields = [*FullFairSerializer.Meta.fields, "no_longer_fits"]

    @extend_schema_field(serializers.ListField(child=serializers.UUIDField()))
    def get_no_longer_fits(self, _fair: Fair) -> list[str]:
        """As text, in the order of the bookings' times."""
        return [str(booking) for booking in self.context["no_longer_fits"]]
