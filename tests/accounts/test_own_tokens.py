"""Tokens twice over: what a role is worth, and ending what has ended."""

import pytest
from django.core.management import call_command

from backend.accounts.actors import SYSTEM, anonymous
from backend.accounts.enums import Role, Scope
from backend.accounts.models import ApiToken, Membership
from backend.accounts.selectors import own_tokens
from backend.accounts.services import people, tokens
from backend.core.models import AuditEntry
from tests.factories.accounts import actor_of, make_member, make_organisation, make_token, make_user, organiser_client
from tests.factories.client import body_of, client_of, refused
from tests.factories.employers import make_employer, make_recruiter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("role", "worth"),
    [
        (Role.OWNER, {"candidate", "checkin", "checkin.force", "organiser", "read"}),
        (Role.ORGANISER, {"candidate", "checkin", "checkin.force", "organiser", "read"}),
        (Role.STAFF, {"candidate", "checkin"}),
        (Role.ADVISER, {"adviser", "candidate"}),
        (Role.AUDITOR, {"candidate", "read"}),
        ("recruiter", {"candidate", "employer"}),
        ("nothing", {"candidate"}),
    ],
)
def test_a_token_of_the_command_is_worth_the_roles(role: str, worth: set[str]) -> None:
    organisation = make_organisation()
    if role == "recruiter":
        user = make_recruiter(make_employer(organisation))
    else:
        user = make_user() if role == "nothing" else make_member(organisation, role)
    call_command("api_token", user.email)
    assert set(ApiToken.objects.get(user=user).scopes) == worth


def test_a_token_is_revoked_once() -> None:
    user = make_user()
    text = make_token(user, [Scope.CANDIDATE])
    token = ApiToken.objects.get(user=user)
    revoked_at = tokens.revoke_token(token, actor=actor_of(user)).revoked_at
    assert tokens.revoke_token(token, actor=actor_of(user)).revoked_at == revoked_at
    assert AuditEntry.objects.filter(action="token.revoked").count() == 1
    assert tokens.actor_of_token(text, ip="", request_id="") is None


def test_every_organisation_of_the_person_reads_of_their_tokens() -> None:
    home, second, other = make_organisation(), make_organisation(), make_organisation()
    user = make_member(home, Role.ORGANISER)
    for organisation, role in ((home, Role.STAFF), (second, Role.ADVISER)):
        people.add_member(organisation, actor=SYSTEM, user=user, role=role)
    api = client_of(make_token(user, [Scope.ORGANISER]))
    made = body_of(api.post("tokens/", {"name": "Display", "scopes": ["organiser"]}), 201)
    assert api.delete(f"tokens/{made['id']}/").status_code == 204
    for organisation, actions in ((home, ["token.created", "token.revoked"]), (other, [])):
        trail = body_of(organiser_client(organisation).get("audit/"), 200)["results"]
        assert sorted(row["action"] for row in trail if row["object"] == made["id"]) == actions
    trail = AuditEntry.objects.filter(object_id=made["id"], organisation_id=second.id)
    assert set(trail.values_list("action", "reason")) == {
        ("token.created", "organiser"),
        ("token.revoked", "organiser"),
    }


def test_a_token_ends_no_token_that_is_worth_more() -> None:
    user = make_member(make_organisation(), Role.ORGANISER)
    more, less = (client_of(make_token(user, scopes)) for scopes in (["candidate", "organiser"], ["candidate"]))
    both, small = ApiToken.objects.filter(user=user).order_by("created_at")
    refused(less.delete(f"tokens/{both.pk}/"), 403, "forbidden")
    body_of(more.get("members/"), 200)
    assert less.delete(f"tokens/{small.pk}/").status_code == 204
    # In a browser it is the person: they end what outlived their role as well.
    Membership.objects.filter(user=user).delete()
    assert tokens.revoke_token(both, actor=actor_of(user)).revoked_at


def test_who_is_nobody_has_no_tokens() -> None:
    make_token(make_user())
    assert not own_tokens(anonymous()).exists()
