"""An organiser's pages of the team, of tokens and of the audit trail, in a browser without JavaScript."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client

from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role, Scope
from backend.accounts.models import ApiToken, Membership, Organisation, User
from backend.accounts.services import members, people
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from backend.mail.models import OutboxMessage
from events.fairs.models import Fair
from tests.factories.accounts import actor_of, make_member, make_organisation, make_token, make_user
from tests.factories.browser import browser_of
from tests.factories.client import body_of, client_of, refused
from tests.factories.fairs import make_fair
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation("Mission locale")


@pytest.fixture
def fair(organisation: Organisation) -> Fair:
    return make_fair(organisation)


@pytest.fixture
def owner(organisation: Organisation) -> User:
    return organisation.memberships.get(role=Role.OWNER).user


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:500]
    return unescape(response.content.decode())


def error_at(page: str, field: str) -> str:
    """What is said at a field."""
    return page.split(f'id="id_{field}_error"')[1].split("</ul>", maxsplit=1)[0]


def member_of(organisation: Organisation, role: str) -> Membership:
    """A new person's membership."""
    return Membership.objects.get(user=make_member(organisation, role))


# --- the team ---------------------------------------------------------------------------------------------------------


def test_who_is_invited_hears_of_it_and_is_in(fair: Fair, owner: User) -> None:
    path = f"/organiser/{fair.slug}/team/"
    browser = browser_of(owner)
    page = text(browser.post(path, {"email": "Claire@example.org", "role": "organiser"}, follow=True))
    assert "Claire@example.org is in the team." in page
    message = OutboxMessage.objects.get()
    assert message.to == "Claire@example.org"
    assert "Mission locale" in message.subject
    assert "http://localhost/sign-in/" in message.body
    claire = User.objects.get(email_key="claire@example.org")
    assert owner.email in text(browser_of(claire).get(path))
    text(browser.post(path, {"email": "claire@example.org", "role": "organiser"}, follow=True))
    assert (OutboxMessage.objects.count(), Membership.objects.filter(user=claire).count()) == (1, 1)


def test_who_organises_several_invites_to_the_one_of_the_fair(fair: Fair) -> None:
    both = make_member(make_organisation())  # the older one, in which the interface for programs works
    people.add_member(fair.organisation, actor=SYSTEM, user=both, role=Role.ORGANISER)
    browser_of(both).post(f"/organiser/{fair.slug}/team/", {"email": "new@example.org", "role": "staff"})
    assert Membership.objects.get(user__email_key="new@example.org").organisation == fair.organisation


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"email": "claire@"}, "email", "valid email"),
        ({"role": "boss"}, "role", "Select a valid choice"),
        ({"role": "owner"}, "role", "Select a valid choice"),
    ],
)
def test_errors_of_an_invitation(fair: Fair, wrong: dict[str, str], field: str, sentence: str) -> None:
    organiser = browser_of(make_member(fair.organisation))
    values = {"email": "new@example.org", "role": "staff"} | wrong
    assert sentence in error_at(text(organiser.post(f"/organiser/{fair.slug}/team/", values), 422), field)
    assert not User.objects.filter(email_key="new@example.org").exists()


def test_a_role_is_changed_and_taken_away(fair: Fair, owner: User) -> None:
    member, browser = member_of(fair.organisation, Role.STAFF), browser_of(owner)
    path = f"/organiser/{fair.slug}/team/{member.pk}/"
    assert "loses the role “Event staff” in Mission locale at once" in text(browser.get(path))
    assert "The role is changed." in text(browser.post(path, {"role": "auditor"}, follow=True))
    member.refresh_from_db()
    assert member.role == Role.AUDITOR
    assert "no longer has the role: Auditor." in text(browser.post(f"{path}remove/", follow=True))
    assert not Membership.objects.filter(pk=member.pk).exists()
    text(browser.post(f"{path}remove/"), 404)
    trail = AuditEntry.objects.filter(actor_user_id=owner.pk).order_by("id")
    assert [(entry.action, entry.object_id, entry.from_state, entry.to_state) for entry in trail] == [
        ("member.changed", member.pk, "staff", "auditor"),
        ("member.removed", member.user_id, "auditor", ""),
    ]


