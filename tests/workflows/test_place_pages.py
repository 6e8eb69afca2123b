"""The organiser's page of halls and gates in a browser without JavaScript."""

from typing import Any

import pytest
from django.test import Client

from backend.accounts.enums import Role
from events.fairs.models import Fair
from tests.factories.accounts import make_member
from tests.factories.browser import browser_of
from tests.factories.fairs import make_fair, make_gate, make_hall

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair() -> Fair:
    return make_fair(name="Forum de Martigues")


@pytest.fixture
def organiser(fair: Fair) -> Client:
    return browser_of(make_member(fair.organisation))


def send(client: Client, fair: Fair, status: int = 200, **values: Any) -> str:
    answer = client.post(f"/organiser/{fair.slug}/places/", values, follow=True)
    assert answer.status_code == status
    text: str = answer.content.decode()
    return text


def test_a_hall_and_a_gate_are_added(organiser: Client, fair: Fair) -> None:
    page = send(organiser, fair, **{"add": "hall", "hall-name": "Hall A", "hall-width_m": "40", "hall-depth_m": "25.5"})
    assert "The hall is made." in page
    assert "Hall A" in page
    assert "40 × 25.5 m" in page
    hall = fair.halls.get()
    assert (hall.width_m, hall.depth_m) == (40, 25.5)

    page = send(organiser, fair, **{"add": "gate", "gate-name": "Presse", "gate-kinds": ["press", "staff"]})
    assert "Press and Staff" in page
    assert fair.gates.get().kinds == ["press", "staff"]


def test_a_gate_without_kinds_is_for_everybody(organiser: Client, fair: Fair) -> None:
    assert "everybody" in send(organiser, fair, **{"add": "gate", "gate-name": "Nord"})
    assert fair.gates.get().kinds == []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"add": "hall", "hall-name": ""}, "hall-name"),
        ({"add": "hall", "hall-name": "A"}, "hall-name"),
        ({"add": "hall", "hall-name": "B", "hall-width_m": "0"}, "hall-width_m"),
        ({"add": "gate", "gate-name": "A"}, "gate-name"),
        ({"add": "gate", "gate-name": "B", "gate-kinds": "x"}, "gate-kinds"),
    ],
)
def test_errors_stand_at_their_fields(organiser: Client, fair: Fair, values: dict[str, str], field: str) -> None:
    make_hall(fair, name="A")
    make_gate(fair, name="A")
    assert f'id="id_{field}_error"' in send(organiser, fair, 422, **values)
    assert (fair.halls.count(), fair.gates.count()) == (1, 1)


def test_another_organisation_is_not_there_and_staff_may_not(organiser: Client, fair: Fair) -> None:
    send(organiser, make_fair(), 404, **{"add": "hall", "hall-name": "A"})
    staff = browser_of(make_member(fair.organisation, role=Role.STAFF))
    send(staff, fair, 403, **{"add": "hall", "hall-name": "A"})
    assert not fair.halls.exists()


def test_french(fair: Fair) -> None:
    browser = browser_of(make_member(fair.organisation), language="fr")
    assert "Halls et portes" in browser.get(f"/organiser/{fair.slug}/places/").content.decode()
