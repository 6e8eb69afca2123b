"""An employer's team over REST."""

from typing import Any

import pytest

from backend.accounts.enums import Role, Scope
from backend.accounts.models import User
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.employers import team_services
from events.employers.enums import EmployerRole
from events.employers.models import Employer, EmployerMember
from tests.factories.accounts import (
    make_member,
    make_organisation,
    make_token,
    make_user,
    organiser_client,
    organiser_of,
)
from tests.factories.client import Api, body_of, client_of, refused
from tests.factories.employers import make_employer, make_recruiter
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db
BODY = {"email": "New@Example.org", "role": "recruiter"}


@pytest.fixture
def employer() -> Employer:
    return make_employer()


def path(employer: Employer) -> str:
    return f"employers/{employer.slug}/members/"


def client_as(employer: Employer, role: str) -> Api:
    """A new person of the team."""
    return client_of(make_token(make_recruiter(employer, role), [Scope.EMPLOYER]))


@pytest.mark.parametrize("is_organiser", [True, False])
def test_administrators_and_organisers_add_to_the_team(employer: Employer, is_organiser: bool) -> None:
    client = organiser_client(employer.organisation) if is_organiser else client_as(employer, EmployerRole.ADMIN)
    made = body_of(client.post(path(employer), BODY), 201)
    assert (made["employer"], made["email"], made["role"]) == (employer.slug, "New@Example.org", "recruiter")
    assert body_of(client.post(path(employer), BODY), 200) == made
    promoted = body_of(client.post(path(employer), {"email": "new@example.org", "role": "admin"}), 200)
    assert promoted == made | {"role": "admin"}
    listed = body_of(client.get(f"employers/{employer.id}/members/?search=new"), 200)["results"]
    assert listed == [promoted]
    trail = AuditEntry.objects.filter(object_id=made["id"]).order_by("id")
    assert [(entry.action, entry.from_state, entry.to_state) for entry in trail] == [
        ("employer_member.added", "", "recruiter"),
        ("employer_member.changed", "recruiter", "admin"),
    ]
    user = User.objects.get(email_key="new@example.org")
    mine = client_of(make_token(user, [Scope.EMPLOYER]))
    assert body_of(mine.get("employers/"), 200)["results"][0]["slug"] == employer.slug


def test_a_recruiter_sees_the_team_and_adds_nobody(employer: Employer) -> None:
    recruiter = client_as(employer, EmployerRole.RECRUITER)
    assert body_of(recruiter.get(path(employer)), 200)["count"] == 1
    refused(recruiter.post(path(employer), BODY), 403, "forbidden")
    # Administering one employer is worth nothing at another.
    both = make_recruiter(employer, EmployerRole.RECRUITER)
    EmployerMember.objects.create(employer=make_employer(employer.organisation), user=both, role=EmployerRole.ADMIN)
    refused(client_of(make_token(both, [Scope.EMPLOYER])).post(path(employer), BODY), 403, "forbidden")
    assert not User.objects.filter(email_key="new@example.org").exists()


@pytest.mark.parametrize(
    ("change", "field"), [({"email": "x"}, "email"), ({"email": ""}, "email"), ({"role": "boss"}, "role")]
)
def test_what_is_wrong_names_its_field(employer: Employer, change: dict[str, Any], field: str) -> None:
    answer = organiser_client(employer.organisation).post(path(employer), BODY | change)
    assert list(refused(answer, 400, "invalid")["errors"]) == [field]


def test_other_employers_and_organisations_see_nothing(employer: Employer) -> None:
    neighbour = client_as(make_employer(employer.organisation), EmployerRole.ADMIN)
    for stranger in (neighbour, organiser_client(make_organisation())):
        refused(stranger.get(path(employer)), 404, "not_found")
        refused(stranger.post(path(employer), BODY), 404, "not_found")
    auditor = client_of(make_token(make_member(employer.organisation, Role.AUDITOR), [Scope.READ]))
    body_of(auditor.get(path(employer)), 200)
    refused(auditor.post(path(employer), BODY), 403, "forbidden")
    candidate = client_of(make_token(make_user(), [Scope.CANDIDATE]))
    for caller, status, code in ((candidate, 403, "forbidden"), (client_of(), 401, "not_authenticated")):
        refused(caller.get(path(employer)), status, code)
        refused(caller.post(path(employer), BODY), status, code)
    with pytest.raises(DomainError, match="forbidden"):
        team_services.add_employer_member(employer, actor=organiser_of(make_organisation()), **BODY)
    assert not EmployerMember.objects.filter(employer=employer).exists()


def test_statements_of_the_list(employer: Employer, django_assert_num_queries: Any) -> None:
    recruiter = client_as(employer, EmployerRole.ADMIN)
    recruiter.get("me/")
    for rows in (1, 3):
        while EmployerMember.objects.count() < rows:
            make_recruiter(employer)
        with django_assert_num_queries(5):  # token, employers, employer, count, page
            assert body_of(recruiter.get(path(employer)), 200)["count"] == rows


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_member(employer: Employer) -> None:
    organiser = organiser_of(employer.organisation)
    made = at_once(*[lambda: team_services.add_employer_member(employer, actor=organiser, **BODY)[1]] * 3)
    assert sorted(made) == [False, False, True]