def test_the_last_owner_stays(fair: Fair, owner: User) -> None:
    member, browser = Membership.objects.get(user=owner), browser_of(owner)
    path = f"/organiser/{fair.slug}/team/{member.pk}/"
    page = text(browser.post(path, {"role": "staff"}), 422)
    assert "keeps at least one owner" in error_at(page, "role")
    assert browser.post(f"{path}remove/").headers["Location"] == "/"
    assert "keeps at least one owner" in text(browser.get(f"/organiser/{fair.slug}/team/"))
    people.add_member(fair.organisation, actor=SYSTEM, user=make_user(), role=Role.OWNER)
    assert browser.post(f"{path}remove/").headers["Location"] == "/"
    text(browser.get(f"/organiser/{fair.slug}/team/"), 403)


def test_owners_are_changed_by_owners_alone(fair: Fair, owner: User) -> None:
    organiser = browser_of(make_member(fair.organisation))
    path = f"/organiser/{fair.slug}/team/{Membership.objects.get(user=owner).pk}/"
    assert path not in text(organiser.get(f"/organiser/{fair.slug}/team/"))
    text(organiser.get(path), 403)
    text(organiser.post(path, {"role": "staff"}), 403)
    text(organiser.post(f"{path}remove/"), 403)
    staff = member_of(fair.organisation, Role.STAFF)
    text(organiser.post(f"/organiser/{fair.slug}/team/{staff.pk}/", {"role": "owner"}), 422)
    assert set(Membership.objects.filter(role=Role.OWNER)) == {Membership.objects.get(user=owner)}


def test_a_role_the_person_has_as_well(fair: Fair, owner: User) -> None:
    member = member_of(fair.organisation, Role.STAFF)
    people.add_member(fair.organisation, actor=SYSTEM, user=member.user, role=Role.AUDITOR)
    page = text(browser_of(owner).post(f"/organiser/{fair.slug}/team/{member.pk}/", {"role": "auditor"}), 422)
    assert "remove one of the two" in error_at(page, "role")


def test_members_of_other_organisations_are_not_there(fair: Fair, owner: User) -> None:
    elsewhere = member_of(make_organisation(), Role.STAFF)
    # Not even through a fair of one's own, for who organises both.
    people.add_member(elsewhere.organisation, actor=SYSTEM, user=owner, role=Role.OWNER)
    browser = browser_of(owner)
    assert elsewhere.user.email not in text(browser.get(f"/organiser/{fair.slug}/team/"))
    for method, path in (("get", ""), ("post", ""), ("post", "remove/")):
        text(getattr(browser, method)(f"/organiser/{fair.slug}/team/{elsewhere.pk}/{path}"), 404)


def test_what_the_services_refuse(organisation: Organisation, owner: User) -> None:
    member, owning = member_of(organisation, Role.STAFF), Membership.objects.get(user=owner)
    organiser = actor_of(make_member(organisation))
    for actor in (actor_of(make_member(make_organisation())), actor_of(member.user)):
        with pytest.raises(DomainError, match="forbidden"):
            members.change_member(member, actor=actor, role=Role.AUDITOR)
        with pytest.raises(DomainError, match="forbidden"):
            members.remove_member(member, actor=actor)
    with pytest.raises(DomainError, match="forbidden"):
        members.change_member(member, actor=organiser, role=Role.OWNER)
    with pytest.raises(DomainError, match="forbidden"):
        members.remove_member(owning, actor=organiser)
    for refused_to in (lambda: members.remove_member(owning, actor=SYSTEM), lambda: _demote(owning)):
        with pytest.raises(DomainError, match="last_owner"):
            refused_to()
    assert members.change_member(member, actor=organiser, role=Role.STAFF) == member
    members.remove_member(member, actor=organiser)
    for late in (lambda: members.remove_member(member, actor=organiser), lambda: _demote(member)):
        with pytest.raises(DomainError, match="not_found"):
            late()


