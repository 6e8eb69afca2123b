"""Whom a scanned or typed text stands for."""

import contextlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, DateTimeField, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONObject

from backend.core.crypto import hash_secret
from backend.core.prepared import Given, Prepared
from checkin.enums import Reason
from events.fairs.models import Fair
from events.interviews.enums import PlaceKind
from events.interviews.models import Place
from events.registrations import codes, tickets
from events.registrations.models import Registration, Ticket

_COLUMNS = (
    *("organisation_id", "fair_id", "kind", "status", "code", "given_name", "family_name", "has_needs"),
    *("updated_at", "badge_printed_at", "badge_box", "presence", "presence_at", "first_admitted_at", "last_scanned_at"),
    *("fair__time_zone", "fair__starts_at", "fair__ends_at", "fair__checkin_opens_at", "fair__checkin_closes_at"),
    "fair__inside_limit",
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a secret leads to: a registration of this fair, its row locked, or the reason why it leads nowhere."""

    registration: Registration | None = None
    is_revoked: bool = False
    next_booking: dict[str, Any] | None = None
    reason: Reason | None = None


def find(fair: Fair, secrets: Iterable[str], *, at: datetime) -> dict[str, Found]:
    """Look up the secrets and lock the registrations of those that are known, in the order of their ids.

    Out: what each leads to. One statement, and one more for each of three rare cases: a ticket with a
    good signature that is not here, a code with a good check, and a registration that changed while its lock was
    waited for. A ticket found by its hash needs no look at its signature. Runs in the caller's transaction.
    """
    texts = set(secrets)
    typed = {text: codes.normalise(text) for text in texts if codes.looks_like_code(text)}
    scanned = {text: hash_secret(tickets.normalise(text)) for text in texts if text not in typed}
    good_codes = {code for code in typed.values() if codes.is_well_formed(code)}
    hashes = set(scanned.values())
    found = {code: Found(reason=Reason.INVALID) for code in typed.values() if code not in good_codes}
    if hashes or good_codes:
        for registration in _locked(fair, hashes, good_codes, at=at):
            if registration.ticket_hash in hashes:
                is_revoked = registration.ticket_revoked_at is not None
                found[registration.ticket_hash] = _judge(registration, fair, is_revoked=is_revoked)
            if registration.fair_id == fair.id and registration.code in good_codes:
                found[registration.code] = _judge(registration, fair, is_revoked=False)
    found |= _missing_tickets(fair, {key: text for text, key in scanned.items() if key not in found})
    found |= _missing_codes(fair, good_codes - found.keys())
    return {text: found[key] for text, key in (typed | scanned).items()}


def _locked(fair: Fair, hashes: Collection[str], good_codes: Collection[str], *, at: datetime) -> list[Any]:
    """The registrations with one of these tickets or codes, each with its fair's rules and its next interview.

    A union and not an OR: each half has its index. After a wait PostgreSQL reads the locked row anew and what is joined
    to it not: a registration that changed meanwhile (a reissue changes it) is read once more.
    """
    rows = _read(fair, hashes, good_codes, at=at)
    if any(row.updated_at != row.updated_before for row in rows):
        rows = _read(fair, hashes, good_codes, at=at)
    return rows


def _read(fair: Fair, hashes: Collection[str], good_codes: Collection[str], *, at: datetime) -> list[Any]:
    if not good_codes and len(hashes) <= max(_TICKETS):
        size = next(size for size in _TICKETS if len(hashes) <= size)
        room = [*hashes, *[next(iter(hashes))] * (size - len(hashes))]
        return _TICKETS[size].rows(**{f"hash_{place}": value for place, value in enumerate(room)}, at=at)
    ids = Ticket.objects.filter(secret_hash__in=list(hashes)).values_list("registration_id")
    ids = ids.union(Registration.objects.filter(fair=fair, code__in=list(good_codes)).values_list("id"))
    return list(_locked_guests(Registration.objects.filter(id__in=ids), at))


def _locked_guests(registrations: QuerySet[Registration], at: Any) -> QuerySet[Any]:
    to_come = Place.objects.filter(registration=OuterRef("pk"), is_live=True, kind=PlaceKind.BOOKING, ends_at__gt=at)
    shown = JSONObject(starts_at="starts_at", employer="employer__name", stand="stand__label")
    return (
        registrations.select_related("fair")
        .only(*_COLUMNS)
        .annotate(
            updated_before=Subquery(Registration.objects.filter(pk=OuterRef("pk")).values("updated_at")),
            ticket_hash=F("tickets__secret_hash"),
            ticket_revoked_at=F("tickets__revoked_at"),
            next_booking=Subquery(to_come.order_by("starts_at").values(shown=shown)[:1]),
        )
        .select_for_update(of=("self",), no_key=True)
        .order_by("id")
    )


def _tickets(size: int) -> Prepared[Any]:
    hashes = [Given(f"hash_{place}", CharField()) for place in range(size)]
    return Prepared(
        lambda: _locked_guests(
            Registration.objects.filter(tickets__secret_hash__in=hashes), Given("at", DateTimeField())
        )
    )


_TICKETS = {size: _tickets(size) for size in (1, 8, 32, 200)}
"""Reads of so many tickets at once, made once; a list with fewer names one of its tickets again."""


def _judge(registration: Any, fair: Fair, *, is_revoked: bool) -> Found:
    if registration.organisation_id != fair.organisation_id:
        return Found(reason=Reason.UNKNOWN)
    if registration.fair_id != fair.id:
        return Found(reason=Reason.WRONG_FAIR)
    return Found(registration, is_revoked, registration.next_booking)


def _missing_tickets(fair: Fair, texts: dict[str, str]) -> dict[str, Found]:
    """Tickets that are not here: ours or not, and if ours, of this organisation's other fairs or of nobody's."""
    numbers: dict[str, int] = {}
    found = {key: Found(reason=Reason.INVALID) for key in texts}
    for key, text in texts.items():
        with contextlib.suppress(tickets.InvalidTicket):
            numbers[key] = tickets.decode(text).fair_number
            found[key] = Found(reason=Reason.UNKNOWN)
    others = set(numbers.values()) - {fair.number}
    if others:
        own = Fair.objects.filter(organisation_id=fair.organisation_id, number__in=others)
        others = set(own.values_list("number", flat=True))
    return found | {key: Found(reason=Reason.WRONG_FAIR) for key, number in numbers.items() if number in others}


def _missing_codes(fair: Fair, good_codes: set[str]) -> dict[str, Found]:
    """Codes with a good check that nobody of this fair has: another fair's of the organisation, or nobody's."""
    if not good_codes:
        return {}
    fairs = Fair.objects.filter(organisation_id=fair.organisation_id).values("id")
    elsewhere = set(
        Registration.objects.filter(fair__in=fairs, code__in=good_codes).values_list("code", flat=True).distinct()
    )
    return {code: Found(reason=Reason.WRONG_FAIR if code in elsewhere else Reason.UNKNOWN) for code in good_codes}
