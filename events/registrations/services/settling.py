"""Where a registration goes once everybody has said yes: in, or on the waiting list. Capacity is decided here only."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.clock import now
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.registrations import notifications, realtime
from events.registrations.enums import PUBLIC_KINDS, RegistrationStatus
from events.registrations.models import Registration
from events.registrations.rules import is_waiting


def lock_fair(fair_id: UUID) -> Fair:
    """The fair, locked: whoever gives out or takes back its places does it one at a time (R2).

    The lock lets rows that refer to the fair come in meanwhile, scans above all. Order of locks: fair, registration,
    slot.
    """
    return Fair.objects.select_for_update(of=("self",), no_key=True).get(pk=fair_id)


def free_places(fair: Fair) -> int | None:
    """How many more may be confirmed; None for a fair without capacity. The fair is locked."""
    if fair.capacity is None:
        return None
    return max(0, fair.capacity - Registration.objects.filter(fair=fair).counted().count())


def settle(registration: Registration, *, fair: Fair, at: datetime, free: int | None) -> None:
    """Set the status in memory: pending while somebody must still say yes, else confirmed, or waitlisted where the
    fair is full (`free` is 0). Kinds that do not count are never waitlisted."""
    if is_waiting(registration, fair):
        registration.status = RegistrationStatus.PENDING
    elif registration.kind not in PUBLIC_KINDS or free is None or free > 0:
        registration.status = RegistrationStatus.CONFIRMED
        registration.confirmed_at = at
    else:
        registration.status = RegistrationStatus.WAITLISTED
        registration.waitlisted_at = at


@transaction.atomic
def promote_waitlisted(fair: Fair, *, actor: Actor) -> list[Registration]:
    """Confirm as many of the waiting list as there is room for, first come first served; answers whom.

    Call it in the transaction that freed a place or raised the capacity. A fair that is over or off promotes nobody.
    """
    fair = lock_fair(fair.pk)
    moment = now()
    if fair.status in (FairStatus.CANCELLED, FairStatus.ARCHIVED) or fair.ends_at <= moment:
        return []
    waiting = Registration.objects.filter(fair=fair, status=RegistrationStatus.WAITLISTED)
    first = waiting.order_by("waitlisted_at", "id").values("id")[: free_places(fair)]
    # Rows are locked by id, as by everybody who locks several; the fair's lock keeps who comes first.
    locked = Registration.objects.select_for_update(of=("self",), no_key=True).filter(id__in=first).order_by("id")
    promoted = sorted(locked, key=lambda registration: (registration.waitlisted_at, registration.id))
    for registration in promoted:
        registration.status = RegistrationStatus.CONFIRMED
        registration.confirmed_at = moment
        registration.save(update_fields=["status", "confirmed_at", "updated_at"])
        notifications.send_outcome(registration, fair)
    record_moves(promoted, actor=actor, from_state=RegistrationStatus.WAITLISTED)
    return promoted


def record_moves(registrations: Sequence[Registration], *, actor: Actor, from_state: str, reason: str = "") -> None:
    """Write the trail of registrations that came into their present status, and tell the sockets."""
    audit.record_all(
        audit.entry(
            f"registration.{registration.status}",
            registration,
            actor=actor,
            organisation_id=registration.organisation_id,
            from_state=from_state,
            to_state=registration.status,
            reason=reason,
        )
        for registration in registrations
    )
    realtime.registrations_moved(registrations)
