"""Oneself, members and tokens over REST."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.dateparse import parse_datetime

from backend.accounts.actors import anonymous
from backend.accounts.enums import Role, Scope
from backend.accounts.models import ApiToken, Membership, Organisation, User
from backend.accounts.services import members, people, tokens
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry, IdempotentAnswer
from tests.factories.accounts import actor_of, make_member, make_organisation, make_token, make_user, organiser_client
from tests.factories.client import JSON, body_of, client_of, refused
from tests.factories.employers import make_employer, make_recruiter

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation()


def owner_of(organisation: Organisation) -> User:
    """Its first owner."""
    return User.objects.get(memberships__organisation=organisation, memberships__role=Role.OWNER)


def browser_of(user: User) -> Client:
    """The person's browser, signed in."""
    browser = Client(HTTP_HOST="localhost")
    browser.force_login(user)
    return browser


# --- oneself ----------------------------------------------------------------------------------------------------------


def test_one_reads_and_changes_oneself() -> None:
    user = make_user("Amina@Example.org", name="Amina")
    client = client_of(make_token(user, [Scope.CANDIDATE]))
    me = body_of(client.get("me/"), 200)
    assert me == {
        "id": str(user.id),
        "name": "Amina",
        "email": "Amina@Example.org",
        "phone": None,
        "language": "fr",
        "created_at": me["created_at"],
    }
    sent = {"name": " Amina Benali ", "language": "en", "email": "other@example.org", "phone": "0612345678"}
    changed = body_of(client.patch("me/", sent), 200)
    assert changed == me | {"name": "Amina Benali", "language": "en"}
    assert body_of(client.get("me/"), 200) == changed
    assert body_of(client.patch("me/", {"language": "en"}), 200) == changed
    entry = AuditEntry.objects.get(action="person.changed")
    assert (entry.object_id, entry.reason) == (user.id, "language, name")


@pytest.mark.parametrize(
    ("change", "field"), [({"name": "x" * 101}, "name"), ({"name": 3}, "name"), ({"language": "xx"}, "language")]
)
def test_what_is_wrong_with_oneself(change: dict[str, Any], field: str) -> None:
    client = client_of(make_token(make_user(), [Scope.CANDIDATE]))
    assert list(refused(client.patch("me/", change), 400, "invalid")["errors"]) == [field]


def test_a_program_reads_who_it_is_and_changes_nobody(organisation: Organisation) -> None:
    organiser = organiser_client(organisation)
    body_of(organiser.get("me/"), 200)
    refused(organiser.patch("me/", {"name": "x"}), 403, "forbidden")
    refused(client_of().get("me/"), 401, "not_authenticated")
    refused(client_of().patch("me/", {"name": "x"}), 401, "not_authenticated")
    with pytest.raises(DomainError, match="forbidden"):
        people.change_person(make_user(), actor=actor_of(make_user()), values={"name": "x"})


# --- members ----------------------------------------------------------------------------------------------------------


def test_an_organiser_adds_members_once(organisation: Organisation) -> None:
    client = organiser_client(organisation)
    made = body_of(client.post("members/", {"email": "New@Example.org", "role": "staff"}), 201)
    assert (made["organisation"], made["email"], made["role"]) == (organisation.slug, "New@Example.org", "staff")
    assert body_of(client.post("members/", {"email": "new@example.org", "role": "staff"}), 200) == made
    body_of(client.post("members/", {"email": "new@example.org", "role": "auditor"}), 201)
    assert User.objects.filter(email_key="new@example.org").count() == 1
    roles = AuditEntry.objects.filter(action="member.added", actor_kind="token").values_list("to_state", flat=True)
    assert sorted(roles) == ["auditor", "staff"]
    listed = body_of(client.get("members/?search=new@&ordering=role"), 200)["results"]
    assert [row["role"] for row in listed] == ["auditor", "staff"]


def test_only_an_owner_makes_an_owner(organisation: Organisation) -> None:
    body = {"email": "new@example.org", "role": "owner"}
    refused(organiser_client(organisation).post("members/", body), 403, "forbidden")
    assert not User.objects.filter(email_key="new@example.org").exists()
    body_of(client_of(make_token(owner_of(organisation))).post("members/", body), 201)
    # Owning one organisation is worth nothing in another.
    elsewhere = make_member(organisation)
    people.add_member(make_organisation(), actor=actor_of(elsewhere), user=elsewhere, role=Role.OWNER)
    refused(client_of(make_token(elsewhere)).post("members/", body), 403, "forbidden")


