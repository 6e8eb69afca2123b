"""An employer's pages of its team and profile, in a browser without JavaScript."""

from html import unescape
from typing import Any

import pytest
from django.test import Client

from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Scope
from backend.accounts.models import User
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from backend.mail.models import OutboxMessage
from events.employers import team_services
from events.employers.enums import EmployerRole
from events.employers.models import Employer, EmployerMember
from tests.factories.accounts import actor_of, make_token, make_user, organiser_of
from tests.factories.browser import browser_of, form_on
from tests.factories.client import client_of, refused
from tests.factories.employers import make_employer, make_exhibitor, make_recruiter, recruiter_client
from tests.factories.fairs import make_fair
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def employer() -> Employer:
    return make_employer(name="Airbus Helicopters")


@pytest.fixture
def admin(employer: Employer) -> User:
    return make_recruiter(employer)


@pytest.fixture
def browser(admin: User) -> Client:
    """The administrator's."""
    return browser_of(admin)


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:500]
    return unescape(response.content.decode())


def error_at(page: str, field: str) -> str:
    """What is said at a field."""
    return page.split(f'id="id_{field}_error"')[1].split("</ul>", maxsplit=1)[0]


def member_of(employer: Employer, role: str = EmployerRole.RECRUITER) -> EmployerMember:
    """A new person of the team."""
    return EmployerMember.objects.get(user=make_recruiter(employer, role))


# --- the team ---------------------------------------------------------------------------------------------------------


def test_an_administrator_invites(employer: Employer, browser: Client) -> None:
    make_exhibitor(make_fair(employer.organisation), employer)
    path = f"/employer/{employer.slug}/team/"
    page = text(browser.post(path, {"email": "Lou@example.org", "role": "recruiter"}, follow=True))
    assert "Lou@example.org is in the team." in page
    message = OutboxMessage.objects.get()
    assert message.to == "Lou@example.org"
    assert "Airbus Helicopters" in message.subject
    lou = User.objects.get(email_key="lou@example.org")
    assert employer.name in text(browser_of(lou).get(path))
    assert "has this role" in text(browser.post(path, {"email": "lou@example.org", "role": "recruiter"}, follow=True))
    assert OutboxMessage.objects.count() == 1


@pytest.mark.parametrize("status", ["submitted", "to_accept", "waitlisted", "rejected"])
def test_nobody_is_written_to_by_an_employer_that_no_organiser_has_accepted(
    employer: Employer, admin: User, browser: Client, status: str
) -> None:
    make_exhibitor(make_fair(employer.organisation), employer, status=status)
    api = client_of(make_token(admin, [Scope.EMPLOYER]))
    answer = api.post(f"employers/{employer.slug}/members/", {"email": "lou@example.org", "role": "recruiter"})
    assert (answer.status_code, answer.json()["email"]) == (201, "lou@example.org")
    page = browser.post(
        f"/employer/{employer.slug}/team/", {"email": "zoe@example.org", "role": "recruiter"}, follow=True
    )
    assert "zoe@example.org has this role." in text(page)
    assert EmployerMember.objects.filter(employer=employer).count() == 3
    assert not OutboxMessage.objects.exists()
    # An organiser answers for whom they write to.
    team_services.add_employer_member(
        employer, actor=organiser_of(employer.organisation), email="kim@example.org", role="recruiter"
    )
    assert OutboxMessage.objects.get().to == "kim@example.org"


def test_an_invitation_carries_no_link_of_its_sender(employer: Employer, browser: Client) -> None:
    make_exhibitor(make_fair(employer.organisation), employer)
    Employer.objects.update(name="Account blocked: http://evil.example/x")
    browser.post(f"/employer/{employer.slug}/team/", {"email": "lou@example.org", "role": "recruiter"})
    message = OutboxMessage.objects.get()
    assert "evil" not in message.subject + message.body
    assert message.subject.endswith("Account blocked: …")


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [({"email": "lou@"}, "email", "valid email"), ({"role": "boss"}, "role", "Select a valid choice")],
)
def test_errors_of_an_invitation(
    employer: Employer, browser: Client, wrong: dict[str, str], field: str, sentence: str
) -> None:
    values = {"email": "lou@example.org", "role": "recruiter"} | wrong
    assert sentence in error_at(text(browser.post(f"/employer/{employer.slug}/team/", values), 422), field)
    assert not User.objects.filter(email_key="lou@example.org").exists()


