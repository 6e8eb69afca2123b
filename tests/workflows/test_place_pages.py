"""The organiser's page of stands, halls and gates in a browser without JavaScript."""

from typing import Any

import pytest
from django.test import Client

from backend.accounts.enums import Role
from events.fairs.models import Fair
from tests.factories.accounts import make_member
from tests.factories.browser import browser_of
from tests.factories.employers import make_stand
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


def test_a_row_of_stands_is_added(organiser: Client, fair: Fair) -> None:
    hall = make_hall(fair, name="Hall A")
    row = {"add": "stands", "stands-letters": "Nord ", "stands-first": "9", "stands-last": "11"}
    page = send(organiser, fair, **row, **{"stands-hall": str(hall.pk)})
    assert "3 stands are made." in page
    assert "Nord 10" in page
    assert list(fair.stands.order_by("created_at").values_list("label", "hall__name")) == [
        ("Nord 9", "Hall A"),
        ("Nord 10", "Hall A"),
        ("Nord 11", "Hall A"),
    ]
    assert "500 stands are made." in send(organiser, fair, **row | {"stands-first": "100", "stands-last": "599"})


def test_of_a_row_with_a_label_that_is_taken_no_stand_is_made(organiser: Client, fair: Fair) -> None:
    make_stand(fair, "a2")
    make_stand(fair, "A3")
    row = {"add": "stands", "stands-letters": "A", "stands-first": "1", "stands-last": "5"}
    page = send(organiser, fair, 422, **row)
    assert "These stands are there already: a2, A3. None was made." in page
    assert 'id="id_stands-letters_error"' in page
    assert fair.stands.count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"letters": "A", "first": "5", "last": "4"}, "last"),
        ({"letters": "A", "first": "1", "last": "501"}, "last"),
        ({"letters": "A", "first": "", "last": "4"}, "first"),
        ({"letters": "A", "first": "-1", "last": "4"}, "first"),
        ({"letters": "A" * 16, "first": "1", "last": "4"}, "letters"),
        ({"letters": "A" * 15 + "\x07", "first": "1", "last": "4"}, "letters"),
        ({"letters": "Ⅷ" * 15, "first": "1", "last": "4"}, "letters"),
        ({"letters": "A", "first": "1", "last": "4", "hall": "elsewhere"}, "hall"),
    ],
)
def test_what_is_wrong_with_a_row_stands_at_its_field(
    organiser: Client, fair: Fair, values: dict[str, str], field: str
) -> None:
    hall = make_hall(make_fair(fair.organisation))
    sent = {f"stands-{name}": str(hall.pk) if text == "elsewhere" else text for name, text in values.items()}
    assert f'id="id_stands-{field}_error"' in send(organiser, fair, 422, add="stands", **sent)
    assert not fair.stands.exists()


def test_a_form_of_nothing_changes_nothing(organiser: Client, fair: Fair) -> None:
    send(organiser, fair, add="tent")


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
    assert "Ajouter une porte" in browser.get(f"/organiser/{fair.slug}/places/").content.decode()
