"""Organisations, people, tokens and mailed codes."""

import re
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from backend.accounts.actors import SYSTEM, Actor, anonymous
from backend.accounts.enums import CodePurpose, Role, Scope
from backend.accounts.models import ApiToken, MailedCode, Membership, Organisation, User
from backend.accounts.services import codes, people, tokens
from backend.accounts.sockets import actor_of_socket
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.mail.models import OutboxMessage
from tests.factories.accounts import actor_of, make_member, make_organisation, make_user
from tests.factories.employers import make_employer, make_recruiter

pytestmark = pytest.mark.django_db


def latest_code() -> str:
    """The six digits of the last message."""
    found = re.search(r"\b\d{6}\b", OutboxMessage.objects.latest("created_at").body)
    assert found
    return found[0]


def latest_link() -> str:
    """The secret of the link of the last message."""
    found = re.search(r"/sign-in/link/([^/\s]+)/", OutboxMessage.objects.latest("created_at").body)
    assert found
    return found[1]


def ask(address: str = "amina@example.org") -> None:
    """Somebody asks for a code."""
    codes.send_sign_in_code(address, actor=anonymous("203.0.113.9"), language="fr")


def use(code: str, address: str = "amina@example.org") -> MailedCode:
    """Somebody types a code."""
    return codes.use_code(CodePurpose.SIGN_IN, subject_id=None, address=address, code=code)


def test_a_code_signs_in_once() -> None:
    user = make_user("Amina@Example.org")
    ask()
    code = latest_code()
    assert use(f"{code[:3]} {code[3:]}", "AMINA@example.org").user_id == user.id
    with pytest.raises(DomainError, match="code_wrong"):
        use(code)


def test_a_link_signs_in_once_and_lives_longer_than_the_code() -> None:
    user = make_user("amina@example.org")
    ask()
    link = latest_link()
    with time_machine.travel(now() + timedelta(minutes=11), tick=False):
        with pytest.raises(DomainError, match="code_wrong"):
            use(latest_code())
        assert codes.use_link(link).user_id == user.id
        for spent in (link, "nonsense"):
            with pytest.raises(DomainError, match="code_wrong"):
                codes.use_link(spent)


def test_five_wrong_tries_kill_a_code() -> None:
    make_user("amina@example.org")
    ask()
    code = latest_code()
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    for _ in range(5):
        with pytest.raises(DomainError, match="code_wrong"):
            use(wrong)
    with pytest.raises(DomainError, match="code_wrong"):
        use(code)


@pytest.mark.parametrize("typed", ["", "abc", "1234567", "12345", "０" * 6])
def test_what_is_no_code(typed: str) -> None:
    make_user("amina@example.org")
    ask()
    with pytest.raises(DomainError, match="code_wrong"):
        use(typed)


def test_five_codes_an_hour_and_address(settings: Any) -> None:
    settings.RATE_LIMITS = True
    make_user("amina@example.org")
    for _ in range(5):
        ask()
    with pytest.raises(DomainError, match="rate_limited") as refusal:
        ask()
    assert refusal.value.retry_after
    ask("other@example.org")
    with time_machine.travel(now() + timedelta(minutes=61), tick=False):
        ask()


def test_an_unknown_address_gets_the_same_answer_and_opens_nothing() -> None:
    ask("nobody@example.org")
    message = OutboxMessage.objects.get()
    assert (message.to, User.objects.count()) == ("nobody@example.org", 0)
    for number in re.findall(r"\b\d{6}\b", message.body):
        with pytest.raises(DomainError, match="code_wrong"):
            use(number, "nobody@example.org")


def test_by_phone() -> None:
    user = people.ensure_user(email=None, phone="06 12 34 56 78", name="", language="fr")
    ask("06.12.34.56.78")
    assert (OutboxMessage.objects.get().channel, OutboxMessage.objects.get().to) == ("sms", "+33612345678")
    assert use(latest_code(), "+33 6 12 34 56 78").user_id == user.id
    with pytest.raises(DomainError, match="invalid"):
        ask("12")


def test_codes_are_not_kept_in_clear() -> None:
    make_user("amina@example.org")
    ask()
    row = MailedCode.objects.get()
    assert latest_code() not in row.code_hash
    assert latest_link() not in row.link_hash


def test_people_are_made_once() -> None:
    one = people.ensure_user(email="Zoé@Example.ORG", phone=None, name="Zoé", language="fr")
    assert people.ensure_user(email="zoé@example.org", phone="+33612345678", name="", language="en") == one
    with pytest.raises(DomainError, match="invalid"):
        people.ensure_user(email=None, phone=None, name="", language="fr")
    with pytest.raises(DomainError, match="invalid"):
        people.ensure_user(email=None, phone="12", name="", language="fr")


