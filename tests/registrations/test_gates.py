"""The gates of a fair over REST."""

from typing import Any

import pytest

from backend.accounts.enums import Role, Scope
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.fairs.models import Gate
from events.registrations import services
from tests.factories.accounts import (
    make_member,
    make_organisation,
    make_token,
    make_user,
    organiser_client,
    organiser_of,
)
from tests.factories.client import body_of, client_of, refused
from tests.factories.fairs import make_fair, make_gate

pytestmark = pytest.mark.django_db


def test_an_organiser_makes_gates_and_staff_reads_them() -> None:
    fair = make_fair()
    organiser, path = organiser_client(fair.organisation), f"fairs/{fair.slug}/gates/"
    north = body_of(organiser.post(path, {"name": "Nord"}), 201)
    assert north == {"id": north["id"], "name": "Nord", "kinds": []}
    back = body_of(organiser.post(path, {"name": "Arrière", "kinds": ["staff", "employer", "staff"]}), 201)
    assert back["kinds"] == ["employer", "staff"]
    make_gate(make_fair(fair.organisation))
    for role, scope in ((Role.STAFF, Scope.CHECKIN), (Role.AUDITOR, Scope.READ), (Role.ORGANISER, Scope.ORGANISER)):
        reader = client_of(make_token(make_member(fair.organisation, role), [scope]))
        assert body_of(reader.get(path), 200)["results"] == [back, north]
    assert AuditEntry.objects.get(action="gate.created", object_id=back["id"]).organisation_id == fair.organisation_id


def test_a_name_is_taken_once_in_a_fair() -> None:
    fair = make_fair()
    organiser, path = organiser_client(fair.organisation), f"fairs/{fair.slug}/gates/"
    gate = make_gate(fair, "Nord")
    make_gate(make_fair(fair.organisation), "Sud")
    assert refused(organiser.post(path, {"name": "Nord"}), 409, "already_exists")["gate"] == str(gate.id)
    body_of(organiser.post(path, {"name": "Sud"}), 201)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"kinds": ["king"]}, "kinds"),
        ({"kinds": "staff"}, "kinds"),
        ({"kinds": None}, "kinds"),
    ],
)
def test_what_is_wrong_names_its_field(change: dict[str, Any], field: str) -> None:
    fair = make_fair()
    answer = organiser_client(fair.organisation).post(f"fairs/{fair.slug}/gates/", {"name": "Nord"} | change)
    assert list(refused(answer, 400, "invalid")["errors"]) == [field]


def test_who_sees_and_makes_gates() -> None:
    fair = make_fair()
    path, body = f"fairs/{fair.slug}/gates/", {"name": "Nord"}
    staff = client_of(make_token(make_member(fair.organisation, Role.STAFF), [Scope.CHECKIN]))
    foreign = organiser_client(make_organisation())
    refused(staff.post(path, body), 403, "forbidden")
    refused(foreign.post(path, body), 404, "not_found")
    refused(foreign.get(path), 404, "not_found")
    candidate = client_of(make_token(make_user(), [Scope.CANDIDATE]))
    for caller, status, code in ((candidate, 403, "forbidden"), (client_of(), 401, "not_authenticated")):
        refused(caller.get(path), status, code)
        refused(caller.post(path, body), status, code)
    with pytest.raises(DomainError, match="forbidden"):
        services.create_gate(fair, actor=organiser_of(make_organisation()), name="Nord")
    with pytest.raises(DomainError, match="invalid"):
        services.create_gate(fair, actor=organiser_of(fair.organisation), name="Nord", kinds=["king"])
    assert not Gate.objects.exists()


def test_statements_of_the_list(django_assert_num_queries: Any) -> None:
    fair = make_fair()
    organiser = organiser_client(fair.organisation)
    organiser.get("me/")
    for rows in (1, 3):
        while Gate.objects.count() < rows:
            make_gate(fair)
        with django_assert_num_queries(4):  # who asks, fair, count, page
            assert body_of(organiser.get(f"fairs/{fair.slug}/gates/"), 200)["count"] == rows
