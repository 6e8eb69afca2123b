"""Reads of the entrance: the figures that everybody watches."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from checkin.enums import ScanType
from checkin.models import CheckIn
from events.fairs.models import Fair, Gate
from events.registrations.enums import PUBLIC_KINDS, STAFF_KINDS, Presence, RegistrationStatus
from events.registrations.models import Registration
from events.registrations.presence import emptied_at

MINUTE = timedelta(minutes=1)


def topic(fair: Fair) -> str:
    """The topic on which a pulse says that the figures of the entrance changed."""
    return f"fair.{fair.id}.checkin"


def counts(fair: Fair, at: datetime) -> dict[str, int]:
    """How many people (candidates, visitors, press) are expected, admitted, inside and left at `at`; one statement.

    Expected are all confirmed, whether or not they came; admitted all who ever came in, whatever became of their
    registration since. Who was inside at 24:00 or at the fair's end has left.
    """
    people = Registration.objects.filter(fair=fair, kind__in=PUBLIC_KINDS)
    admitted, inside = Q(first_admitted_at__isnull=False), _inside(fair, at)
    return people.aggregate(
        expected=Count("pk", filter=Q(status=RegistrationStatus.CONFIRMED)),
        admitted=Count("pk", filter=admitted),
        inside=Count("pk", filter=inside),
        left=Count("pk", filter=admitted & ~inside),
    )


def status(fair: Fair, at: datetime) -> dict[str, Any]:
    """`counts`, with entries and exits by gate (under "" those at no gate), the entries of the last 60 seconds, and
    how many of the staff, employers and advisers are inside."""
    staff = Registration.objects.filter(_inside(fair, at), fair=fair, kind__in=STAFF_KINDS)
    last_minute = _accepted(fair).filter(type=ScanType.ENTRY, at__gt=at - MINUTE, at__lte=at)
    return counts(fair, at) | {
        "by_gate": _by_gate(fair),
        "per_minute": last_minute.count(),
        "staff_inside": staff.count(),
    }


def _inside(fair: Fair, at: datetime) -> Q:
    since = emptied_at(at, zone=fair.zone, ends_at=fair.ends_at)
    return Q(presence=Presence.INSIDE, presence_at__gte=since)


def _accepted(fair: Fair) -> QuerySet[CheckIn]:
    return CheckIn.objects.filter(fair=fair, annulled_at__isnull=True)


def _by_gate(fair: Fair) -> dict[str, dict[str, int]]:
    names = Gate.objects.filter(fair=fair).order_by("name").values_list("name", flat=True)
    gates = {name: {"entries": 0, "exits": 0} for name in names}
    rows = (
        _accepted(fair)
        .filter(scan__isnull=False)
        .values_list("gate__name")
        .annotate(entries=Count("pk", filter=Q(type=ScanType.ENTRY)), exits=Count("pk", filter=Q(type=ScanType.EXIT)))
    )
    for name, entries, exits in rows:
        gates[name or ""] = {"entries": entries, "exits": exits}
    return gates
