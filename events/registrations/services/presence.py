"""The presence columns of registrations: written by the entrance, and only through here."""

from collections.abc import Sequence

from events.registrations.models import Registration

PRESENCE_COLUMNS = ("presence", "presence_at", "first_admitted_at", "last_scanned_at")


def record_presence(registrations: Sequence[Registration]) -> None:
    """Write the presence columns of these registrations, as they stand on the objects, with one statement.

    Runs in the caller's transaction, which has locked the rows and judged the scans.
    """
    if len(registrations) == 1:
        [registration] = registrations
        registration.save(update_fields=PRESENCE_COLUMNS)
    elif registrations:
        Registration.objects.bulk_update(registrations, PRESENCE_COLUMNS)