def test_a_role_is_changed_and_a_person_removed(employer: Employer, browser: Client, admin: User) -> None:
    member = member_of(employer)
    path = f"/employer/{employer.slug}/team/{member.pk}/"
    assert "no interview is cancelled" in text(browser.get(path))
    assert "The role is changed." in text(browser.post(path, {"role": "admin"}, follow=True))
    member.refresh_from_db()
    assert member.role == EmployerRole.ADMIN
    assert "is no longer in the team." in text(browser.post(f"{path}remove/", follow=True))
    text(browser.post(f"{path}remove/"), 404)
    text(browser_of(member.user).get("/employer/"), 403)
    trail = AuditEntry.objects.filter(actor_user_id=admin.pk).order_by("id")
    assert [(entry.action, entry.object_id, entry.from_state, entry.to_state) for entry in trail] == [
        ("employer_member.changed", member.pk, "recruiter", "admin"),
        ("employer_member.removed", member.user_id, "admin", ""),
    ]


def test_the_last_administrator_stays(employer: Employer, browser: Client, admin: User) -> None:
    member = EmployerMember.objects.get(user=admin)
    path = f"/employer/{employer.slug}/team/"
    for address, values in (
        (f"{path}{member.pk}/", {"role": "recruiter"}),
        (path, {"email": admin.email, "role": "recruiter"}),
    ):
        assert "keeps at least one administrator" in error_at(text(browser.post(address, values), 422), "role")
    assert browser.post(f"{path}{member.pk}/remove/").headers["Location"] == "/"
    assert "keeps at least one administrator" in text(browser.get(path))
    member_of(employer, EmployerRole.ADMIN)
    assert browser.post(f"{path}{member.pk}/remove/").headers["Location"] == "/"
    text(browser.get(path), 403)


@pytest.mark.parametrize("gone", [{"is_active": False}, {"email": "", "email_key": None}], ids=["put aside", "erased"])
def test_an_administrator_who_cannot_sign_in_does_not_count(employer: Employer, admin: User, gone: Any) -> None:
    other = make_recruiter(employer)
    User.objects.filter(pk=other.pk).update(**gone)
    with pytest.raises(DomainError, match="last_administrator"):
        team_services.remove_employer_member(EmployerMember.objects.get(user=admin), actor=SYSTEM)
    team_services.remove_employer_member(EmployerMember.objects.get(user=other), actor=SYSTEM)


def test_over_rest_the_last_administrator_stays_too(employer: Employer) -> None:
    client = recruiter_client(employer)
    body = {"email": EmployerMember.objects.get().user.email, "role": "recruiter"}
    refused(client.post(f"employers/{employer.slug}/members/", body), 409, "last_administrator")


def test_a_recruiter_sees_the_team_and_changes_nothing(employer: Employer, admin: User) -> None:
    member = member_of(employer)
    path, browser = f"/employer/{employer.slug}/team/", browser_of(member.user)
    page = text(browser.get(path))
    assert admin.email in page
    assert 'name="email"' not in page
    text(browser.post(path, {"email": "lou@example.org", "role": "recruiter"}), 403)
    text(browser.get(f"{path}{member.pk}/"), 403)
    text(browser.post(f"{path}{member.pk}/", {"role": "admin"}), 403)
    text(browser.post(f"{path}{member.pk}/remove/"), 403)
    assert EmployerMember.objects.count() == 2


def test_teams_of_others_are_not_there(employer: Employer, browser: Client) -> None:
    neighbour = make_employer(employer.organisation)
    member = member_of(neighbour)
    for path in (f"{neighbour.slug}/team/", f"{neighbour.slug}/profile/", f"{employer.slug}/team/{member.pk}/"):
        text(browser.get(f"/employer/{path}"), 404)
        text(browser.post(f"/employer/{path}"), 404)
    text(browser.post(f"/employer/{employer.slug}/team/{member.pk}/remove/"), 404)


def test_who_works_for_two_goes_from_one_to_the_other(employer: Employer, admin: User) -> None:
    other = make_employer(name="Naval Group")
    EmployerMember.objects.create(employer=other, user=admin)
    for name in ("team", "profile"):
        assert f"/employer/{other.slug}/{name}/" in text(browser_of(admin).get(f"/employer/{employer.slug}/{name}/"))


