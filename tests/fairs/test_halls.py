"""The halls of a fair over REST."""

from typing import Any

import pytest

from backend.accounts.enums import Scope
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.fairs import services
from events.fairs.enums import FairStatus
from events.fairs.models import Hall
from tests.factories.accounts import make_organisation, make_token, make_user, organiser_client, organiser_of
from tests.factories.client import body_of, client_of, refused
from tests.factories.fairs import make_fair, make_hall
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db


def test_an_organiser_makes_halls_and_everybody_sees_them() -> None:
    fair = make_fair()
    organiser, path = organiser_client(fair.organisation), f"fairs/{fair.slug}/halls/"
    small = body_of(organiser.post(path, {"name": "Petit hall"}), 201)
    assert small == {"id": small["id"], "name": "Petit hall", "width_m": None, "depth_m": None}
    great = body_of(organiser.post(path, {"name": "Grand hall", "width_m": 60.5, "depth_m": 40}), 201)
    assert (great["width_m"], great["depth_m"]) == (60.5, 40)
    make_hall(make_fair(fair.organisation))
    assert body_of(client_of().get(path), 200)["results"] == [great, small]
    stand = body_of(organiser.post(f"fairs/{fair.slug}/stands/", {"label": "A1", "hall": great["id"]}), 201)
    assert stand["hall"] == great["id"]
    entry = AuditEntry.objects.get(action="hall.created", object_id=great["id"])
    assert entry.organisation_id == fair.organisation_id


def test_a_name_is_taken_once_in_a_fair() -> None:
    fair = make_fair()
    organiser, path = organiser_client(fair.organisation), f"fairs/{fair.slug}/halls/"
    hall = make_hall(fair, "Hall 1")
    make_hall(make_fair(fair.organisation), "Hall 2")
    assert refused(organiser.post(path, {"name": "Hall 1"}), 409, "already_exists")["hall"] == str(hall.id)
    body_of(organiser.post(path, {"name": "Hall 2"}), 201)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"width_m": 0}, "width_m"),
        ({"width_m": "NaN"}, "width_m"),
        ({"depth_m": 100_000}, "depth_m"),
        ({"depth_m": "wide"}, "depth_m"),
    ],
)
def test_what_is_wrong_names_its_field(change: dict[str, Any], field: str) -> None:
    fair = make_fair()
    answer = organiser_client(fair.organisation).post(f"fairs/{fair.slug}/halls/", {"name": "Hall 1"} | change)
    assert list(refused(answer, 400, "invalid")["errors"]) == [field]


def test_who_sees_and_makes_halls() -> None:
    fair = make_fair()
    path, body = f"fairs/{fair.slug}/halls/", {"name": "Hall 1"}
    foreign = organiser_client(make_organisation())
    refused(foreign.post(path, body), 404, "not_found")
    refused(client_of(make_token(make_user(), [Scope.CANDIDATE])).post(path, body), 403, "forbidden")
    refused(client_of().post(path, body), 401, "not_authenticated")
    draft = make_fair(fair.organisation, status=FairStatus.DRAFT)
    for caller in (client_of(), foreign):
        refused(caller.get(f"fairs/{draft.slug}/halls/"), 404, "not_found")
    body_of(organiser_client(fair.organisation).get(f"fairs/{draft.slug}/halls/"), 200)
    with pytest.raises(DomainError, match="forbidden"):
        services.create_hall(fair, actor=organiser_of(make_organisation()), values=body)
    assert not Hall.objects.exists()


def test_statements_of_the_list(django_assert_num_queries: Any) -> None:
    fair = make_fair()
    for rows in (1, 3):
        while Hall.objects.count() < rows:
            make_hall(fair)
        with django_assert_num_queries(3):  # fair, count, page
            assert body_of(client_of().get(f"fairs/{fair.slug}/halls/"), 200)["count"] == rows


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_hall() -> None:
    fair = make_fair()
    organiser = organiser_of(fair.organisation)
    made = at_once(*[lambda: services.create_hall(fair, actor=organiser, values={"name": "Hall 1"}).name] * 3)
    assert sorted(made) == ["Hall 1", "already_exists", "already_exists"]
