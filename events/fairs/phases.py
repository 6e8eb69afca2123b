"""The phase of a fair: the latest of its windows that has begun. Shown, never stored, and it decides nothing."""

from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Coalesce

from events.fairs.enums import Phase
from events.fairs.models import Fair, FairQuerySet


def phase(fair: Fair, at: datetime) -> Phase:
    """The phase at that instant. Windows count in the order registration, booking, entry, end, whenever they open."""
    for opens_at, begun in (
        (fair.ends_at, Phase.OVER),
        (fair.starts_at, Phase.ONGOING),
        (fair.booking_window[0], Phase.BOOKING),
        (fair.registration_window[0], Phase.REGISTRATION),
    ):
        if opens_at is not None and opens_at <= at:
            return begun
    return Phase.UPCOMING


def in_phase(fairs: FairQuerySet, wanted: str, at: datetime) -> FairQuerySet:
    """The fairs that are in this phase at that instant: the same rule, asked of the database."""
    windows = fairs.alias(
        registers_at=Coalesce("registration_opens_at", "published_at"),
        books_at=Coalesce("booking_opens_at", "published_at"),
    )
    begun = {
        Phase.OVER: Q(ends_at__lte=at),
        Phase.ONGOING: Q(starts_at__lte=at),
        Phase.BOOKING: Q(books_at__isnull=False, books_at__lte=at),
        Phase.REGISTRATION: Q(registers_at__isnull=False, registers_at__lte=at),
        Phase.UPCOMING: Q(),
    }
    condition = Q()
    for later, has_begun in begun.items():
        if later == wanted:
            return windows.filter(condition & has_begun)
        condition &= ~has_begun
    return fairs.none()
