"""Employers over REST and through services."""

from typing import Any

import pytest

from backend.accounts.enums import Role, Scope
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.employers import services
from events.employers.models import Employer, EmployerMember
from tests.factories.accounts import (
    actor_of,
    make_member,
    make_organisation,
    make_token,
    make_user,
    organiser_client,
    organiser_of,
)
from tests.factories.client import Api, body_of, client_of, refused
from tests.factories.employers import make_employer, recruiter_client
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db

SIRET = "73282932000074"
OTHER_SIRET = "20003452800014"
BODY = {
    "name": "Étang Réparations",
    "siret": "732 829 320 00074",
    "naf": "6201z",
    "sector": "Numérique",
    "size": "10-49",
    "contact_email": "rh@example.org",
    "phone": "06 12 34 56 78",
    "commune": "Martigues",
    "website": "https://example.org",
}


@pytest.fixture
def client() -> Api:
    return organiser_client(make_organisation())


def a_recruiter() -> Api:
    """Somebody whose token is for an employer, and who has none yet."""
    return client_of(make_token(make_user(), [Scope.EMPLOYER]))


def test_an_organiser_makes_finds_and_changes_an_employer(client: Api) -> None:
    made = body_of(client.post("employers/", BODY), 201)
    assert made["slug"] == "etang-reparations"
    assert (made["siret"], made["naf"], made["phone"]) == (SIRET, "62.01Z", "+33612345678")
    for search in ("etang", "REPARATIONS martigues", "732829"):
        assert [row["id"] for row in body_of(client.get("employers/", {"search": search}), 200)["results"]] == [
            made["id"]
        ]
    changed = body_of(client.patch("employers/etang-reparations/", {"sector": "Nautisme", "siret": ""}), 200)
    assert (changed["sector"], changed["siret"], changed["name"]) == ("Nautisme", "", BODY["name"])
    assert body_of(client.get(f"employers/{made['id']}/"), 200) == changed
    assert body_of(client.get("employers/?sector=nautisme&siret_pending=true"), 200)["count"] == 1
    assert not EmployerMember.objects.exists()


def test_a_recruiter_brings_an_employer_and_runs_it() -> None:
    organisation, recruiter = make_organisation(), a_recruiter()
    make_organisation()
    assert list(refused(recruiter.post("employers/", BODY), 400, "invalid")["errors"]) == ["organisation"]
    made = body_of(recruiter.post("employers/", BODY | {"organisation": organisation.slug}), 201)
    assert EmployerMember.objects.get().role == "admin"
    assert Employer.objects.get().organisation == organisation
    assert [row["slug"] for row in body_of(recruiter.get("employers/"), 200)["results"]] == [made["slug"]]
    assert body_of(recruiter.patch(f"employers/{made['slug']}/", {"size": "0"}), 200)["size"] == "0"


def test_where_there_is_one_organisation_a_recruiter_need_not_say_which() -> None:
    organisation = make_organisation()
    body_of(a_recruiter().post("employers/", BODY), 201)
    assert Employer.objects.get().organisation == organisation


def test_another_employer_of_ones_own_is_known_to_the_same_organisation() -> None:
    make_organisation()
    organisation, recruiter = make_organisation(), make_user()
    EmployerMember.objects.create(employer=make_employer(organisation), user=recruiter)
    client = client_of(make_token(recruiter, [Scope.EMPLOYER]))
    made = body_of(client.post("employers/", BODY), 201)
    assert Employer.objects.get(slug=made["slug"]).organisation == organisation
    EmployerMember.objects.create(employer=make_employer(make_organisation()), user=recruiter)
    answer = client.post("employers/", {"name": "Boulangerie"})
    assert list(refused(answer, 400, "invalid")["errors"]) == ["organisation"]


def test_an_organisation_nobody_knows_is_named() -> None:
    answer = a_recruiter().post("employers/", BODY | {"organisation": "nowhere"})
    assert list(refused(answer, 400, "invalid")["errors"]) == ["organisation"]


