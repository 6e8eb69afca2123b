"""Registrations with their tickets."""

from datetime import timedelta
from itertools import count
from typing import Any

from backend.accounts.enums import Scope
from backend.accounts.services.people import ensure_user
from backend.core.clock import now
from events.fairs.models import Fair
from events.registrations.enums import Channel, RegistrationStatus
from events.registrations.models import Registration
from events.registrations.services.drafting import draft_registration, insert_registration
from events.registrations.services.ticketing import draft_ticket
from tests.factories.accounts import make_token
from tests.factories.client import Api, client_of
from tests.factories.fairs import make_fair

PRIVACY = {"privacy": True}
_numbers = count(1)


def make_registration(
    fair: Fair | None = None,
    *,
    status: str = RegistrationStatus.CONFIRMED,
    channel: str = Channel.SELF,
    **values: Any,
) -> Registration:
    """A confirmed registration with a ticket and, unless `email=""`, a person of its own.

    `values` as of `services.register`; capacity and windows are not looked at.
    """
    fair = fair or make_fair()
    number = next(_numbers)
    values = {
        "given_name": "Aïcha",
        "family_name": f"Ben Ali {number}",
        "email": f"candidate{number}@example.org",
        "language": "fr",
        "consents": PRIVACY,
    } | values
    user = None
    if values["email"] or values.get("phone"):
        name = f"{values['given_name']} {values['family_name']}".strip()
        user = ensure_user(email=values["email"], phone=values.get("phone"), name=name, language="fr")
    registration = draft_registration(fair, values, channel=channel, user=user)
    registration.status = status
    if status == RegistrationStatus.CONFIRMED:
        registration.confirmed_at = registration.address_confirmed_at = now()
    if status == RegistrationStatus.WAITLISTED:
        # In the order of making, however coarse the clock is.
        registration.waitlisted_at = now() + timedelta(microseconds=number)
    if status == RegistrationStatus.CANCELLED:
        registration.cancelled_at = now()
    insert_registration(registration)
    draft_ticket(registration, fair).save(force_insert=True)
    return registration


def candidate_client(registration: Registration) -> Api:
    """The REST client of the registered person."""
    assert registration.user is not None
    return client_of(make_token(registration.user, [Scope.CANDIDATE]))


def body(**values: Any) -> dict[str, Any]:
    """The body of a registration that nothing is wrong with."""
    number = next(_numbers)
    return {
        "given_name": "Zoé",
        "family_name": "Lefèvre",
        "email": f"zoe{number}@example.org",
        "consents": PRIVACY,
    } | values
