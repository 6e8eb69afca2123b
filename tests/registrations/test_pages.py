"""Registering in a browser without JavaScript."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags

from backend.accounts.enums import Role
from backend.mail.models import OutboxMessage
from events.fairs.models import Fair
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from tests.factories.accounts import make_member, make_user
from tests.factories.browser import browser_of
from tests.factories.fairs import make_fair, make_venue
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 26, 8, tzinfo=UTC)
FORM = {"given_name": "Noémie", "family_name": "Lefèvre", "contact": "noemie@example.org", "privacy": "on"}


@pytest.fixture(autouse=True)
def _a_week_before() -> Any:
    with time_machine.travel(NINE - timedelta(days=7), tick=True):
        yield


@pytest.fixture
def fair() -> Fair:
    venue = make_venue(name="La Halle")
    values = {"starts_at": NINE, "ends_at": NINE + timedelta(hours=8), "slug": "forum"}
    return make_fair(venue.organisation, name="Forum de Martigues", venue=venue, **values)


def register(client: Client, **values: str) -> Any:
    return client.post("/fairs/forum/register/", FORM | values)


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:500]
    text: str = response.content.decode()
    return text


def latest() -> OutboxMessage:
    return OutboxMessage.objects.latest("created_at")


def code() -> str:
    found = re.search(r"\b\d{6}\b", latest().body)
    assert found
    return found[0]


def test_from_the_form_to_the_ticket(fair: Fair) -> None:
    client = browser_of()
    text = text_of(client.get("/fairs/forum/register/"))
    assert "checked" not in text
    response = register(client, needs="Un entretien assis", contract_types="cdi", rome_codes="m1805, G1602")
    assert response.url == "/fairs/forum/register/code/"
    assert "noemie@example.org" in text_of(client.get(response.url))
    assert client.post(response.url, {"code": code()}).url == "/me/fairs/forum/"
    registration = Registration.objects.get()
    assert registration.status == RegistrationStatus.CONFIRMED
    assert registration.rome_codes == ["M1805", "G1602"]
    assert registration.contract_types == ["cdi"]
    assert registration.needs == "Un entretien assis"
    assert registration.consents == {"privacy": True, "share_cv": False, "contact_after": False}
    ticket = text_of(client.get("/me/fairs/forum/"))
    assert "<svg" in ticket
    assert f"{registration.code[:4]}-{registration.code[4:]}" in ticket


def test_at_most_five_fields_are_required(fair: Fair) -> None:
    text = text_of(browser_of().get("/fairs/forum/register/"))
    required = [field for field in re.findall(r"<(?:input|select|textarea)[^>]*>", text) if " required" in field]
    assert 3 <= len(required) <= 5


def test_a_phone_number_will_do(fair: Fair) -> None:
    client = browser_of()
    register(client, contact="06 12 34 56 78")
    assert (latest().channel, latest().to) == ("sms", "+33612345678")
    assert client.post("/fairs/forum/register/code/", {"code": code()}).url == "/me/fairs/forum/"


def test_what_is_missing_is_said_beside_each_field(fair: Fair) -> None:
    response = browser_of().post("/fairs/forum/register/", {"given_name": "", "contact": "noemie@", "rome_codes": "X"})
    text = text_of(response, 422)
    for field in ("id_given_name", "id_contact", "id_privacy", "id_rome_codes"):
        assert f'href="#{field}"' in text
        assert f'id="{field}_error"' in text
    assert "G1602" in text
    assert not Registration.objects.exists()


def test_somebody_known_sees_the_very_same_and_gets_in_with_the_code_of_the_message(fair: Fair) -> None:
    make_registration(fair, email="known@example.org", given_name="Noémie")
    pages = []
    for address in ("known@example.org", "new@example.org"):
        client = browser_of()
        response = register(client, contact=address)
        wrong = client.post(response.url, {"code": "000000"})
        page = client.get(response.url)
        shown = [
            re.sub(r'value="[^"]{60,}"', "", text_of(p, s)).replace(address, "A")
            for p, s in ((page, 200), (wrong, 422))
        ]
        pages.append((response.status_code, response.url, *shown))
    assert pages[0] == pages[1]
    assert Registration.objects.count() == 2
    client = browser_of()
    register(client, contact="known@example.org")
    assert latest().template == "registration_known"
    assert client.post("/fairs/forum/register/code/", {"code": code()}).url == "/me/fairs/forum/"
    assert "_auth_user_id" in client.session


def test_registering_again_before_the_code_still_leads_to_the_ticket(fair: Fair) -> None:
    register(browser_of())
    client = browser_of()
    register(client)
    assert client.post("/fairs/forum/register/code/", {"code": code()}).url == "/me/fairs/forum/"
    assert Registration.objects.get().status == RegistrationStatus.CONFIRMED


def test_another_code_can_be_asked_for(fair: Fair) -> None:
    client = browser_of()
    register(client)
    first = latest()
    again = client.post("/fairs/forum/register/code/", {"again": "1"}, follow=True)
    assert "We have sent you another code." in text_of(again)
    assert latest().pk != first.pk
    assert client.post("/fairs/forum/register/code/", {"code": code()}).url == "/me/fairs/forum/"


def test_the_mailed_link_waits_for_a_button_and_works_once(fair: Fair) -> None:
    register(browser_of())
    found = re.search(r"/sign-in/link/\S+/", latest().body)
    assert found
    other = browser_of()
    assert "<button" in text_of(other.get(found[0]))
    assert Registration.objects.get().status == RegistrationStatus.PENDING
    assert other.post(found[0]).url == "/me/fairs/forum/"
    assert Registration.objects.get().status == RegistrationStatus.CONFIRMED
    assert "This link has been used" in text_of(browser_of().post(found[0]), 400)


def test_the_code_page_belongs_to_the_browser_that_registered(fair: Fair) -> None:
    assert browser_of().get("/fairs/forum/register/code/").url == "/fairs/forum/register/"


def test_under_fifteen_a_guardian_agrees(fair: Fair) -> None:
    client = browser_of()
    child = {"birth_date": "2013-05-01", "contact": "lina@example.org", "given_name": "Lina"}
    text = text_of(register(client, **child), 422)
    assert 'id="id_guardian_name_error"' in text
    assert re.search(r"<details[^>]* open>", text)
    response = register(client, **child, guardian_name="Karim Haddad", guardian_contact="karim@example.org")
    messages = {message.template: message for message in OutboxMessage.objects.all()}
    digits = re.search(r"\b\d{6}\b", messages["registration_code"].body)
    assert digits
    client.post(response.url, {"code": digits[0]})
    waiting = text_of(client.get("/me/fairs/forum/"))
    assert "Waiting for your parent or guardian" in waiting
    assert 'class="qr"' not in waiting
    path = re.search(r"/fairs/forum/register/guardian/\S+/", messages["guardian_consent"].body)
    assert path
    guardian = browser_of()
    asked = text_of(guardian.get(path[0]))
    assert "May Lina come?" in asked
    assert "1 May 2013" in asked
    assert "your consent is noted" in text_of(guardian.post(path[0], follow=True))
    assert Registration.objects.get().status == RegistrationStatus.CONFIRMED
    assert guardian.get("/fairs/forum/register/guardian/grd_wrong/").status_code == 404


def test_a_birth_date_lies_in_the_past(fair: Fair) -> None:
    assert "A birth date lies in the past" in text_of(register(browser_of(), birth_date="2027-01-01"), 422)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"registration_opens_at": NINE - timedelta(days=1)}, "it opens on Wednesday 25 November at 9:00"),
        ({"registration_closes_at": NINE - timedelta(days=8)}, "Registration is closed."),
        ({"status": "cancelled"}, "Forum de Martigues does not take place."),
    ],
)
def test_a_closed_window_is_explained(fair: Fair, values: dict[str, Any], says: str) -> None:
    Fair.objects.filter(pk=fair.pk).update(**values)
    text = text_of(browser_of().get("/fairs/forum/register/"))
    assert says in strip_tags(text)
    assert "<form class" not in text
    assert says in strip_tags(text_of(register(browser_of()), 409))
    assert not Registration.objects.exists()


def test_a_full_fair_puts_on_the_waiting_list(fair: Fair) -> None:
    Fair.objects.filter(pk=fair.pk).update(capacity=1)
    make_registration(fair)
    client = browser_of()
    response = register(client)
    client.post(response.url, {"code": code()})
    text = text_of(client.get("/me/fairs/forum/"))
    assert "You are on the waiting list" in text
    assert 'class="qr"' not in text


def test_signed_in_one_is_registered_at_once(fair: Fair) -> None:
    client = browser_of(make_user("noemie@example.org"))
    assert 'value="noemie@example.org"' in text_of(client.get("/fairs/forum/register/"))
    assert register(client).url == "/me/fairs/forum/"
    assert client.get("/fairs/forum/register/").url == "/me/fairs/forum/"
    assert register(client).url == "/me/fairs/forum/"
    assert Registration.objects.get().status == RegistrationStatus.CONFIRMED


def test_an_organiser_registers_somebody_else(fair: Fair) -> None:
    client = browser_of(make_member(fair.organisation, Role.ORGANISER))
    response = register(client)
    assert response.url == "/fairs/forum/"
    assert "Noémie Lefèvre is registered." in text_of(client.get(response.url))


def test_an_organiser_is_told_that_somebody_is_registered_already(fair: Fair) -> None:
    organiser = browser_of(make_member(fair.organisation))
    register(organiser)
    again = text_of(register(organiser), 422)
    assert "This person is registered already." in again
    assert 'value="noemie@example.org"' in again
    assert Registration.objects.count() == 1


def test_who_is_registered_and_registers_again_comes_to_their_ticket(fair: Fair) -> None:
    browser = browser_of(make_user("noemie@example.org"))
    register(browser)
    assert register(browser)["Location"] == "/me/fairs/forum/"


def test_signing_in_is_enough_to_confirm(fair: Fair) -> None:
    register(browser_of())
    registration = Registration.objects.get()
    assert registration.user is not None
    client = browser_of(registration.user)
    assert "Confirm my registration" in text_of(client.get("/me/fairs/forum/"))
    assert browser_of(make_user()).post("/me/fairs/forum/confirm/").status_code == 404
    assert client.post("/me/fairs/forum/confirm/").url == "/me/fairs/forum/"
    registration.refresh_from_db()
    assert registration.status == RegistrationStatus.CONFIRMED


def test_twenty_an_hour_from_one_place_then_a_pause(fair: Fair) -> None:
    fair.organisation.registrations_per_hour = 2
    fair.organisation.save(update_fields=["registrations_per_hour"])
    for number in range(2):
        assert register(browser_of(), contact=f"n{number}@example.org").status_code == 302
    response = register(browser_of(), contact="n3@example.org")
    assert "A short pause" in text_of(response, 429)
    assert int(response["Retry-After"]) > 0


def test_a_draft_is_nobodys(fair: Fair) -> None:
    Fair.objects.filter(pk=fair.pk).update(status="draft")
    assert browser_of().get("/fairs/forum/register/").status_code == 404
    assert register(browser_of()).status_code == 404


def test_in_french_everything_is_french(fair: Fair) -> None:
    text = text_of(browser_of(language="fr").get("/fairs/forum/register/"))
    assert "jeudi 26 novembre" in text
    assert "Prénom" in text
    assert "Given name" not in text
