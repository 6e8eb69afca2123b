"""Bearer tokens: made once, shown once, known by their hash."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import CharField, F
from django.utils.translation import gettext as _

from backend.accounts import permissions
from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.accounts.models import ApiToken, Membership, User
from backend.core import audit
from backend.core.clock import now
from backend.core.crypto import hash_secret, new_token
from backend.core.errors import DomainError
from backend.core.prepared import Given, Prepared

DEFAULT_DAYS = 365
LONGEST_DAYS = 3650
LAST_USE_EVERY = timedelta(minutes=1)


@transaction.atomic
def create_token(
    user: User,
    *,
    actor: Actor,
    name: str,
    scopes: Sequence[str],
    days: int = DEFAULT_DAYS,
    not_after: datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a token for the user, that ends `not_after` in any case; its text is answered here and nowhere again.

    Raises `invalid` for no scope, an unknown scope, or a life outside 1 to 3,650 days.
    """
    unknown = sorted(set(scopes) - set(Scope.values))
    if unknown or not scopes:
        message = _("At least one of: %(choices)s.") % {"choices": ", ".join(Scope.values)}
        raise DomainError("invalid", errors={"scopes": [message]})
    if not 1 <= days <= LONGEST_DAYS:
        raise DomainError("invalid", errors={"expires_days": [f"1 to {LONGEST_DAYS}."]})
    expires_at = now() + timedelta(days=days)
    text = new_token("pas")
    token = ApiToken(
        user=user,
        name=name[:100],
        token_hash=hash_secret(text),
        scopes=sorted(set(scopes)),
        expires_at=min(expires_at, not_after) if not_after else expires_at,
    )
    token.save(force_insert=True)
    _record("token.created", token, actor=actor)
    return token, text


@transaction.atomic
def issue_token(*, actor: Actor, name: str, scopes: Sequence[str], days: int = DEFAULT_DAYS) -> tuple[ApiToken, str]:
    """Make a token of the actor's own, worth no more and living no longer than the door it came through.

    Raises `forbidden` naming the scopes that the actor's roles are not worth, `invalid` as `create_token`.
    """
    if actor.user is None:
        raise DomainError("forbidden")
    if beyond := permissions.scopes_beyond(actor, scopes):
        message = _("Your role is not worth: %(scopes)s.") % {"scopes": ", ".join(beyond)}
        raise DomainError("forbidden", errors={"scopes": [message]})
    not_after = ApiToken.objects.get(pk=actor.token_id).expires_at if actor.token_id else None
    return create_token(actor.user, actor=actor, name=name, scopes=scopes, days=days, not_after=not_after)


@transaction.atomic
def revoke_token(token: ApiToken, *, actor: Actor) -> ApiToken:
    """End a token of the actor's own at once; again, nothing changes. Raises `not_found` for another person's,
    `forbidden` for one that is worth more than the door the actor came through."""
    token = ApiToken.objects.select_for_update(of=("self",), no_key=True).get(pk=token.pk)
    if token.user_id != actor.user_id:
        raise DomainError("not_found")
    if not all(actor.has_scope(scope) for scope in token.scopes):
        raise DomainError("forbidden")
    if token.revoked_at is None:
        token.revoked_at = now()
        token.save(update_fields=["revoked_at", "updated_at"])
        _record("token.revoked", token, actor=actor)
    return token


def _record(action: str, token: ApiToken, *, actor: Actor) -> None:
    """In the trail of each organisation whose member the person is: they are who has to know."""
    homes: set[UUID | None] = set(
        Membership.objects.filter(user_id=token.user_id).values_list("organisation_id", flat=True)
    )
    reason = ", ".join(token.scopes)
    audit.record_all(
        audit.entry(action, token, actor=actor, organisation_id=home, reason=reason) for home in homes or {None}
    )


def actor_of_token(text: str, *, ip: str, request_id: str) -> Actor | None:
    """The actor who holds this token, or None for a wrong, expired or revoked one.

    Writes the last use, at most once a minute.
    """
    moment = now()
    rows = _HOLDER.rows(hash=hash_secret(text))
    token = rows[0] if rows else None
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
        memberships=tuple((row.organisation_id, row.role) for row in rows if row.organisation_id),
    )


# One row for each membership, the oldest first; a person without any is one row too.
_HOLDER: Prepared[Any] = Prepared(
    lambda: (
        ApiToken.objects.select_related("user")
        .filter(token_hash=Given("hash", CharField()))
        .annotate(organisation_id=F("user__memberships__organisation_id"), role=F("user__memberships__role"))
        .order_by("user__memberships__id")
    )
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
