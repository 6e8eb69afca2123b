"""Venues, series and fairs."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from backend.accounts.models import Organisation
from backend.core.clock import now
from backend.core.text import fold
from events.fairs.enums import FairStatus
from events.fairs.models import Fair, Gate, Hall, Series, Venue
from tests.factories.accounts import make_organisation

_numbers = count(1)


def make_venue(organisation: Organisation | None = None, *, name: str = "Halle de la Villette", **values: Any) -> Venue:
    """A place in Martigues, unless said otherwise."""
    values = {"commune": "Martigues", "postcode": "13500"} | values
    return Venue.objects.create(
        organisation=organisation or make_organisation(),
        name=name,
        commune_key=fold(values["commune"]),
        search_key=fold(f"{name} {values['commune']}"),
        **values,
    )


def make_series(organisation: Organisation | None = None, *, name: str | None = None, **values: Any) -> Series:
    """Every Tuesday at 09:00 of Paris, from 3 March 2026, unless said otherwise."""
    number = next(_numbers)
    name = name or f"Forum {number}"
    defaults = {
        "time_zone": "Europe/Paris",
        "starts_at": datetime(2026, 3, 3, 8, tzinfo=UTC),
        "duration_minutes": 480,
        "rrule": "FREQ=WEEKLY;BYDAY=TU",
        "slug": f"series-{number}",
        "search_key": fold(name),
    }
    return Series.objects.create(organisation=organisation or make_organisation(), name=name, **defaults | values)


def make_fair(organisation: Organisation | None = None, *, name: str | None = None, **values: Any) -> Fair:
    """A published fair that is under way: from an hour ago to in eight hours, everything open."""
    number = next(_numbers)
    name = name or f"Salon {number}"
    moment = now().replace(second=0, microsecond=0)
    defaults = {
        "number": number,
        "slug": f"salon-{number}",
        "starts_at": moment - timedelta(hours=1),
        "ends_at": moment + timedelta(hours=8),
        "status": FairStatus.PUBLISHED,
        "published_at": moment - timedelta(days=30),
        "search_key": fold(name),
    }
    return Fair.objects.create(organisation=organisation or make_organisation(), name=name, **defaults | values)


def make_hall(fair: Fair, name: str | None = None) -> Hall:
    """A hall of the fair."""
    return Hall.objects.create(fair=fair, name=name or f"Hall {next(_numbers)}")


def make_gate(fair: Fair, name: str | None = None, *, kinds: tuple[str, ...] = ()) -> Gate:
    """An entrance of the fair."""
    return Gate.objects.create(fair=fair, name=name or f"Gate {next(_numbers)}", kinds=list(kinds))
