"""The phase of a fair in words, and the one thing somebody can do about it now."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from backend.core.formats import when_words
from events.fairs.enums import FairStatus, Phase
from events.fairs.models import Fair, Venue
from events.fairs.phases import phase
from events.registrations.enums import RegistrationKind, RegistrationStatus
from events.registrations.models import Registration


@dataclass(frozen=True, slots=True)
class PhaseWords:
    """A status word of the frame, for its tone, and what to say."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Action:
    """The one button of a fair's page."""

    label: str
    url: str


def phase_words(fair: Fair, at: datetime) -> PhaseWords:
    """What goes on with the fair at that moment; where something is still to open, when."""
    if fair.status != FairStatus.PUBLISHED:
        return PhaseWords(fair.status, str(FairStatus(fair.status).label))
    current = phase(fair, at)
    registers_at, books_at = fair.registration_window[0], fair.booking_window[0]
    if registers_at is not None and at < registers_at < fair.starts_at:
        return PhaseWords(
            Phase.UPCOMING, _("Registration opens %(when)s") % {"when": when_words(registers_at, fair.zone, at)}
        )
    if current == Phase.REGISTRATION and books_at is not None and books_at > at:
        return PhaseWords(current, _("Booking opens %(when)s") % {"when": when_words(books_at, fair.zone, at)})
    return PhaseWords(current, str(current.label))


def window_words(window: tuple[datetime | None, datetime], fair: Fair, at: datetime) -> str:
    """From or until when something is possible; that it no longer is; "" where nothing says when it begins."""
    opens_at, closes_at = window
    if at >= closes_at:
        return _("closed")
    if opens_at is None:
        return ""
    if at < opens_at:
        return _("open %(when)s") % {"when": when_words(opens_at, fair.zone, at)}
    return _("until %(when)s") % {"when": when_words(closes_at, fair.zone, at)}


def place_words(venue: Venue | None) -> str:
    """The venue and its town in a line; "" for a fair without one."""
    return ", ".join(filter(None, [venue.name, venue.commune])) if venue else ""


def action_for(fair: Fair, registration: Registration | None, at: datetime) -> Action | None:
    """What the page offers to somebody with this registration (or none) at that moment; None where nothing can be."""
    ticket = reverse("my-fair", args=[fair.slug])
    if registration is not None:
        can_book = registration.status == RegistrationStatus.CONFIRMED and _is_open(fair.booking_window, at)
        if can_book and fair.status == FairStatus.PUBLISHED and registration.kind == RegistrationKind.CANDIDATE:
            return Action(_("Book interviews"), reverse("book", args=[fair.slug]))
        return Action(_("My ticket and interviews"), ticket)
    if fair.status == FairStatus.PUBLISHED and _is_open(fair.registration_window, at):
        return Action(_("Register"), reverse("register", args=[fair.slug]))
    return None


def _is_open(window: tuple[datetime | None, datetime], at: datetime) -> bool:
    opens_at, closes_at = window
    return (opens_at is None or opens_at <= at) and at < closes_at