def test_what_the_services_refuse(employer: Employer, admin: User) -> None:
    member, stranger = member_of(employer), actor_of(make_recruiter(make_employer()))
    for actor in (stranger, actor_of(member.user), organiser_of(make_employer().organisation)):
        with pytest.raises(DomainError, match="forbidden"):
            team_services.change_employer_member(member, actor=actor, role=EmployerRole.ADMIN)
        with pytest.raises(DomainError, match="forbidden"):
            team_services.remove_employer_member(member, actor=actor)
    assert team_services.change_employer_member(member, actor=actor_of(admin), role=EmployerRole.RECRUITER) == member
    team_services.remove_employer_member(member, actor=organiser_of(employer.organisation))
    with pytest.raises(DomainError, match="not_found"):
        team_services.remove_employer_member(member, actor=actor_of(admin))


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one() -> None:
    employer = make_employer()
    both = [member_of(employer, EmployerRole.ADMIN) for _each in range(2)]

    def leave(member: EmployerMember) -> str:
        try:
            team_services.remove_employer_member(member, actor=SYSTEM)
        except DomainError as error:
            return error.code
        return "gone"

    assert sorted(at_once(*[lambda each=each: leave(each) for each in both])) == ["gone", "last_administrator"]


# --- the profile ------------------------------------------------------------------------------------------------------


def test_the_profile_is_filled_in(employer: Employer, browser: Client) -> None:
    fair = make_fair(employer.organisation)
    make_exhibitor(fair, employer)
    path = f"/employer/{employer.slug}/profile/"
    assert path in text(browser.get("/employer/"))
    values = {
        "name": "Airbus Helicopters",
        "description": "We build helicopters.",
        "website": "airbus.com",
        "sector": "Aéronautique",
        "size": "5000+",
        "contact_email": "jobs@example.org",
        "phone": "04 42 85 85 85",
        "address": "Aéroport de Marignane",
        "postcode": "13700",
        "commune": "Marignane",
        "siret": "732 829 320 00074",
        "naf": "3030z",
    }
    assert "The profile is saved." in text(browser.post(path, values, follow=True))
    employer.refresh_from_db()
    assert (employer.website, employer.phone, employer.siret) == (
        "https://airbus.com",
        "+33442858585",
        "73282932000074",
    )
    assert (employer.naf, employer.naf_nomenclature, employer.sector_key) == ("30.30Z", "naf_rev2", "aeronautique")
    assert 'value="73282932000074"' in text(browser.get(path))
    public = text(browser_of().get(f"/fairs/{fair.slug}/employers/{employer.slug}/"))
    assert "We build helicopters." in public
    assert "jobs@example.org" not in public
    text(browser.post(path, values | {"description": ""}, follow=True))
    employer.refresh_from_db()
    assert employer.description == ""
    changed = AuditEntry.objects.filter(action="employer.changed").order_by("id")
    assert [entry.reason for entry in changed][1:] == ["description"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", ""),
        ("website", "not a page"),
        ("website", "javascript:alert(1)"),
        ("size", "7"),
        ("contact_email", "jobs@"),
        ("phone", "12"),
        ("siret", "73282932000075"),
        ("naf", "Z"),
        ("description", "x" * 5_001),
    ],
)
def test_errors_stand_at_their_fields(employer: Employer, browser: Client, field: str, wrong: str) -> None:
    page = text(browser.post(f"/employer/{employer.slug}/profile/", {"name": "Other"} | {field: wrong}), 422)
    assert error_at(page, field)
    employer.refresh_from_db()
    assert employer.name == "Airbus Helicopters"


def test_what_a_colleague_changed_meanwhile_stays(employer: Employer, browser: Client) -> None:
    Employer.objects.update(description="Two\nlines", size="10-49", naf="30.30Z", naf_nomenclature="naf_rev2")
    path = f"/employer/{employer.slug}/profile/"
    form = form_on(text(browser.get(path)))
    Employer.objects.update(description="Theirs", size="50-249", naf="30.30Y", naf_nomenclature="naf_2025")
    text(browser.post(path, form | {"sector": "Aviation"}, follow=True))
    employer.refresh_from_db()
    assert (employer.description, employer.size, employer.sector) == ("Theirs", "50-249", "Aviation")
    assert (employer.naf, employer.naf_nomenclature) == ("30.30Y", "naf_2025")
    assert AuditEntry.objects.get(action="employer.changed").reason == "sector"


def test_another_employer_of_this_name_or_siret(employer: Employer, browser: Client) -> None:
    path = f"/employer/{employer.slug}/profile/"
    make_employer(employer.organisation, name="Naval Group")
    make_employer(employer.organisation, siret="73282932000074")
    assert "another employer" in error_at(text(browser.post(path, {"name": "naval group"}), 422), "name")
    page = text(browser.post(path, {"name": "Airbus Helicopters", "siret": "73282932000074"}), 422)
    assert "another employer" in error_at(page, "siret")


def test_who_works_for_none_gets_no_page(employer: Employer) -> None:
    for path in ("team/", "profile/"):
        text(browser_of(make_user()).get(f"/employer/{employer.slug}/{path}"), 403)
    assert client_of().get(f"/employer/{employer.slug}/team/").status_code == 302
