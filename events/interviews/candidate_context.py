"""Whose registration a candidate's or an adviser's page is about, and what is said on each of them."""

from typing import Any
from uuid import UUID

from django.urls import reverse

from backend.accounts.pages import PageRequest
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.formats import when_words
from events.interviews import rules
from events.registrations.models import Registration
from events.registrations.selectors import advised_registrations, own_registrations


def context_of(request: PageRequest, fair: str, advised: UUID | None) -> dict[str, Any]:
    """The registration the page is about, and what every page says of it; under `home` lie the others.

    Somebody may have several of one fair (a family with one address): `?registration=` tells which, and `query` keeps
    it in the links. `advised` is one of an adviser's people. Raises `not_found` for a fair one is not registered for,
    and for a registration that is none of these: what is done on the page must never be done for another member of the
    family.
    """
    wanted = request.GET.get("registration", "") if advised is None else str(advised)
    reachable = own_registrations(request.actor)
    if advised is not None:
        reachable = advised_registrations(request.actor).filter(pk=advised)
    rows = list(reachable.filter(fair__slug=fair))
    registration = next((row for row in rows if wanted in ("", str(row.pk))), None)
    if registration is None:
        raise DomainError("not_found")
    opens_at = registration.fair.booking_window[0]
    return {
        "registration": registration,
        "fair": registration.fair,
        "is_advised": advised is not None,
        "home": _home(registration, is_advised=advised is not None),
        "opens_words": when_words(opens_at, registration.fair.zone, now()) if opens_at else "",
        "others": rows if len(rows) > 1 else [],
        "query": f"?registration={registration.pk}" if len(rows) > 1 else "",
        "closed": rules.opening(registration, registration.fair, at=now()),
    }


def _home(registration: Registration, *, is_advised: bool) -> str:
    slug = registration.fair.slug
    return reverse("adviser-person", args=[slug, registration.pk]) if is_advised else reverse("my-fair", args=[slug])


def uuid_of(text: str | None) -> UUID:
    """The id that a form sent. Raises `not_found` for anything else."""
    try:
        return UUID(text or "")
    except ValueError as error:
        raise DomainError("not_found") from error
