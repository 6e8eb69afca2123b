"""One's own registrations over REST."""

from datetime import timedelta
from typing import Any

import pytest

from backend.accounts.enums import Scope
from backend.core.clock import now
from tests.factories.accounts import make_token, make_user, organiser_client
from tests.factories.client import body_of, client_of, refused
from tests.factories.fairs import make_fair
from tests.factories.registrations import candidate_client, make_registration

pytestmark = pytest.mark.django_db


def test_one_sees_all_of_ones_own_and_nobody_elses() -> None:
    later = make_fair(starts_at=now() + timedelta(days=9), ends_at=now() + timedelta(days=10))
    second = make_registration(later, email="amina@example.org", needs="Seated")
    first = make_registration(email="amina@example.org", status="cancelled")
    make_registration(first.fair, email="other@example.org")
    client = candidate_client(first)
    rows = body_of(client.get("me/registrations/"), 200)["results"]
    assert [(row["id"], row["status"]) for row in rows] == [(str(first.id), "cancelled"), (str(second.id), "confirmed")]
    assert rows[1]["has_needs"]
    assert "needs" not in rows[1]
    for query, found in {
        "status=confirmed": [second],
        f"fair={first.fair.slug}": [first],
        "ordering=-starts_at": [second, first],
        "search=nothing such": [],
    }.items():
        listed = body_of(client.get(f"me/registrations/?{query}"), 200)["results"]
        assert [row["id"] for row in listed] == [str(row.id) for row in found], query
    refused(client.get("me/registrations/?status=gone"), 400, "invalid")


def test_who_has_registrations_of_their_own() -> None:
    registration = make_registration()
    refused(client_of().get("me/registrations/"), 401, "not_authenticated")
    refused(organiser_client(registration.organisation).get("me/registrations/"), 403, "forbidden")
    nobody = client_of(make_token(make_user(), [Scope.CANDIDATE]))
    assert body_of(nobody.get("me/registrations/"), 200)["count"] == 0


def test_statements_of_the_list(django_assert_num_queries: Any) -> None:
    registrations = [make_registration(email="amina@example.org")]
    client = candidate_client(registrations[0])
    client.get("me/")
    for rows in (1, 3):
        while len(registrations) < rows:
            registrations.append(make_registration(email="amina@example.org"))
        with django_assert_num_queries(3):  # token, count, page
            assert body_of(client.get("me/registrations/"), 200)["count"] == rows