def _demote(member: Membership) -> None:
    members.change_member(member, actor=SYSTEM, role=Role.AUDITOR)


@pytest.mark.parametrize("gone", [{"is_active": False}, {"email": "", "email_key": None}], ids=["put aside", "erased"])
def test_an_owner_who_cannot_sign_in_does_not_count(organisation: Organisation, owner: User, gone: Any) -> None:
    other = make_member(organisation, Role.OWNER)
    User.objects.filter(pk=other.pk).update(**gone)
    for leave in (_demote, lambda member: members.remove_member(member, actor=SYSTEM)):
        with pytest.raises(DomainError, match="last_owner"):
            leave(Membership.objects.get(user=owner))
    members.remove_member(Membership.objects.get(user=other), actor=SYSTEM)


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.STAFF])
def test_who_takes_another_role_themselves_may_be_outside(fair: Fair, role: str) -> None:
    member = member_of(fair.organisation, Role.OWNER)
    answer = browser_of(member.user).post(f"/organiser/{fair.slug}/team/{member.pk}/", {"role": role}, follow=True)
    assert answer.redirect_chain[0] == ("/", 302)
    assert "The role is changed." in text(answer)


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_remove_each_other_leave_one() -> None:
    organisation = make_organisation()
    people.add_member(organisation, actor=SYSTEM, user=make_user(), role=Role.OWNER)

    def leave(member: Membership) -> str:
        try:
            members.remove_member(member, actor=SYSTEM)
        except DomainError as error:
            return error.code
        return "gone"

    both = list(organisation.memberships.all())
    assert sorted(at_once(*[lambda each=each: leave(each) for each in both])) == ["gone", "last_owner"]


# --- tokens -----------------------------------------------------------------------------------------------------------

TOKEN = {"name": "Display", "scopes": ["read", "checkin"], "days": "30"}


def made_token(browser: Client, fair: Fair) -> str:
    """The text of a token made on the page."""
    page = text(browser.post(f"/organiser/{fair.slug}/tokens/", TOKEN, follow=True))
    found = re.search(r"pas_[\w-]{43}", page)
    assert found
    return found[0]


def test_a_token_is_shown_once_works_and_is_revoked(fair: Fair, owner: User) -> None:
    browser, path = browser_of(owner), f"/organiser/{fair.slug}/tokens/"
    token = made_token(browser, fair)
    assert not any(token in str(value) for value in browser.session.values())
    again = browser.get(path)
    assert "no-store" in again["Cache-Control"]
    page = text(again)
    assert token not in page
    assert "Scan at the entrance" in page
    assert "never" in page
    body_of(client_of(token).get("members/"), 200)
    refused(client_of(token).post("members/", {}), 403, "forbidden")
    row = ApiToken.objects.get()
    assert timedelta(days=29) < row.expires_at - now() < timedelta(days=31)
    assert "“Display” is revoked." in text(browser.post(f"{path}{row.pk}/revoke/", follow=True))
    refused(client_of(token).get("members/"), 401, "not_authenticated")
    assert "No token yet" in text(browser.get(path))
    text(browser.post(f"{path}{row.pk}/revoke/"), 404)


def test_a_program_that_only_asks_for_the_head_does_not_use_up_the_text(fair: Fair, owner: User) -> None:
    browser, path = browser_of(owner), f"/organiser/{fair.slug}/tokens/"
    browser.post(path, TOKEN)
    browser.head(path)
    assert "pas_" in text(browser.get(path))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": ""}, "name"), ({"scopes": []}, "scopes"), ({"scopes": ["x"]}, "scopes"), ({"days": "0"}, "days")],
)
def test_errors_of_a_token(fair: Fair, owner: User, wrong: dict[str, Any], field: str) -> None:
    page = text(browser_of(owner).post(f"/organiser/{fair.slug}/tokens/", TOKEN | wrong), 422)
    assert error_at(page, field)
    assert not ApiToken.objects.exists()


