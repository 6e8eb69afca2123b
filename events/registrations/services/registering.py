"""Registering one person: by themselves, or by somebody who vouches for them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.accounts.models import Organisation, User
from backend.accounts.services.people import ensure_user
from backend.core import audit
from backend.core.clock import now
from backend.core.crypto import hash_secret, new_token
from backend.core.errors import DomainError, invalid
from backend.core.limits import count_or_refuse
from backend.core.text import email_key, fold
from events.fairs.models import Fair
from events.registrations import notifications
from events.registrations.enums import PUBLIC_KINDS, Channel, RegistrationKind, RegistrationStatus
from events.registrations.models import Registration
from events.registrations.permissions import can_prepare_registrations, can_register_others
from events.registrations.rules import needs_guardian, refuse_outside_window
from events.registrations.selectors import twin_of
from events.registrations.services.drafting import draft_registration, insert_registration
from events.registrations.services.settling import free_places, lock_fair, record_moves, settle
from events.registrations.services.ticketing import draft_ticket

HOUR = 3600
GUARDIAN_MESSAGES_PER_HOUR = 5


@transaction.atomic
def register(fair: Fair, *, actor: Actor, values: Mapping[str, Any], channel: str | None = None) -> Registration:
    """Register a person for a fair and make their ticket.

    `values` are cleaned: given_name, family_name, email, phone (E.164), kind, language, birth_date, guardian (name,
    email, phone), commune, postcode, rome_codes, contract_types, needs, consents (privacy, share_cv, contact_after).

    Who acts for the organisation (organiser, staff, adviser) and who registers their own address get a confirmed
    registration, waitlisted where the fair is full, pending under 15 until the guardian consents. Anybody else gets a
    pending one and a code by mail or SMS. For a person who is registered already the former get `already_registered`
    with its id; the latter an object of the same looks that was never stored, while the message leads to the existing
    one: nobody learns from us who is registered.

    Raises `registration_not_open`, `registration_closed`, `rate_limited`, and `invalid` for a kind that nobody
    registers as, no address where one is needed, no consent to the processing, under 15 without a guardian.
    """
    is_trusted = can_register_others(actor, fair)
    is_vouched = is_trusted or _is_own_address(actor, values)
    _refuse_invalid(values, needs_address=not is_vouched)
    fair = lock_fair(fair.pk)
    moment = now()
    refuse_outside_window(fair, moment, is_preparing=can_prepare_registrations(actor, fair))
    if not is_vouched:
        _count(actor, fair, values)
    if is_vouched and not is_trusted:
        values = _with_own_address(actor, values)
    registration = draft_registration(fair, values, channel=channel or _channel(actor, fair), user=_user_of(values))
    # The same work, known person or not: what follows differs by two inserts.
    ticket = draft_ticket(registration, fair)
    twin = twin_of(registration)
    if twin is not None and is_vouched:
        raise DomainError("already_registered", extra={"registration": str(twin.id)})
    if twin is not None:
        return _decoy(registration, twin, fair, actor=actor)
    if is_vouched and registration.channel == Channel.SELF:
        registration.address_confirmed_at = moment
    settle(registration, fair=fair, at=moment, free=free_places(fair))
    guardian_token = new_token("grd") if needs_guardian(registration, fair) else ""
    if guardian_token:
        registration.guardian_token_hash = hash_secret(guardian_token)
    insert_registration(registration)
    ticket.save(force_insert=True)
    record_moves([registration], actor=actor, from_state="")
    if not is_vouched:
        notifications.send_registration_code(registration, fair)
    elif registration.status != RegistrationStatus.PENDING:
        notifications.send_outcome(registration, fair)
    if guardian_token:
        notifications.ask_guardian(registration, fair, guardian_token)
    return registration


def _decoy(registration: Registration, twin: Registration, fair: Fair, *, actor: Actor) -> Registration:
    """Send the existing registration what leads to it, and hand back the draft as if it had been stored."""
    if twin.status == RegistrationStatus.PENDING:
        notifications.send_registration_code(twin, fair)
    else:
        notifications.send_known(twin, fair)
    audit.record("registration.repeated", twin, actor=actor, organisation_id=twin.organisation_id)
    registration.created_at = registration.updated_at = now()
    return registration


def _refuse_invalid(values: Mapping[str, Any], *, needs_address: bool) -> None:
    if (values.get("kind") or RegistrationKind.CANDIDATE) not in PUBLIC_KINDS:
        raise invalid("kind", ", ".join(PUBLIC_KINDS))
    if not fold(values.get("given_name") or ""):
        raise invalid("given_name", _("A given name is needed."))
    if (values.get("consents") or {}).get("privacy") is not True:
        raise DomainError(
            "invalid", errors={"consents": [{"privacy": [_("Without this consent we cannot register.")]}]}
        )
    if needs_address and not (values.get("email") or values.get("phone")):
        raise invalid("email", _("An e-mail address or a phone number is needed."))


def _count(actor: Actor, fair: Fair, values: Mapping[str, Any]) -> None:
    """Anonymous registrations from one address in an hour, and messages that strangers have sent to one guardian."""
    if actor.user is None:
        limit = Organisation.objects.values_list("registrations_per_hour", flat=True).get(pk=fair.organisation_id)
        count_or_refuse(f"registrations:{fair.organisation_id}:{actor.ip}", limit=limit, seconds=HOUR)
    guardian = values.get("guardian") or {}
    if address := guardian.get("email") or guardian.get("phone"):
        count_or_refuse(f"guardian:{hash_secret(email_key(address))}", limit=GUARDIAN_MESSAGES_PER_HOUR, seconds=HOUR)


def _is_own_address(actor: Actor, values: Mapping[str, Any]) -> bool:
    """Whether somebody signed in registers with the address they signed in with, or gives none."""
    user = actor.user
    if user is None or not actor.has_scope(Scope.CANDIDATE):
        return False
    if values.get("email"):
        return email_key(values["email"]) == user.email_key
    return not values.get("phone") or values["phone"] == user.phone


def _with_own_address(actor: Actor, values: Mapping[str, Any]) -> dict[str, Any]:
    user = actor.user
    email, phone = (user.email, user.phone) if user else ("", "")
    return {**values, "email": values.get("email") or email, "phone": values.get("phone") or phone or ""}


def _user_of(values: Mapping[str, Any]) -> User | None:
    if not (values.get("email") or values.get("phone")):
        return None
    return ensure_user(
        email=values.get("email"),
        phone=values.get("phone"),
        name=f"{values.get('given_name') or ''} {values.get('family_name') or ''}".strip(),
        language=values.get("language") or "fr",
    )


def _channel(actor: Actor, fair: Fair) -> str:
    if actor.is_system or actor.acts_in(fair.organisation_id, Scope.ORGANISER, Scope.CHECKIN):
        return Channel.DESK
    return Channel.ADVISER if actor.acts_in(fair.organisation_id, Scope.ADVISER) else Channel.SELF
