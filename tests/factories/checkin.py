"""Tickets and scans."""

from datetime import date
from typing import Any

from backend.accounts.actors import Actor
from backend.accounts.enums import Role, Scope
from backend.core.clock import now
from backend.core.crypto import hash_secret, signing_key_id
from backend.core.models import uuid7
from checkin.enums import ScanType
from checkin.scan import ScanRequest
from events.fairs.models import Fair
from events.registrations import tickets
from events.registrations.models import Registration, Ticket
from tests.factories.accounts import actor_of, make_member, make_token
from tests.factories.client import Api, client_of
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate

NOT_AFTER = date(2035, 1, 1)


def open_fair(*args: Any, **values: Any) -> Fair:
    """A fair under way in a zone where it is about noon: half an hour ago was today, at whatever hour the tests run."""
    ahead = 12 - now().hour
    return make_fair(*args, **{"time_zone": f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT", **values})


def make_ticket(registration: Registration) -> str:
    """A live ticket of the registration; out: the text of its QR code."""
    payload = tickets.TicketPayload(registration.fair.number, tickets.new_number(), NOT_AFTER)
    text = tickets.encode(payload)
    Ticket.objects.create(
        registration=registration,
        number=payload.number,
        key_id=signing_key_id(),
        not_after_on=NOT_AFTER,
        secret_hash=hash_secret(text),
    )
    return text


def make_guest(fair: Fair, **values: Any) -> tuple[Registration, str]:
    """A confirmed candidate, and the text of the ticket."""
    registration = make_candidate(fair, **values)
    return registration, make_ticket(registration)


def make_scan(secret: str, kind: str = ScanType.ENTRY, **values: Any) -> ScanRequest:
    """An entry of now with a new nonce, unless said otherwise."""
    return ScanRequest(secret=secret, type=ScanType(kind), **{"nonce": uuid7()} | values)


def staff_of(fair: Fair, *scopes: str) -> Actor:
    """A member of the fair's staff with a token."""
    return actor_of(make_member(fair.organisation, Role.STAFF), scopes or (Scope.CHECKIN,))


def staff_token(fair: Fair, *scopes: str) -> str:
    """The text of a token of a new member of the fair's staff."""
    return make_token(make_member(fair.organisation, Role.STAFF), scopes or (Scope.CHECKIN,))


def staff_client(fair: Fair, *scopes: str) -> Api:
    """The REST client of a new member of the fair's staff."""
    return client_of(staff_token(fair, *scopes))
