"""Bearer tokens: made once, shown once, known by their hash."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.accounts.models import ApiToken, User
from backend.core import audit
from backend.core.clock import now
from backend.core.crypto import hash_secret, new_token
from backend.core.errors import DomainError

DEFAULT_DAYS = 365
LAST_USE_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(
    user: User, *, actor: Actor, name: str, scopes: Sequence[str], days: int = DEFAULT_DAYS
) -> tuple[ApiToken, str]:
    """Make a token for the user; the text is answered here and nowhere again.

    Raises `invalid` for no scope, an unknown scope, or a life outside 1 to 3,650 days.
    """
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown or not scopes:
        raise DomainError("invalid", errors={"scopes": [f"At least one of: {', '.join(Scope.values)}."]})
    if not 1 <= days <= 3650:
        raise DomainError("invalid", errors={"expires_days": ["1 to 3650."]})
    text = new_token("pas")
    token = ApiToken(
        user=user,
        name=name[:100],
        token_hash=hash_secret(text),
        scopes=sorted(set(scopes)),
        expires_at=now() + timedelta(days=days),
    )
    token.save(force_insert=True)
    audit.record("token.created", token, actor=actor, organisation_id=None, reason=",".join(token.scopes))
    return token, text


def actor_of_token(text: str, *, ip: str, request_id: str) -> Actor | None:
    """The actor who holds this token, or None for a wrong, expired or revoked one.

    Writes the last use, at most once a minute.
    """
    moment = now()
    token = ApiToken.objects.select_related("user").filter(token_hash=hash_secret(text)).first()
    if token is None or token.revoked_at or token.expires_at <= moment or not token.user.is_active:
        return None
    if token.last_used_at is None or moment - token.last_used_at > LAST_USE_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=moment)
    return Actor(
        kind="token",
        user=token.user,
        token_id=token.id,
        scopes=frozenset(token.scopes),
        ip=ip,
        request_id=request_id,
    )


def scopes_of_roles(roles: Sequence[str], *, works_for_employer: bool) -> list[str]:
    """The scopes a person's roles are worth, for a token made without naming any."""
    scopes = {Scope.CANDIDATE.value}
    if {"owner", "organiser"} & set(roles):
        scopes |= {Scope.ORGANISER, Scope.CHECKIN, Scope.CHECKIN_FORCE, Scope.READ}
    if "staff" in roles:
        scopes |= {Scope.CHECKIN}
    if "adviser" in roles:
        scopes |= {Scope.ADVISER}
    if "auditor" in roles:
        scopes |= {Scope.READ}
    if works_for_employer:
        scopes |= {Scope.EMPLOYER}
    return sorted(str(scope) for scope in scopes)
