"""Print jobs as JSON."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from backend.core.fields import Instant
from badges.enums import Audience, Order
from badges.formats import DEFAULT_FORMAT, FORMATS
from badges.models import PrintJob
from badges.selectors import Selection


class Word(serializers.ChoiceField):
    """One of some words; a refusal names them all."""

    def __init__(self, choices: Any, **kwargs: Any) -> None:
        super().__init__(choices=choices, **kwargs)
        self.error_messages["invalid_choice"] = ", ".join(self.choices)


def format_field() -> Word:
    """The medium to print on."""
    return Word([(name, badge_format.label) for name, badge_format in FORMATS.items()], default=DEFAULT_FORMAT)


class BadgeQuerySerializer(serializers.Serializer[Any]):
    """The query of one badge."""

    format = format_field()


class PagesQuerySerializer(serializers.Serializer[Any]):
    """The query of a job's PDF."""

    from_page = serializers.IntegerField(min_value=1, default=1)


class PrintJobRequestSerializer(serializers.Serializer[Any]):
    """Which badges to print, on what, in which order."""

    format = format_field()
    audience = Word(Audience.choices, default=Audience.ALL)
    only_new = serializers.BooleanField(
        default=False, help_text="Leave out badges that were printed already with the same content."
    )
    order = Word(
        Order.choices,
        required=False,
        help_text="By default the order of `registrations`, and `family_name` without them.",
    )
    registrations = serializers.ListField(
        child=serializers.UUIDField(), required=False, help_text="Those that are not confirmed are left out."
    )

    def selection(self) -> Selection:
        """The validated body as the services take it."""
        values = self.validated_data
        return Selection(
            format=values["format"],
            audience=values["audience"],
            order=values.get("order", ""),
            is_only_new=values["only_new"],
            registration_ids=values.get("registrations"),
        )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Under way",
            value={
                "id": "0198c0de-7a11-7c3e-9b5f-3f6d2a90c001",
                "state": "running",
                "done": 120,
                "total": 1480,
                "error": "",
                "format": "a4_90x55",
                "audience": "all",
                "created_at": "2026-11-26T18:00:00+01:00",
            },
            response_only=True,
        )
    ]
)
class PrintJobSerializer(serializers.ModelSerializer[PrintJob]):
    """A print job, read."""

    created_at = Instant(zone_path="fair.time_zone", read_only=True)

    class Meta:
        model = PrintJob
        fields = ["id", "state", "done", "total", "error", "format", "audience", "created_at"]
        read_only_fields = fields
