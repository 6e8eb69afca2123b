"""Saying yes: the owner of the address with a code or link, the guardian with theirs."""

from uuid import UUID

from django.db import transaction

from backend.accounts.actors import Actor
from backend.accounts.enums import CodePurpose
from backend.accounts.models import MailedCode, User
from backend.accounts.services.codes import use_code, use_link
from backend.core import audit
from backend.core.clock import now
from backend.core.crypto import hash_secret
from backend.core.errors import DomainError
from backend.core.text import email_key
from events.fairs.models import Fair
from events.registrations import notifications
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from events.registrations.permissions import is_own
from events.registrations.services.settling import free_places, lock_fair, record_moves, settle

SETTLED_FIELDS = [
    "status",
    "address_confirmed_at",
    "guardian_consented_at",
    "confirmed_at",
    "waitlisted_at",
    "updated_at",
]


def confirm_with_code(registration_id: UUID, code: str, *, actor: Actor) -> Registration:
    """Confirm (or waitlist) the registration to whose address this code was sent; its person may now be signed in.

    Raises `code_wrong` for a wrong, expired, used or burnt code, for a registration that is cancelled and for an id
    that is none. Not one transaction: a wrong try must be counted though the rest is undone.
    """
    use_code(CodePurpose.REGISTRATION, subject_id=registration_id, address=None, code=code)
    return _confirm_address(registration_id, actor=actor)


def confirm_with_link(link: str, *, actor: Actor) -> tuple[User, Registration | None]:
    """Spend a mailed link: whom to sign in, and the registration it is about, confirmed if it was that kind of link.

    Links that only sign in have no registration, or the one their message told of. Raises `code_wrong`.
    """
    return _follow(use_link(link), actor=actor)


def confirm_with_address(address: str, code: str, *, actor: Actor) -> tuple[User, Registration | None]:
    """Spend a code that was sent to this address after a registration: whom to sign in, and the registration it is
    about, confirmed if it was that kind of code.

    A page asks by address, since the message about a registration known before holds a code to sign in. Raises
    `code_wrong`, which costs a try of both kinds.
    """
    try:
        mailed = use_code(CodePurpose.REGISTRATION, subject_id=None, address=address, code=code)
    except DomainError:
        mailed = use_code(CodePurpose.SIGN_IN, subject_id=None, address=address, code=code)
    return _follow(mailed, actor=actor)


def confirm_own(registration: Registration, *, actor: Actor) -> Registration:
    """Confirm one's own registration: who is signed in with its address has shown that it is theirs.

    Raises `not_found` for another person's, `code_wrong` for a cancelled one.
    """
    if not is_own(actor, registration):
        raise DomainError("not_found")
    return _confirm_address(registration.id, actor=actor)


@transaction.atomic
def send_code_again(fair: Fair, address: str, *, actor: Actor) -> None:
    """Send another code to the address somebody has just registered with; nothing happens where nobody has.

    Raises `rate_limited`.
    """
    of_address = Registration.objects.live().filter(fair=fair, person_key__startswith=f"{email_key(address)}|")
    registration = of_address.select_related("user").order_by("-created_at").first()
    if registration is None:
        return
    is_new = registration.status == RegistrationStatus.PENDING and registration.address_confirmed_at is None
    (notifications.send_registration_code if is_new else notifications.send_known)(registration, fair)
    audit.record("registration.code_sent_again", registration, actor=actor, organisation_id=fair.organisation_id)


def _follow(mailed: MailedCode, *, actor: Actor) -> tuple[User, Registration | None]:
    """To whom a spent code or link leads, and to which registration, confirmed if it was sent for that."""
    if mailed.user is None:
        raise DomainError("code_wrong")
    if mailed.purpose == CodePurpose.REGISTRATION and mailed.subject_id:
        return mailed.user, _confirm_address(mailed.subject_id, actor=actor)
    if mailed.subject_id is None:
        return mailed.user, None
    registrations = Registration.objects.select_related("fair", "user").filter(user=mailed.user)
    return mailed.user, registrations.filter(pk=mailed.subject_id).first()


@transaction.atomic
def consent_as_guardian(token: str, *, actor: Actor) -> Registration:
    """Note the guardian's consent; the registration is confirmed or waitlisted once its address is confirmed too.

    The same link again changes nothing. Raises `code_wrong` for an unknown link and for a cancelled registration.
    """
    known = Registration.objects.live().filter(guardian_token_hash=hash_secret(token)).first()
    if known is None:
        raise DomainError("code_wrong")
    registration = _locked(known.id)
    if registration.guardian_consented_at is None:
        registration.guardian_consented_at = now()
        audit.record(
            "registration.guardian_consented",
            registration,
            actor=actor,
            organisation_id=registration.organisation_id,
        )
        _settle_pending(registration, actor=actor)
    return registration


@transaction.atomic
def _confirm_address(registration_id: UUID, *, actor: Actor) -> Registration:
    registration = _locked(registration_id)
    if registration.address_confirmed_at is None:
        registration.address_confirmed_at = now()
        _settle_pending(registration, actor=actor)
    return registration


def _locked(registration_id: UUID) -> Registration:
    """The live registration, its fair locked before it. Raises `code_wrong`."""
    fair_id = Registration.objects.filter(id=registration_id).values_list("fair_id", flat=True).first()
    if fair_id is None:
        raise DomainError("code_wrong")
    fair = lock_fair(fair_id)
    registration = (
        Registration.objects.select_for_update(of=("self",), no_key=True).select_related("user").get(id=registration_id)
    )
    if registration.status == RegistrationStatus.CANCELLED:
        raise DomainError("code_wrong")
    registration.fair = fair
    return registration


def _settle_pending(registration: Registration, *, actor: Actor) -> None:
    fair = registration.fair
    if registration.status == RegistrationStatus.PENDING:
        settle(registration, fair=fair, at=now(), free=free_places(fair))
    registration.save(update_fields=SETTLED_FIELDS)
    if registration.status != RegistrationStatus.PENDING:
        record_moves([registration], actor=actor, from_state=RegistrationStatus.PENDING)
        notifications.send_outcome(registration, fair)
