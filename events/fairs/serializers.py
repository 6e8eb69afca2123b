"""Series, fairs and venues as JSON."""

from rest_framework import serializers

from backend.core.fields import Text
from events.fairs.models import Venue


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