def test_only_what_one_s_roles_are_worth_can_be_chosen(fair: Fair, owner: User) -> None:
    page = text(browser_of(owner).get(f"/organiser/{fair.slug}/tokens/"))
    assert set(re.findall(r'name="scopes" value="([\w.]+)"', page)) == set(Scope.values) - {"employer", "adviser"}
    text(browser_of(owner).post(f"/organiser/{fair.slug}/tokens/", TOKEN | {"scopes": ["adviser"]}), 422)


def test_an_expired_token_says_so(fair: Fair, owner: User) -> None:
    make_token(owner)
    with time_machine.travel(now() + timedelta(days=366), tick=False):
        assert "expired" in text(browser_of(owner).get(f"/organiser/{fair.slug}/tokens/"))


def test_tokens_of_others_are_not_there(fair: Fair, owner: User) -> None:
    make_token(owner)
    colleague = browser_of(make_member(fair.organisation))
    assert "No token yet" in text(colleague.get(f"/organiser/{fair.slug}/tokens/"))
    text(colleague.post(f"/organiser/{fair.slug}/tokens/{ApiToken.objects.get().pk}/revoke/"), 404)
    assert ApiToken.objects.get().revoked_at is None


# --- the audit trail --------------------------------------------------------------------------------------------------


def test_the_trail_says_who_did_what(fair: Fair, owner: User) -> None:
    people.change_person(owner, actor=actor_of(owner), values={"name": "Nadia Lefèvre"})
    owner.refresh_from_db()
    browser_of(owner).post(f"/organiser/{fair.slug}/team/", {"email": "claire@example.org", "role": "staff"})
    path = f"/organiser/{fair.slug}/audit/"
    page = text(browser_of(owner).get(path))
    assert page.index("Member added</th>") < page.index("Organisation made</th>")
    line = page.split("Member added</th>")[1].split("</tr>")[0]
    assert "Nadia Lefèvre" in line
    assert "Event staff" in line
    assert "claire@example.org" not in line
    narrowed = text(browser_of(owner).get(path, {"action": "member.added", "person": str(owner.pk)}))
    assert "1 line" in narrowed
    assert "Organisation made</th>" not in narrowed
    by_system = text(browser_of(owner).get(path, {"person": "system"}))
    assert "Organisation made</th>" in by_system
    nothing = browser_of(owner).get(path, {"action": "organisation.created", "person": str(owner.pk)})
    assert "Nothing of this kind" in text(nothing)
    assert "Organisation made</th>" in text(browser_of(owner).get(path, {"action": "x"}))


def test_the_trail_names_nobody_outside_the_team(fair: Fair, owner: User) -> None:
    outside = make_user("amina@example.org", name="Amina Benali")
    AuditEntry.objects.filter(action="organisation.created").update(actor_user_id=outside.pk, actor_kind="token")
    page = text(browser_of(owner).get(f"/organiser/{fair.slug}/audit/"))
    line = page.split("Organisation made</th>")[1].split("</tr>")[0]
    assert "somebody outside the team" in line
    assert "with a token" in line
    assert "Amina" not in page
    assert "amina@" not in page


def test_the_trail_of_another_organisation_is_not_there(fair: Fair, owner: User) -> None:
    member_of(make_organisation(), Role.AUDITOR)
    page = text(browser_of(owner).get(f"/organiser/{fair.slug}/audit/"))
    theirs = AuditEntry.objects.exclude(organisation_id=fair.organisation_id).values_list("object_id", flat=True)
    assert theirs
    assert not [key for key in theirs if str(key) in page]