def test_organisations() -> None:
    organisation = make_organisation("Chambre de commerce")
    assert organisation.slug == "chambre-de-commerce"
    assert Membership.objects.get(organisation=organisation).role == Role.OWNER
    with pytest.raises(DomainError, match="already_exists"):
        make_organisation("Chambre de commerce")
    for name in ("", "   ", "x" * 101):
        with pytest.raises(DomainError, match="invalid"):
            people.create_organisation(name, actor=SYSTEM, organiser_email="a@example.org")
    assert people.create_organisation("商工会議所", actor=SYSTEM, organiser_email="a@example.org").slug
    user = make_user()
    first = people.add_member(organisation, actor=SYSTEM, user=user, role=Role.STAFF)
    assert people.add_member(organisation, actor=SYSTEM, user=user, role=Role.STAFF) == first


def test_tokens_are_hashed_and_limited() -> None:
    user = make_user()
    token, text = tokens.create_token(user, actor=SYSTEM, name="x", scopes=[Scope.READ])
    assert text not in token.token_hash
    actor = tokens.actor_of_token(text, ip="", request_id="")
    assert actor is not None
    assert (actor.user, actor.token_id, actor.scopes) == (user, token.id, frozenset({"read"}))
    for scopes, days in (([], 1), (["everything"], 1), ([Scope.READ], 0), ([Scope.READ], 3651)):
        with pytest.raises(DomainError, match="invalid"):
            tokens.create_token(user, actor=SYSTEM, name="x", scopes=scopes, days=days)
    assert tokens.actor_of_token(text + "x", ip="", request_id="") is None


def test_what_roles_and_scopes_are_worth() -> None:
    organisation = make_organisation()
    staff, organiser, auditor = (make_member(organisation, role) for role in ("staff", "organiser", "auditor"))
    here = organisation.id
    assert actor_of(staff).acts_in(here, Scope.CHECKIN)
    assert not actor_of(staff).acts_in(here, Scope.ORGANISER, Scope.CHECKIN_FORCE)
    assert actor_of(staff, [Scope.CHECKIN, Scope.CHECKIN_FORCE]).acts_in(here, Scope.CHECKIN_FORCE)
    assert actor_of(organiser).acts_in(here, Scope.CHECKIN_FORCE)
    assert not actor_of(organiser, [Scope.ORGANISER]).acts_in(here, Scope.CHECKIN)
    assert actor_of(auditor).readable_organisations() == {here}
    assert not actor_of(auditor).acts_in(here, Scope.ORGANISER)
    assert not actor_of(organiser).acts_in(make_organisation().id, Scope.ORGANISER)
    assert SYSTEM.acts_in(here, Scope.ORGANISER)
    assert not anonymous().has_any(Scope.values)
    with pytest.raises(DomainError, match="forbidden"):
        actor_of(staff).home_organisation()
    recruiter = make_recruiter(employer := make_employer(organisation))
    assert actor_of(recruiter).employers() == {employer.id}
    assert actor_of(recruiter, [Scope.READ]).employers() == frozenset()
    assert Actor(kind="user", user=recruiter).has_any(["employer"])


def run(name: str, *args: str) -> str:
    """A command's last line."""
    out = StringIO()
    call_command(name, *args, stdout=out)
    return out.getvalue().splitlines()[-1]


def test_commands() -> None:
    assert run("create_organisation", "Mission locale", "--organiser", "claire@example.org") == "mission-locale"
    text = run("api_token", "claire@example.org")
    actor = tokens.actor_of_token(text, ip="", request_id="")
    assert actor is not None
    assert actor.scopes == {"candidate", "checkin", "checkin.force", "organiser", "read"}
    narrow = run("api_token", "claire@example.org", "--scope", "read", "--scope", "checkin", "--expires", "7")
    assert tokens.actor_of_token(narrow, ip="", request_id="").scopes == {"read", "checkin"}  # type: ignore[union-attr]
    life = ApiToken.objects.latest("created_at").expires_at - now()
    assert timedelta(days=6, hours=23) < life <= timedelta(days=7)
    for wrong in (
        ["create_organisation", "Mission locale", "--organiser", "x@example.org"],
        ["api_token", "nobody@x.org"],
    ):
        with pytest.raises(CommandError):
            run(*wrong)
    assert Organisation.objects.count() == 1


def test_a_session_cookie_that_no_database_could_store_is_nobody_s() -> None:
    with pytest.raises(DomainError, match="not_authenticated"):
        actor_of_socket(token="", session_key="\x00abcdefgh", ip="")
