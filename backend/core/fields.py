"""Fields of the REST interface that know what text and instants are."""

import operator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from backend.core.text import clean_text


class Text(serializers.CharField):
    """Text in NFC without control characters; surrounding white space goes. 100 characters unless said."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 100)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The cleaned text. Raises `invalid` for what is no text or cannot be stored."""
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            text = clean_text(super().to_internal_value(data))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error
        if not text and not self.allow_blank:  # there was some, and nothing that anybody could see
            self.fail("blank")
        return text


class Instant(serializers.DateTimeField):
    """Any offset when written; shown in the zone of the object, else the site's.

    `zone_path` is the dotted way from the serialised object to the name of its zone, such as `fair.time_zone`.
    """

    def __init__(self, *, zone_path: str = "", **kwargs: Any) -> None:
        self.zone_path = zone_path
        super().__init__(**kwargs)

    def get_attribute(self, instance: Any) -> Any:
        """The instant, carried into the object's zone."""
        value = super().get_attribute(instance)
        if value is None or not self.zone_path:
            return value
        return value.astimezone(ZoneInfo(operator.attrgetter(self.zone_path)(instance)))

    default_error_messages = {
        "naive": _("A time needs its offset, such as 2026-11-28T09:00:00+01:00."),
        "year": _("This year is out of range."),
    }

    def enforce_timezone(self, value: datetime, *_args: Any) -> datetime:
        """Refuse a time without offset (nobody can know what it means) and a year that a zone could carry out of the
        calendar. Out: as it is."""
        if timezone.is_naive(value):
            self.fail("naive")
        if not 1900 <= value.year <= 2999:
            self.fail("year")
        return value

    def to_representation(self, value: datetime) -> str:
        """ISO 8601 with the offset of the zone."""
        return (value if self.zone_path else timezone.localtime(value)).isoformat()


class Zone(serializers.CharField):
    """The name of an IANA time zone."""

    def to_internal_value(self, data: Any) -> str:
        """The name. Raises `invalid` for an unknown one."""
        name = super().to_internal_value(data)
        if name not in available_timezones():
            raise serializers.ValidationError(_("Unknown time zone."))
        ZoneInfo(name)
        return str(name)


class Amount(serializers.DecimalField):
    """A finite decimal number with so many digits, written and shown as a JSON number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"coerce_to_string": False, **kwargs})

    def to_representation(self, value: Any) -> float | None:  # type: ignore[override]
        """The number; JSON has no decimals."""
        return None if value is None else float(value)
