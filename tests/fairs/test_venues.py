"""Venues over REST."""

import pytest

from backend.accounts.enums import Scope
from tests.factories.accounts import make_organisation, make_token, make_user, organiser_client
from tests.factories.client import body_of, client_of, refused
from tests.factories.fairs import make_venue

pytestmark = pytest.mark.django_db


def test_an_organiser_makes_and_finds_a_venue() -> None:
    client = organiser_client(make_organisation())
    made = body_of(
        client.post("venues/", {"name": "Palais des Congrès", "commune": "Martigues", "latitude": 43.4}), 201
    )
    assert made["name"] == "Palais des Congrès"
    assert made["longitude"] is None
    assert [venue["id"] for venue in body_of(client.get("venues/?search=congres"), 200)["results"]] == [made["id"]]
    assert body_of(client.get("venues/?search=marseille"), 200)["count"] == 0


def test_another_organisation_sees_nothing_of_it() -> None:
    make_venue()
    assert body_of(organiser_client(make_organisation()).get("venues/"), 200)["count"] == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [({}, "name"), ({"name": "x" * 101}, "name"), ({"name": "x", "latitude": 91}, "latitude"), ({"name": 3}, "name")],
)
def test_what_is_wrong_is_named(values: dict[str, object], field: str) -> None:
    problem = refused(organiser_client(make_organisation()).post("venues/", values), 400, "invalid")
    assert list(problem["errors"]) == [field]


def test_only_organisers_come_in() -> None:
    refused(client_of().get("venues/"), 401, "not_authenticated")
    refused(client_of(make_token(make_user(), [Scope.CANDIDATE])).post("venues/", {"name": "x"}), 403, "forbidden")
