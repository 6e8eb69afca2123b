"""Signing in and out in a browser without JavaScript, and who finds what in the navigation."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from backend.accounts.enums import Role
from backend.accounts.services.codes import create_sign_in_link
from backend.mail.models import OutboxMessage
from tests.factories.accounts import make_member, make_organisation, make_user
from tests.factories.browser import browser_of
from tests.factories.employers import make_employer, make_recruiter

pytestmark = pytest.mark.django_db


def code_of(message: OutboxMessage) -> str:
    """The six digits in a message."""
    found = re.search(r"\b\d{6}\b", message.body)
    assert found, message.body
    return found[0]


def latest_code() -> str:
    return code_of(OutboxMessage.objects.latest("created_at"))


def ask(client: Client, address: str, **more: str) -> Any:
    return client.post("/sign-in/", {"address": address, **more})


def test_a_code_signs_in_and_leads_to_where_one_was_going() -> None:
    user = make_user("noemie@example.org")
    client = browser_of()
    assert client.get("/me/").url == "/sign-in/?next=/me/"
    before = client.session.session_key
    assert ask(client, "Noemie@Example.org", next="/me/fairs/x/").url == "/sign-in/code/"
    assert "Noemie@Example.org" in client.get("/sign-in/code/").content.decode()
    response = client.post("/sign-in/code/", {"code": latest_code()})
    assert response.url == "/me/fairs/x/"
    assert client.session["_auth_user_id"] == str(user.pk)
    assert client.session.session_key != before
    assert "sign_in" not in client.session


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example/", "/\\evil.example/", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(target: str) -> None:
    make_user("noemie@example.org")
    client = browser_of()
    ask(client, "noemie@example.org", next=target)
    assert client.post("/sign-in/code/", {"code": latest_code()}).url == "/me/"


def test_an_unknown_address_looks_the_same() -> None:
    make_user("known@example.org")
    answers = []
    for address in ("known@example.org", "unknown@example.org"):
        client = browser_of()
        response = ask(client, address)
        page = client.get(response.url)
        wrong = client.post(response.url, {"code": "000000"})
        texts = [
            re.sub(r'value="[^"]{60,}"', "", text.content.decode()).replace(address, "A") for text in (page, wrong)
        ]
        answers.append((response.status_code, response.url, wrong.status_code, *texts))
    assert answers[0] == answers[1]
    assert OutboxMessage.objects.count() == 2


def test_a_wrong_code_says_so_beside_the_field() -> None:
    make_user("noemie@example.org")
    client = browser_of()
    ask(client, "noemie@example.org")
    response = client.post("/sign-in/code/", {"code": "12"})
    assert response.status_code == 422
    text = response.content.decode()
    assert "This code is wrong or no longer valid" in text
    assert 'aria-invalid="true"' in text
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(("address", "says"), [("", "required"), ("noemie@", "valid email"), ("abc", "Type an e-mail")])
def test_what_is_no_address_is_refused(address: str, says: str) -> None:
    response = ask(browser_of(), address)
    assert response.status_code == 422
    assert says in response.content.decode()


def test_a_phone_number_gets_its_code_by_sms() -> None:
    user = make_user()
    user.phone = "+33612345678"
    user.save(update_fields=["phone"])
    client = browser_of()
    ask(client, "06 12 34 56 78")
    assert OutboxMessage.objects.get().channel == "sms"
    assert client.post("/sign-in/code/", {"code": latest_code()}).url == "/me/"


def test_the_sixth_code_within_an_hour_waits() -> None:
    client = browser_of()
    for _time in range(5):
        assert ask(client, "noemie@example.org").status_code == 302
    response = ask(client, "noemie@example.org")
    assert response.status_code == 429
    assert response["Retry-After"] == "3600"
    assert "You can go on in 60 minutes." in response.content.decode()


def test_the_code_page_without_an_address_begins_anew() -> None:
    assert browser_of().get("/sign-in/code/").url == "/sign-in/"


def test_signing_out_takes_a_button() -> None:
    client = browser_of(make_user())
    assert "Stay signed in" in client.get("/sign-out/").content.decode()
    assert "_auth_user_id" in client.session
    assert client.post("/sign-out/").url == "/"
    assert "_auth_user_id" not in client.session


def test_somebody_signed_in_need_not_again() -> None:
    assert browser_of(make_user()).get("/sign-in/").url == "/me/"


@pytest.mark.parametrize(
    ("role", "home", "label"),
    [
        (Role.ORGANISER, "/organiser/", "Organise"),
        (Role.STAFF, "/staff/", "Entrance"),
        (Role.ADVISER, "/adviser/", "My people"),
    ],
)
def test_a_link_leads_to_the_work_of_the_role(role: str, home: str, label: str) -> None:
    user = make_member(make_organisation(), role)
    client = browser_of()
    response = client.post(create_sign_in_link(user))
    assert response.url == home
    assert f'<a href="{home}">{label}</a>' in client.get("/").content.decode()


def test_a_recruiter_finds_the_stands_and_a_candidate_does_not() -> None:
    recruiter = browser_of(make_recruiter(make_employer()))
    assert '<a href="/employer/">My stands</a>' in recruiter.get("/").content.decode()
    text = browser_of(make_user()).get("/").content.decode()
    assert "My stands" not in text
    assert '<a href="/me/">My fairs</a>' in text
    assert "My fairs" not in browser_of().get("/").content.decode()


def test_an_address_that_is_not_there_says_so_in_words() -> None:
    response = browser_of().get("/fairs/nowhere/")
    assert response.status_code == 404
    assert "This page is not here" in response.content.decode()


def test_the_language_follows_the_browser_and_the_switch() -> None:
    client = browser_of(language="fr-CH, fr;q=0.9")
    assert '<html lang="fr"' in client.get("/sign-in/").content.decode()
    switched = client.post(reverse("set_language"), {"language": "en", "next": "/sign-in/?next=/me/"})
    assert switched.url == "/sign-in/?next=/me/"
    assert '<html lang="en"' in client.get("/sign-in/").content.decode()
    assert '<html lang="en"' in browser_of(language="en").get("/sign-in/").content.decode()
    assert '<html lang="fr"' in browser_of(language="de").get("/sign-in/").content.decode()


def test_the_navigation_costs_two_small_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """Session, person, roles, employers."""
    client = browser_of(make_user())
    with django_assert_num_queries(4):
        client.get("/sign-out/")
