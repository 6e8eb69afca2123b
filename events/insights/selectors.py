"""Where a fair stands, for its organisers: read only, across slices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Prefetch, Q, QuerySet

from events.employers.enums import ExhibitorStatus
from events.employers.models import Exhibitor, Stand
from events.fairs.models import Fair
from events.interviews.enums import PlaceKind, SlotState
from events.interviews.models import Place, Slot
from events.registrations.enums import PUBLIC_KINDS, RegistrationStatus
from events.registrations.models import Registration


@dataclass(frozen=True, slots=True)
class Figures:
    """How full a fair is. `slots` are seats offered, `booked` those taken; `printed` badges of `registered` people."""

    registered: int
    waitlisted: int
    pending: int
    printed: int
    exhibitors: int
    seated: int
    scheduled: int
    slots: int
    booked: int


def figures(fair: Fair) -> Figures:
    """The fill of a fair, in four statements."""
    people = Registration.objects.filter(fair=fair, kind__in=PUBLIC_KINDS)
    confirmed = Q(status=RegistrationStatus.CONFIRMED)
    counted = people.aggregate(
        registered=Count("pk", filter=confirmed),
        waitlisted=Count("pk", filter=Q(status=RegistrationStatus.WAITLISTED)),
        pending=Count("pk", filter=Q(status=RegistrationStatus.PENDING)),
        printed=Count("pk", filter=confirmed & Q(badge_printed_at__isnull=False)),
    )
    accepted = Exhibitor.objects.filter(fair=fair, status=ExhibitorStatus.ACCEPTED)
    counted |= accepted.aggregate(
        exhibitors=Count("pk", distinct=True),
        seated=Count("pk", filter=Q(stands__isnull=False), distinct=True),
        scheduled=Count("pk", filter=Q(slots__state=SlotState.OPEN), distinct=True),
    )
    seats = Slot.objects.filter(fair=fair, state=SlotState.OPEN).values_list("capacity", flat=True)
    bookings = Place.objects.filter(slot__fair=fair, kind=PlaceKind.BOOKING).exclude(status="cancelled")
    return Figures(**counted, slots=sum(seats), booked=bookings.count())


def without_stand(fair: Fair) -> QuerySet[Exhibitor]:
    """Accepted exhibitors that have no stand."""
    return _accepted(fair).filter(stands__isnull=True)


def without_schedule(fair: Fair) -> QuerySet[Exhibitor]:
    """Accepted exhibitors with a stand with whom nobody can book, for they offer no time."""
    open_slots = Slot.objects.filter(fair=fair, state=SlotState.OPEN).values("exhibitor")
    return _accepted(fair).filter(stands__isnull=False).exclude(pk__in=open_slots).distinct()


def exhibitors_in_full(exhibitors: QuerySet[Exhibitor]) -> QuerySet[Any]:
    """The exhibitors by name, with their stands, `slot_count` and `booking_count`."""
    taken = Q(slots__places__kind=PlaceKind.BOOKING) & ~Q(slots__places__status="cancelled")
    return (
        exhibitors.select_related("employer")
        .prefetch_related(Prefetch("stands", Stand.objects.order_by("label_key")))
        .annotate(
            slot_count=Count("slots", filter=Q(slots__state=SlotState.OPEN), distinct=True),
            booking_count=Count("slots__places", filter=taken, distinct=True),
        )
        .order_by("employer__name_key", "id")
    )


def free_stands(fair: Fair) -> QuerySet[Stand]:
    """The stands nobody has."""
    return fair.stands.filter(exhibitor=None)


def next_first(fairs: QuerySet[Fair], at: datetime) -> list[Fair]:
    """The fairs that are not over, the next first, then the last twenty that are, the latest first."""
    shown = fairs.select_related("venue").annotate(
        registered=Count(
            "registrations",
            filter=Q(registrations__status=RegistrationStatus.CONFIRMED, registrations__kind__in=PUBLIC_KINDS),
        )
    )
    ahead = shown.filter(ends_at__gt=at).order_by("starts_at", "id")
    return [*ahead[:100], *shown.filter(ends_at__lte=at).order_by("-starts_at", "id")[:20]]


def _accepted(fair: Fair) -> QuerySet[Exhibitor]:
    return Exhibitor.objects.filter(fair=fair, status=ExhibitorStatus.ACCEPTED).select_related("employer")
