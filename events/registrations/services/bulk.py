"""Registering and correcting thousands at once, in a handful of statements per hundred rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from backend.accounts.actors import Actor
from backend.accounts.models import User
from backend.core import audit
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.text import email_key
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.registrations import codes, realtime
from events.registrations.enums import PUBLIC_KINDS, RegistrationStatus
from events.registrations.models import Registration, Ticket
from events.registrations.permissions import can_prepare_registrations, can_register_many
from events.registrations.rules import is_waiting, refuse_outside_window, write_keys
from events.registrations.services.drafting import ENTERED_FIELDS, draft_registration, write_guardian
from events.registrations.services.settling import free_places, lock_fair, record_moves, settle
from events.registrations.services.ticketing import draft_ticket

BATCH = 500


@transaction.atomic
def register_many(fair: Fair, rows: Sequence[Mapping[str, Any]], *, actor: Actor, channel: str) -> list[Registration]:
    """Register people in the order given: confirmed while there is room, then waitlisted, under 15 pending.

    Rows are values as of `register`, of people who have no live registration yet. No mail goes out. Advisers use the
    channel of theirs, and keep to the fair's window. Raises `forbidden`, `registration_closed` for a fair that is off,
    `registration_not_open`, `already_registered`, `invalid` (under 15 without a guardian).
    """
    if not can_register_many(actor, fair, channel):
        raise DomainError("forbidden")
    fair = lock_fair(fair.pk)
    if not can_prepare_registrations(actor, fair):
        refuse_outside_window(fair, now(), is_preparing=False)
    if fair.status in (FairStatus.CANCELLED, FairStatus.ARCHIVED):
        raise DomainError("registration_closed")
    registrations = _draft_all(fair, rows, channel=channel)
    settle_all(registrations, fair)
    try:
        with transaction.atomic():
            Registration.objects.bulk_create(registrations, batch_size=BATCH)
    except IntegrityError as error:
        raise DomainError("already_registered") from error
    Ticket.objects.bulk_create([draft_ticket(registration, fair) for registration in registrations], batch_size=BATCH)
    _record("registration.{status}", registrations, actor=actor)
    realtime.registrations_added(fair, len(registrations))
    return registrations


@transaction.atomic
def amend_registrations(fair: Fair, changes: Iterable[tuple[Registration, Mapping[str, Any]]], *, actor: Actor) -> None:
    """Write new values of what a person entered (not kind or consents); what is not named stays. Who waited for a
    guardian and is 15 after all gets a place, or waits for one; no mail goes out.

    The registrations were read with the fair locked. Raises `forbidden`, for an adviser also over people that no
    adviser registered, and `already_registered` where the new address is somebody else's.
    """
    fair = lock_fair(fair.pk)
    amended = []
    # In the order of ids, as everybody who locks several: two files over the same people never both wait.
    for registration, values in sorted(changes, key=lambda change: change[0].id):
        if not can_register_many(actor, fair, registration.channel):
            raise DomainError("forbidden")
        for field in ENTERED_FIELDS:
            if field in values:
                setattr(registration, field, values[field])
        if values.get("guardian"):
            write_guardian(registration, values["guardian"])
        registration.has_needs = bool(registration.needs)
        write_keys(registration)
        try:
            with transaction.atomic():
                registration.save(update_fields=_AMENDED_FIELDS)
        except IntegrityError as error:
            raise DomainError("already_registered") from error
        amended.append(registration)
    _record("registration.amended", amended, actor=actor)
    _settle_amended(amended, fair, actor=actor)


def _settle_amended(amended: Iterable[Registration], fair: Fair, *, actor: Actor) -> None:
    settled = [row for row in amended if row.status == RegistrationStatus.PENDING and not is_waiting(row, fair)]
    if settled:
        settled.sort(key=lambda row: (row.created_at, row.id))  # who came first has the place
        settle_all(settled, fair)
        Registration.objects.bulk_update(settled, ["status", "confirmed_at", "waitlisted_at"], batch_size=BATCH)
        record_moves(settled, actor=actor, from_state=RegistrationStatus.PENDING, reason="amended")


_AMENDED_FIELDS = [
    *ENTERED_FIELDS,
    *("has_needs", "guardian_name", "guardian_email", "guardian_phone"),
    *("person_key", "sort_key", "search_key", "updated_at"),
]


def settle_all(registrations: Sequence[Registration], fair: Fair) -> None:
    """Settle in order; the waiting list keeps it too, a microsecond apart."""
    moment, free = now(), free_places(fair)
    for position, registration in enumerate(registrations):
        settle(registration, fair=fair, at=moment + timedelta(microseconds=position), free=free)
        if (
            free is not None
            and registration.kind in PUBLIC_KINDS
            and registration.status == RegistrationStatus.CONFIRMED
        ):
            free -= 1


def _draft_all(fair: Fair, rows: Sequence[Mapping[str, Any]], *, channel: str) -> list[Registration]:
    users = _ensure_users(rows)
    taken = set(Registration.objects.filter(fair=fair).values_list("code", flat=True))
    registrations = []
    for row in rows:
        registration = draft_registration(fair, row, channel=channel, user=users.get(_address_key(row)))
        while registration.code in taken:
            registration.code = codes.new_code()
            write_keys(registration)
        taken.add(registration.code)
        registrations.append(registration)
    return registrations


def _address_key(row: Mapping[str, Any]) -> tuple[str, str]:
    if row.get("email"):
        return "email_key", email_key(row["email"])
    return "phone", row.get("phone") or ""


def _ensure_users(rows: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], User]:
    """The people of these addresses, made where unknown, by field and key."""
    named = {_address_key(row): row for row in rows if row.get("email") or row.get("phone")}
    known = _known_users(named)
    missing = []
    # In the order of keys: two files with the same new people insert them one after the other and never both wait.
    for (field, key), row in sorted(named.items(), key=lambda pair: pair[0]):
        if (field, key) not in known:
            name = f"{row.get('given_name') or ''} {row.get('family_name') or ''}".strip()
            address = {"email": row["email"], "email_key": key} if field == "email_key" else {"phone": key}
            missing.append(User(name=name[:200], language=row.get("language") or "fr", **address))
    # Somebody may have signed up meanwhile: what is there is left alone and read again.
    User.objects.bulk_create(missing, batch_size=BATCH, ignore_conflicts=True)
    return known | _known_users([address for address in named if address not in known])


def _known_users(addresses: Iterable[tuple[str, str]]) -> dict[tuple[str, str], User]:
    known = {}
    for field in ("email_key", "phone"):
        keys = sorted(key for name, key in addresses if name == field)
        for start in range(0, len(keys), BATCH):
            for user in User.objects.filter(**{f"{field}__in": keys[start : start + BATCH]}):
                known[field, str(getattr(user, field))] = user
    return known


def _record(action: str, registrations: Sequence[Registration], *, actor: Actor) -> None:
    audit.record_all(
        audit.entry(
            action.format(status=registration.status),
            registration,
            actor=actor,
            organisation_id=registration.organisation_id,
            to_state=registration.status,
        )
        for registration in registrations
    )
