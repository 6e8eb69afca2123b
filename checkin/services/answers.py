"""The answer to a scan (contract §3.1), in the reader's language and the fair's zone."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext as _

from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.formats import format_instant, format_time
from checkin.enums import Reason
from checkin.scan import Answer
from events.fairs.models import Fair
from events.registrations.models import Registration

_NOT_FOUND = (Reason.UNKNOWN, Reason.INVALID)


def http_status(reason: Reason | None) -> int:
    """201 recorded as admitted or left, 200 known but refused, 404 unknown or invalid."""
    if reason is None:
        return 201
    return 404 if reason in _NOT_FOUND else 200


def body(
    *,
    nonce: UUID | str | None,
    reason: Reason | None,
    explanation: str = "",
    check_in_id: UUID | None = None,
    is_first: bool = False,
    registration: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The members of an answer."""
    return {
        "status": "ok" if reason is None else "error",
        "reason": reason.value if reason else None,
        "reason_explanation": explanation,
        "checkin": str(check_in_id) if check_in_id else None,
        "first": is_first,
        "nonce": None if nonce is None else str(nonce),
        "registration": registration,
    }


def unreadable(nonce: object, error: DomainError) -> Answer:
    """The answer in the place of a scan of a list that cannot be read or may not be made."""
    known = nonce if isinstance(nonce, str | UUID) else None
    words = [str(error.detail), *(f"{field}: {' '.join(texts)}" for field, texts in error.errors.items())]
    return Answer(error.kind.status, body(nonce=known, reason=Reason.INVALID, explanation=" ".join(words)), error)


def person(
    registration: Registration, fair: Fair, *, next_booking: dict[str, Any] | None, admitted_at: datetime | None
) -> dict[str, Any]:
    """What the gate may know of who stands before it; no sensitive field, no contact."""
    return {
        "id": str(registration.pk),
        "code": registration.code,
        "given_name": registration.given_name,
        "family_name": registration.family_name,
        "kind": registration.kind,
        "needs_attention": registration.has_needs,
        "badge_printed": registration.badge_printed_at is not None,
        "badge_box": registration.badge_box or None,
        "next_booking": _booking(next_booking, fair),
        "admitted_at": admitted_at.astimezone(fair.zone).isoformat() if admitted_at else None,
    }


def _booking(found: dict[str, Any] | None, fair: Fair) -> dict[str, Any] | None:
    if found is None:
        return None
    # Made inside the database: PostgreSQL writes the instant with its offset, SQLite in UTC without one.
    starts_at = datetime.fromisoformat(found["starts_at"])
    starts_at = starts_at if starts_at.tzinfo else starts_at.replace(tzinfo=UTC)
    return {**found, "starts_at": starts_at.astimezone(fair.zone).isoformat()}


def explain(
    reason: Reason | None, fair: Fair, *, inside_since: datetime | None = None, gate: str = "", language: str = ""
) -> str:
    """Why, in a sentence that staff can read out; empty where the scan is accepted."""
    if reason is None:
        return ""
    with _speaking(language):
        if reason == Reason.ALREADY_INSIDE and inside_since:
            return _("Already inside since %(time)s.") % {"time": _clock(inside_since, fair)}
        if reason == Reason.TOO_EARLY:
            return _("The doors open at %(time)s.") % {"time": _clock(fair.checkin_window[0], fair)}
        if reason == Reason.TOO_LATE:
            return _("The doors closed at %(time)s.") % {"time": _clock(fair.checkin_window[1], fair)}
        if reason == Reason.WRONG_GATE and gate:
            return _("This ticket does not enter by %(gate)s.") % {"gate": gate}
        if reason == Reason.FAIR_FULL:
            return _("The fair is full: %(count)d people may be inside.") % {"count": fair.inside_limit}
        return str(reason.label)


def _clock(at: datetime, fair: Fair) -> str:
    is_today = at.astimezone(fair.zone).date() == now().astimezone(fair.zone).date()
    return format_time(at, fair.zone) if is_today else format_instant(at, fair.zone)


@contextlib.contextmanager
def _speaking(language: str) -> Iterator[None]:
    with translation.override(language) if language else contextlib.nullcontext():
        yield
