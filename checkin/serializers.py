"""Scans and answers as JSON. Reading is by hand: a scan is read five hundred times a second, a form is not."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from rest_framework import serializers

from backend.core.errors import DomainError, invalid
from backend.core.text import clean_text
from checkin.enums import Reason, ScanType
from checkin.scan import Answer, ScanRequest
from checkin.services.answers import unreadable
from events.registrations.enums import RegistrationKind

LONGEST_REASON = 500
LONGEST_LIST = 500


def read_scan(data: Any, **more: Any) -> ScanRequest:
    """The scan of a JSON object (contract §3.1); `more` are further values of the request.

    Raises `invalid` that names each field that is missing or wrong.
    """
    if not isinstance(data, dict):
        raise DomainError("invalid", errors={"non_field_errors": [_("A scan is a JSON object.")]})
    errors: dict[str, list[str]] = {}
    read = {
        name: _read(reader, data, field, errors)
        for name, (field, reader) in {
            "secret": ("secret", _secret),
            "type": ("type", _type),
            "nonce": ("nonce", _uuid),
            "scanned_at": ("datetime", _instant),
            "gate_id": ("gate", _uuid),
            "is_forced": ("force", _flag),
            "force_reason": ("reason", _reason),
        }.items()
    }
    for field in ("secret", "type", "nonce"):
        if read[field] is None:
            errors.setdefault(field, [_("This field is required.")])
    if errors:
        raise DomainError("invalid", errors=errors)
    optional = {"is_forced": bool(read["is_forced"]), "force_reason": read["force_reason"] or ""}
    return ScanRequest(**read | optional | more)


def read_list(data: Any, **more: Any) -> list[ScanRequest | Answer]:
    """The scans of a JSON list, and in the place of each that cannot be read its answer.

    Raises `invalid` for what is no list of 1 to 500.
    """
    if not isinstance(data, list) or not 1 <= len(data) <= LONGEST_LIST:
        raise invalid("scans", _("A list of 1 to %(count)d scans.") % {"count": LONGEST_LIST})
    return [_read_or_answer(item, more) for item in data]


def in_place(read: Iterable[ScanRequest | Answer], answers: Iterable[Answer]) -> list[Answer]:
    """What `read_list` gave, with the answers in the places of the scans."""
    following = iter(answers)
    return [item if isinstance(item, Answer) else next(following) for item in read]


def _read_or_answer(item: Any, more: Mapping[str, Any]) -> ScanRequest | Answer:
    try:
        return read_scan(item, **more)
    except DomainError as error:
        return unreadable(item.get("nonce") if isinstance(item, dict) else None, error)


def _read(reader: Any, data: Mapping[str, Any], field: str, errors: dict[str, list[str]]) -> Any:
    value = data.get(field)
    if value is None:
        return None
    try:
        return reader(value)
    except (ValueError, OverflowError) as error:
        errors[field] = [str(error)]
        return None


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_("This is not a text."))
    return value


def _secret(value: Any) -> str | None:
    return _text(value) if _text(value).strip() else None


def _type(value: Any) -> ScanType:
    if value not in ScanType.values:
        raise ValueError(_("One of: %(choices)s.") % {"choices": ", ".join(ScanType.values)})
    return ScanType(value)


def _uuid(value: Any) -> UUID:
    try:
        return UUID(_text(value))
    except ValueError:
        raise ValueError(_("This is not a UUID.")) from None


def _instant(value: Any) -> datetime:
    try:
        instant = datetime.fromisoformat(_text(value))
    except ValueError:
        raise ValueError(_("This is not a time. Example: 2026-11-28T09:00:00+01:00.")) from None
    if instant.tzinfo is None:
        raise ValueError(_("A time needs its offset, such as 2026-11-28T09:00:00+01:00."))
    if not 1900 <= instant.year < 9999:
        raise ValueError(_("This is not a time of this calendar."))
    return instant.astimezone(UTC)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("true or false."))
    return value


def _reason(value: Any) -> str:
    text = clean_text(_text(value)).strip()
    if len(text) > LONGEST_REASON:
        raise ValueError(_("At most %(count)d characters.") % {"count": LONGEST_REASON})
    return text


# What the OpenAPI document says --------------------------------------------------------------------------------------


class ScanSerializer(serializers.Serializer[Any]):
    """A scan as a gate sends it."""

    secret = serializers.CharField(help_text="The text of the QR code, or the short code typed by hand.")
    type = serializers.ChoiceField(ScanType.choices)
    nonce = serializers.UUIDField(help_text="The same nonce gives the same answer and has no second effect.")
    datetime = serializers.DateTimeField(required=False, allow_null=True, help_text="When scanned, if not now.")
    gate = serializers.UUIDField(required=False, allow_null=True)
    force = serializers.BooleanField(required=False, help_text="Admit against a refusal; needs `checkin.force`.")
    reason = serializers.CharField(required=False, allow_null=True, max_length=LONGEST_REASON, help_text="Why forced.")


class ScansSerializer(serializers.Serializer[Any]):
    """A list of scans, in the order they were made."""

    scans = serializers.ListField(child=ScanSerializer(), min_length=1, max_length=LONGEST_LIST)


class NextBookingSerializer(serializers.Serializer[Any]):
    """The next interview of who stands at the gate."""

    starts_at = serializers.DateTimeField()
    employer = serializers.CharField()
    stand = serializers.CharField()


class GuestSerializer(serializers.Serializer[Any]):
    """Who stands at the gate."""

    id = serializers.UUIDField()
    code = serializers.CharField()
    given_name = serializers.CharField()
    family_name = serializers.CharField(allow_blank=True)
    kind = serializers.ChoiceField(RegistrationKind.choices)
    needs_attention = serializers.BooleanField()
    badge_printed = serializers.BooleanField()
    badge_box = serializers.CharField(allow_null=True)
    next_booking = NextBookingSerializer(allow_null=True)
    admitted_at = serializers.DateTimeField(allow_null=True)


class AnswerSerializer(serializers.Serializer[Any]):
    """The answer to a scan."""

    status = serializers.ChoiceField([("ok", "ok"), ("error", "error")])
    reason = serializers.ChoiceField(Reason.choices, allow_null=True)
    reason_explanation = serializers.CharField(allow_blank=True)
    checkin = serializers.UUIDField(allow_null=True)
    first = serializers.BooleanField()
    nonce = serializers.CharField(allow_null=True)
    registration = GuestSerializer(allow_null=True)


class AnswersSerializer(serializers.Serializer[Any]):
    """The answers to a list of scans, in its order."""

    results = AnswerSerializer(many=True)


class GateCountSerializer(serializers.Serializer[Any]):
    """What passed one gate."""

    entries = serializers.IntegerField()
    exits = serializers.IntegerField()


class StatusSerializer(serializers.Serializer[Any]):
    """The figures of the entrance."""

    expected = serializers.IntegerField()
    admitted = serializers.IntegerField()
    inside = serializers.IntegerField()
    left = serializers.IntegerField()
    by_gate = serializers.DictField(child=GateCountSerializer(), help_text='By name; under "" what passed no gate.')
    per_minute = serializers.IntegerField(help_text="Entries of the last 60 seconds.")
    staff_inside = serializers.IntegerField()