@pytest.mark.parametrize(
    ("change", "field"), [({"email": "x"}, "email"), ({"email": None}, "email"), ({"role": "boss"}, "role")]
)
def test_what_is_wrong_with_a_member(organisation: Organisation, change: dict[str, Any], field: str) -> None:
    answer = organiser_client(organisation).post("members/", {"email": "a@example.org", "role": "staff"} | change)
    assert list(refused(answer, 400, "invalid")["errors"]) == [field]


def test_who_sees_and_adds_members(organisation: Organisation) -> None:
    body = {"email": "new@example.org", "role": "staff"}
    auditor = client_of(make_token(make_member(organisation, Role.AUDITOR), [Scope.READ]))
    assert body_of(auditor.get("members/"), 200)["count"] == 2
    staff = client_of(make_token(make_member(organisation, Role.STAFF), [Scope.CHECKIN]))
    for caller, status, code in ((staff, 403, "forbidden"), (client_of(), 401, "not_authenticated")):
        refused(caller.get("members/"), status, code)
        refused(caller.post("members/", body), status, code)
    refused(auditor.post("members/", body), 403, "forbidden")
    foreign = organiser_client(make_organisation())
    listed = body_of(foreign.get("members/"), 200)["results"]
    assert organisation.slug not in {row["organisation"] for row in listed}
    body_of(foreign.post("members/", body), 201)
    assert not Membership.objects.filter(organisation=organisation, user__email_key="new@example.org").exists()
    with pytest.raises(DomainError, match="forbidden"):
        members.invite_member(actor=anonymous(), email="new@example.org", role="staff")


def test_statements_of_the_members(organisation: Organisation, django_assert_num_queries: Any) -> None:
    client = client_of(make_token(owner_of(organisation)))
    client.get("me/")
    for rows in (1, 3):
        while Membership.objects.count() < rows:
            make_member(organisation)
        with django_assert_num_queries(3):  # who asks, count, page
            assert body_of(client.get("members/"), 200)["count"] == rows


# --- tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_is_made_shown_once_used_listed_and_revoked(organisation: Organisation) -> None:
    user = make_member(organisation)
    client = client_of(make_token(user, [Scope.ORGANISER, Scope.CHECKIN]))
    made = body_of(client.post("tokens/", {"name": "Gate", "scopes": ["checkin"], "expires_days": 7}), 201)
    assert sorted(made) == ["created_at", "expires_at", "id", "last_used_at", "name", "scopes", "token"]
    assert (made["name"], made["scopes"], made["last_used_at"]) == ("Gate", ["checkin"], None)
    left = parse_datetime(made["expires_at"]) - now()  # type: ignore[operator]
    assert timedelta(days=6, hours=23) < left <= timedelta(days=7)
    gate = client_of(made["token"])
    listed = body_of(gate.get("tokens/?ordering=name"), 200)
    assert [row["name"] for row in listed["results"]] == ["Gate", "test"]
    assert listed["results"][0]["last_used_at"] is not None
    assert made["token"] not in str(listed)
    assert client.delete(f"tokens/{made['id']}/").status_code == 204
    refused(gate.get("tokens/"), 401, "not_authenticated")
    refused(client.delete(f"tokens/{made['id']}/"), 404, "not_found")
    assert body_of(client.get("tokens/"), 200)["count"] == 1
    trail = AuditEntry.objects.filter(object_id=made["id"]).order_by("id").values_list("action", "actor_user_id")
    assert list(trail) == [("token.created", user.id), ("token.revoked", user.id)]


def scopes_refused(client: Any, *scopes: str) -> bool:
    """Whether a token of these scopes is refused for what the caller is worth, naming the field."""
    answer = client.post("/api/v1/tokens/", {"name": "x", "scopes": list(scopes)}, content_type=JSON)
    if answer.status_code == 201:
        return False
    return list(refused(answer, 403, "forbidden")["errors"]) == ["scopes"]


