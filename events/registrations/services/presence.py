"""The presence columns of registrations: written by the entrance, and only through here."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any

from events.registrations.models import Registration

PRESENCE_COLUMNS = ("presence", "presence_at", "first_admitted_at", "last_scanned_at")


def record_presence(registrations: Sequence[Registration]) -> None:
    """Write the presence columns of these registrations as they stand on the objects.

    One statement for the most that are alike (who comes in together gets the same values) and one for all others: a
    statement with a value for every row costs ten times as much. Runs in the caller's transaction, which has locked the
    rows and judged the scans.
    """
    alike: dict[tuple[Any, ...], list[Registration]] = {}
    for registration in registrations:
        alike.setdefault(_columns_of(registration), []).append(registration)
    if not alike:
        return
    values = max(alike, key=lambda columns: len(alike[columns]))
    ids = [registration.pk for registration in alike.pop(values)]
    Registration.objects.filter(pk__in=ids).update(**dict(zip(PRESENCE_COLUMNS, values, strict=True)))
    others = [registration for group in alike.values() for registration in group]
    if others:
        Registration.objects.bulk_update(others, PRESENCE_COLUMNS)


_columns_of = attrgetter(*PRESENCE_COLUMNS)
