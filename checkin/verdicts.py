"""What a scanner shows at arm's length for an answer: a colour and shape (`state`), and a word."""

from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from backend.core.clock import now
from backend.core.formats import format_time
from checkin.enums import Reason, ScanType
from events.fairs.models import Fair

REFUSED = (Reason.UNKNOWN, Reason.INVALID, Reason.WRONG_FAIR, Reason.CANCELED, Reason.REVOKED)
"""Nobody comes in with these; at any other refusal staff looks at the person, not at the ticket."""
FORCEABLE = tuple(reason for reason in Reason if reason not in (Reason.UNKNOWN, Reason.INVALID, Reason.WRONG_FAIR))
"""Refusals with a registration behind them, that somebody with the right may pass over."""


def words() -> dict[str, dict[str, str]]:
    """State and word of everything that the scanner may show, by a name or the reason of a refusal."""
    verdicts = {
        "ready_entry": ("ready", _("Entry")),
        "ready_exit": ("ready", _("Exit")),
        "checking": ("ready", "…"),
        "kept": ("look", _("Kept")),
        "first": ("ok", _("Welcome")),
        "again": ("ok", _("Welcome back")),
        "exit": ("ok", _("Goodbye")),
        Reason.UNKNOWN: ("refused", _("Not known")),
        Reason.INVALID: ("refused", _("Not a ticket")),
        Reason.WRONG_FAIR: ("refused", _("Other fair")),
        Reason.CANCELED: ("refused", _("Cancelled")),
        Reason.REVOKED: ("refused", _("Old ticket")),
        Reason.NOT_CONFIRMED: ("look", _("Not confirmed")),
        Reason.TOO_EARLY: ("look", _("Too early")),
        Reason.TOO_LATE: ("look", _("Too late")),
        Reason.ALREADY_INSIDE: ("look", _("Already in")),
        Reason.NOT_INSIDE: ("look", _("Not inside")),
        Reason.WRONG_GATE: ("look", _("Other gate")),
        Reason.FAIR_FULL: ("look", _("Full")),
    }
    return {str(name): {"state": state, "word": word} for name, (state, word) in verdicts.items()}


def verdict(body: dict[str, Any], *, type: str, fair: Fair) -> dict[str, Any]:
    """An answer (contract §3.1) as components/scan_result.html shows it, with `can_be_forced`."""
    name = body["reason"] or ("exit" if type == ScanType.EXIT else "first" if body["first"] else "again")
    shown = words()[name]
    person = body["registration"]
    return {
        "result": shown["state"],
        "word": shown["word"],
        "name": f"{person['given_name']} {person['family_name']}".strip() if person else "",
        "code": person["code"] if person else "",
        "explanation": body["reason_explanation"],
        "next": _next(person["next_booking"], fair) if person else "",
        "box": person["badge_box"] if person else "",
        "needs_attention": bool(person and person["needs_attention"]),
        "can_be_forced": body["reason"] in FORCEABLE,
    }


def _next(booking: dict[str, str] | None, fair: Fair) -> str:
    if booking is None:
        return ""
    starts_at = datetime.fromisoformat(booking["starts_at"]).astimezone(fair.zone)
    is_today = starts_at.date() == now().astimezone(fair.zone).date()
    time = format_time(starts_at, fair.zone) if is_today else date_format(starts_at, "l G:i")
    return f"{time} {booking['employer']}, {booking['stand']}"
