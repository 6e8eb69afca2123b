"""Many at once: the same person, the last places."""

from collections.abc import Callable
from typing import Any

import pytest

from backend.accounts.actors import SYSTEM, anonymous
from events.registrations import services
from events.registrations.models import Registration, Ticket
from tests.factories.fairs import make_fair
from tests.factories.registrations import PRIVACY, make_registration
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def person(name: str) -> dict[str, Any]:
    return {"given_name": name, "email": "family@example.org", "consents": PRIVACY}


def test_the_same_person_twice_at_once():
    fair = make_fair()
    answers = at_once(*[lambda: services.register(fair, actor=SYSTEM, values=person("Zoé"))] * 2)
    assert sorted(answer if isinstance(answer, str) else "made" for answer in answers) == ["already_registered", "made"]
    assert Registration.objects.count() == Ticket.objects.count() == 1


def test_a_stranger_twice_at_once():
    fair = make_fair()
    nobody = anonymous(ip="203.0.113.9")
    first, second = at_once(*[lambda: services.register(fair, actor=nobody, values=person("Zoé"))] * 2)
    assert first.id != second.id
    assert Registration.objects.get().id in (first.id, second.id)


def test_ten_for_the_last_three_places():
    fair = make_fair(capacity=3)
    calls = [
        lambda number=number: services.register(fair, actor=SYSTEM, values=person(f"Person {number}"))
        for number in range(10)
    ]
    statuses = [registration.status for registration in at_once(*calls)]
    assert (statuses.count("confirmed"), statuses.count("waitlisted")) == (3, 7)


def test_cancelling_and_registering_at_once_fill_the_fair_exactly():
    fair = make_fair(capacity=4)
    holders = [make_registration(fair) for _number in range(4)]
    calls: list[Callable[[], Any]] = [
        lambda row=row: services.cancel_registration_row(row, actor=SYSTEM) for row in holders
    ]
    calls += [
        lambda number=number: services.register(fair, actor=SYSTEM, values=person(f"Person {number}"))
        for number in range(6)
    ]
    at_once(*calls)
    assert Registration.objects.filter(status="confirmed").count() == 4
    assert Registration.objects.filter(status="waitlisted").count() == 2
