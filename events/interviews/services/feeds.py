"""The secret addresses of calendars to subscribe to."""

from typing import Any

from django.db import transaction

from backend.accounts.actors import Actor
from backend.core import audit
from backend.core.crypto import hash_secret, new_token
from backend.core.errors import DomainError
from events.interviews import permissions
from events.interviews.models import CalendarFeed, Interviewer
from events.registrations.models import Registration

Owner = Registration | Interviewer


def open_calendar(owner: Owner, *, actor: Actor) -> str:
    """Make the address of a candidate's or an interviewer's calendar, a new one where there is one already: the old
    one is gone with that. Answers its secret, which is kept nowhere.

    Raises `not_found` for whom it is none of their business.
    """
    secret = new_token("cal")
    with transaction.atomic():
        _require(owner, actor)
        CalendarFeed.objects.update_or_create(**_column(owner), defaults={"secret_hash": hash_secret(secret)})
        _record("calendar.opened", owner, actor)
    return secret


def close_calendar(owner: Owner, *, actor: Actor) -> None:
    """Switch the calendar off; off already, nothing changes. Raises `not_found` as `open_calendar`."""
    with transaction.atomic():
        _require(owner, actor)
        number, _by_model = CalendarFeed.objects.filter(**_column(owner)).delete()
        if number:
            _record("calendar.closed", owner, actor)


def _require(owner: Owner, actor: Actor) -> None:
    if not permissions.can_share_calendar(actor, owner):
        raise DomainError("not_found")


def _column(owner: Owner) -> dict[str, Any]:
    return {"interviewer" if isinstance(owner, Interviewer) else "registration": owner}


def _record(action: str, owner: Owner, actor: Actor) -> None:
    fair = owner.stand.fair if isinstance(owner, Interviewer) else owner.fair
    audit.record(action, owner, actor=actor, organisation_id=fair.organisation_id)
