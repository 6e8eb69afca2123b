"""Slots, places and the registrations that book them."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from backend.accounts.enums import Scope
from backend.core.clock import now
from events.employers.models import Exhibitor, Stand
from events.fairs.models import Fair
from events.interviews.models import Interviewer, Slot
from events.registrations.codes import new_code
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from tests.factories.accounts import make_token, make_user
from tests.factories.client import Api, client_of
from tests.factories.employers import make_exhibitor, make_stand

_numbers = count(1)


def make_candidate(fair: Fair, **values: Any) -> Registration:
    """A confirmed candidate with an account."""
    defaults = {
        "organisation": fair.organisation,
        "user": make_user(),
        "status": RegistrationStatus.CONFIRMED,
        "code": new_code(),
        "given_name": "Amina",
        "family_name": f"Benali {next(_numbers)}",
    }
    return Registration.objects.create(fair=fair, **defaults | values)


def candidate_client(registration: Registration) -> Api:
    """The REST client of the registered person."""
    assert registration.user is not None
    return client_of(make_token(registration.user, [Scope.CANDIDATE]))


def make_interviewer(stand: Stand, **values: Any) -> Interviewer:
    """The stand's next table."""
    return Interviewer.objects.create(stand=stand, **{"position": stand.interviewers.count() + 1} | values)


def make_slot(
    fair: Fair,
    *,
    starts_at: datetime | None = None,
    minutes: int = 10,
    capacity: int = 1,
    stand: Stand | None = None,
    **values: Any,
) -> Slot:
    """A slot that begins in an hour at a new stand of a new exhibitor, unless said otherwise."""
    stand = stand or make_stand(fair, exhibitor=make_exhibitor(fair))
    assert isinstance(stand.exhibitor, Exhibitor)
    starts_at = starts_at or now().replace(second=0, microsecond=0) + timedelta(hours=1)
    return Slot.objects.create(
        fair=fair,
        exhibitor=stand.exhibitor,
        employer=stand.exhibitor.employer,
        stand=stand,
        interviewer=values.pop("interviewer", None) or make_interviewer(stand),
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        capacity=capacity,
        **values,
    )