@pytest.mark.parametrize(
    ("role", "worth"),
    [
        (None, {"candidate"}),
        ("owner", {"candidate", "organiser", "checkin", "checkin.force", "sensitive", "read"}),
        ("organiser", {"candidate", "organiser", "checkin", "checkin.force", "sensitive", "read"}),
        ("staff", {"candidate", "checkin"}),
        ("adviser", {"candidate", "adviser"}),
        ("auditor", {"candidate", "read"}),
        ("recruiter", {"candidate", "employer"}),
    ],
)
def test_a_token_is_worth_no_more_than_its_person(
    organisation: Organisation, role: str | None, worth: set[str]
) -> None:
    if role == "recruiter":
        user = make_recruiter(make_employer(organisation))
    else:
        user = make_member(organisation, role) if role else make_user()
    browser = browser_of(user)
    assert {scope for scope in Scope.values if not scopes_refused(browser, scope)} == worth
    assert scopes_refused(browser, *Scope.values)


def test_a_token_is_worth_no_more_and_lives_no_longer_than_the_one_that_made_it(organisation: Organisation) -> None:
    user = make_member(organisation)
    parent, text = tokens.create_token(user, actor=actor_of(user), name="x", scopes=["checkin", "read"], days=3)
    client = client_of(text)
    assert {scope for scope in Scope.values if not scopes_refused(client, scope)} == {"checkin", "read"}
    made = body_of(client.post("tokens/", {"name": "long", "scopes": ["read"], "expires_days": 3650}), 201)
    assert ApiToken.objects.get(pk=made["id"]).expires_at == parent.expires_at
    with time_machine.travel(now() + timedelta(days=3, minutes=1), tick=False):
        refused(client_of(made["token"]).get("members/"), 401, "not_authenticated")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": "read"}, "scopes"),
        ({"scopes": None}, "scopes"),
        ({"expires_days": 0}, "expires_days"),
        ({"expires_days": 3651}, "expires_days"),
        ({"expires_days": "soon"}, "expires_days"),
    ],
)
def test_what_is_wrong_with_a_token(organisation: Organisation, change: dict[str, Any], field: str) -> None:
    answer = organiser_client(organisation).post("tokens/", {"name": "x", "scopes": ["organiser"]} | change)
    assert list(refused(answer, 400, "invalid")["errors"]) == [field]


def test_a_scope_named_twice_is_one(organisation: Organisation) -> None:
    made = body_of(organiser_client(organisation).post("tokens/", {"name": "x", "scopes": ["organiser"] * 2}), 201)
    assert made["scopes"] == ["organiser"]


def test_other_peoples_tokens_are_nobodys_business(organisation: Organisation) -> None:
    colleague = make_member(organisation)
    make_token(colleague)
    theirs = ApiToken.objects.get(user=colleague)
    client = organiser_client(organisation)
    assert str(theirs.id) not in {row["id"] for row in body_of(client.get("tokens/"), 200)["results"]}
    refused(client.delete(f"tokens/{theirs.id}/"), 404, "not_found")
    refused(client.delete("tokens/nonsense/"), 404, "not_found")
    for answer in (client_of().get("tokens/"), client_of().post("tokens/"), client_of().delete(f"tokens/{theirs.id}/")):
        refused(answer, 401, "not_authenticated")
    with pytest.raises(DomainError, match="not_found"):
        tokens.revoke_token(theirs, actor=actor_of(make_user()))
    with pytest.raises(DomainError, match="forbidden"):
        tokens.issue_token(actor=anonymous(), name="x", scopes=[Scope.CANDIDATE])
    assert ApiToken.objects.get(pk=theirs.pk).revoked_at is None


def test_a_kept_answer_does_not_keep_the_token_in_clear(organisation: Organisation) -> None:
    client, key = organiser_client(organisation), {"Idempotency-Key": "k"}
    body = {"name": "x", "scopes": ["organiser"]}
    made = body_of(client.post("tokens/", body, headers=key), 201)
    assert body_of(client.post("tokens/", body, headers=key), 201) == made
    stored = IdempotentAnswer.objects.extra(select={"raw": "body"}).values_list("raw", flat=True).get()
    assert made["token"] not in stored
    assert made["token"] in IdempotentAnswer.objects.get().body


def test_statements_of_the_tokens(django_assert_num_queries: Any) -> None:
    user = make_user()
    client = client_of(make_token(user, [Scope.CANDIDATE]))
    client.get("me/")
    for rows in (1, 3):
        while ApiToken.objects.count() < rows:
            make_token(user)
        with django_assert_num_queries(3):  # token, count, page
            assert body_of(client.get("tokens/"), 200)["count"] == rows
