"""Six-digit codes and links by mail or SMS: to sign in, to confirm a registration."""

import secrets
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F

from backend.accounts.actors import Actor
from backend.accounts.enums import CodePurpose
from backend.accounts.models import MailedCode, User
from backend.core.clock import now
from backend.core.crypto import hash_code, hash_secret, new_token
from backend.core.errors import DomainError
from backend.core.text import email_key, phone_e164
from backend.mail.services import post_message

LIFE = timedelta(minutes=10)
LINK_LIFE = timedelta(days=2)
PER_HOUR = 5
TRIES = 5


@transaction.atomic
def send_code(
    purpose: str,
    *,
    address: str,
    channel: str,
    user: User | None,
    subject_id: UUID | None,
    language: str,
    template: str,
    context: dict[str, object],
) -> None:
    """Send a new code and link to an e-mail address or phone; the mail gets `code`, `link` and the context.

    Without a user nothing can be opened with it, yet a message goes out all the same where `template` says so. Raises
    `rate_limited` at the sixth within an hour for one address.
    """
    key = email_key(address) if channel == "email" else address
    moment = now()
    sent = MailedCode.objects.filter(address_key=key, created_at__gt=moment - timedelta(hours=1)).count()
    if sent >= PER_HOUR and settings.RATE_LIMITS:
        raise DomainError("rate_limited", retry_after=3600)
    code = f"{secrets.randbelow(1_000_000):06d}"
    link = new_token("lnk")
    row = MailedCode(
        purpose=purpose,
        address_key=key,
        user=user,
        subject_id=subject_id,
        link_hash=hash_secret(link),
        expires_at=moment + LIFE,
        tries_left=TRIES,
    )
    row.code_hash = hash_code(code, salt=str(row.id))
    row.save(force_insert=True)
    post_message(
        template,
        to=address,
        channel=channel,
        language=language,
        user_id=user.id if user else None,
        context={**context, "code": code, "link": f"{settings.SITE_URL}/sign-in/link/{link}/", "minutes": 10},
    )


def use_code(purpose: str, *, subject_id: UUID | None, address: str | None, code: str) -> MailedCode:
    """Spend the code that was sent for this subject, or to this address.

    A wrong one costs a try of every code still alive; the fifth kills them. Wrong, expired, used, burnt and unknown
    are all `code_wrong`.
    """
    with transaction.atomic():
        alive = MailedCode.objects.select_for_update(of=("self",)).filter(
            purpose=purpose, used_at=None, expires_at__gt=now(), tries_left__gt=0, user__isnull=False
        )
        if subject_id is not None:
            alive = alive.filter(subject_id=subject_id)
        else:
            alive = alive.filter(address_key=_address_key(address or ""))
        digits = "".join(character for character in code if character.isdigit())
        rows = list(alive.order_by("-created_at")[:PER_HOUR])
        for row in rows:
            if len(digits) == 6 and secrets.compare_digest(row.code_hash, hash_code(digits, salt=str(row.id))):
                row.used_at = now()
                row.save(update_fields=["used_at", "updated_at"])
                return row
        MailedCode.objects.filter(pk__in=[row.pk for row in rows]).update(tries_left=F("tries_left") - 1)
    raise DomainError("code_wrong")


def use_link(link: str) -> MailedCode:
    """Spend a mailed link. Raises `code_wrong`."""
    with transaction.atomic():
        row = (
            MailedCode.objects.select_for_update(of=("self",))
            .select_related("user")
            .filter(link_hash=hash_secret(link), used_at=None, created_at__gt=now() - LINK_LIFE, user__isnull=False)
            .first()
        )
        if row is None:
            raise DomainError("code_wrong")
        row.used_at = now()
        row.save(update_fields=["used_at", "updated_at"])
        return row


def send_sign_in_code(address: str, *, actor: Actor, language: str) -> None:
    """Send a sign-in code to the person of this address. The answer is the same for an address nobody has.

    Raises `rate_limited`, `invalid` for what is neither an address nor a number.
    """
    channel = "email" if "@" in address else "sms"
    key = _address_key(address)
    field = "email_key" if channel == "email" else "phone"
    user = User.objects.filter(**{field: key}, is_active=True).first() if key else None
    send_code(
        CodePurpose.SIGN_IN,
        address=address if channel == "email" else key,
        channel=channel,
        user=user,
        subject_id=None,
        language=language,
        template="sign_in_code" if user else "sign_in_unknown",
        context={},
    )


def create_sign_in_link(user: User) -> str:
    """A path that signs this person in once, for the demonstration and the first organiser."""
    link = new_token("lnk")
    MailedCode(
        purpose=CodePurpose.SIGN_IN,
        address_key=user.email_key or user.phone or "",
        user=user,
        code_hash="",
        link_hash=hash_secret(link),
        expires_at=now(),
    ).save(force_insert=True)
    return f"/sign-in/link/{link}/"


def _address_key(address: str) -> str:
    if "@" in address:
        return email_key(address)
    try:
        return phone_e164(address)
    except ValueError as error:
        raise DomainError("invalid", errors={"address": [str(error)]}) from error