def test_a_known_siret_or_name_is_answered_with_the_employer_there_is(client: Api) -> None:
    slug = body_of(client.post("employers/", BODY), 201)["slug"]
    pending = body_of(client.post("employers/", {"name": "Boulangerie"}), 201)["slug"]
    for body, known in (
        ({"name": "Autre nom", "siret": SIRET}, slug),
        ({"name": "ETANG REPARATIONS"}, slug),
        ({"name": "boulangerie"}, pending),
    ):
        assert refused(client.post("employers/", body), 409, "already_exists")["employer"] == known
    assert Employer.objects.count() == 2
    other = client.patch(f"employers/{pending}/", {"siret": SIRET})
    assert refused(other, 409, "already_exists")["employer"] == slug


def test_one_siret_in_two_organisations_is_two_employers() -> None:
    slugs = [body_of(organiser_client(make_organisation()).post("employers/", BODY), 201)["slug"] for _ in range(2)]
    assert slugs == ["etang-reparations", "etang-reparations-2"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"siret": "73282932000075"}, "siret"),
        ({"siret": "732829320"}, "siret"),
        ({"naf": "62"}, "naf"),
        ({"size": "11"}, "size"),
        ({"contact_email": "rh"}, "contact_email"),
        ({"phone": "12"}, "phone"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": {"fr": "x"}}, "name"),
        ({"description": "x\x07"}, "description"),
    ],
)
def test_what_is_wrong_is_named(client: Api, wrong: dict[str, Any], field: str) -> None:
    assert list(refused(client.post("employers/", BODY | wrong), 400, "invalid")["errors"]) == [field]
    assert not Employer.objects.exists()


def test_another_organisation_sees_nothing(client: Api) -> None:
    slug = make_employer().slug
    assert body_of(client.get("employers/"), 200)["count"] == 0
    refused(client.get(f"employers/{slug}/"), 404, "not_found")
    refused(client.patch(f"employers/{slug}/", {"name": "x"}), 404, "not_found")
    refused(recruiter_client(make_employer()).get(f"employers/{slug}/"), 404, "not_found")


def test_roles_that_never_come_in() -> None:
    candidate = client_of(make_token(make_user(), [Scope.CANDIDATE]))
    for answer in (candidate.get("employers/"), candidate.post("employers/", BODY), candidate.get("employers/x/")):
        refused(answer, 403, "forbidden")
    refused(client_of().get("employers/"), 401, "not_authenticated")
    employer = make_employer()
    auditor = client_of(make_token(make_member(employer.organisation, Role.AUDITOR), [Scope.READ]))
    assert body_of(auditor.get(f"employers/{employer.slug}/"), 200)["name"] == employer.name
    refused(auditor.patch(f"employers/{employer.slug}/", {"name": "x"}), 403, "forbidden")
    refused(auditor.post("employers/", BODY | {"organisation": employer.organisation.slug}), 403, "forbidden")


def test_a_change_is_on_record_once() -> None:
    employer = make_employer()
    organiser = organiser_of(employer.organisation)
    for _ in range(2):
        services.change_employer(employer, actor=organiser, values={"name": "Mûrier", "size": ""})
    employer.refresh_from_db()
    assert (employer.name, employer.name_key) == ("Mûrier", "murier")
    assert [entry.reason for entry in AuditEntry.objects.filter(action="employer.changed")] == ["name"]
    with pytest.raises(DomainError, match="forbidden"):
        services.change_employer(employer, actor=actor_of(make_user()), values={"name": "x"})


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_length(rows: int, django_assert_num_queries: Any) -> None:
    organisation, recruiter = make_organisation(), make_user()
    for _ in range(rows):
        EmployerMember.objects.create(employer=make_employer(organisation), user=recruiter)
    recruiters = client_of(make_token(recruiter, [Scope.EMPLOYER]))
    # Who asks, the employers of a recruiter, count, page.
    for client, statements in ((organiser_client(organisation), 3), (recruiters, 4)):
        client.get("employers/")
        with django_assert_num_queries(statements):
            assert body_of(client.get("employers/"), 200)["count"] == rows


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("values", [{"name": "Mistral", "siret": OTHER_SIRET}, {"name": "Mistral"}])
def test_two_at_once_make_one_employer(values: dict[str, str]) -> None:
    organiser = organiser_of(make_organisation())
    made = at_once(*[lambda: services.create_employer(values, actor=organiser).slug] * 3)
    assert sorted(made) == ["already_exists", "already_exists", "mistral"]
