"""The pages of the entrance in a browser without JavaScript."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.html import escape

from backend.accounts.enums import Role
from backend.core.clock import now
from backend.core.formats import format_time
from checkin.enums import Reason
from checkin.models import CheckIn, Scan
from checkin.verdicts import words
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from tests.factories.accounts import make_member, make_user
from tests.factories.browser import browser_of
from tests.factories.checkin import make_guest, open_fair
from tests.factories.employers import make_employer, make_recruiter
from tests.factories.fairs import make_gate
from tests.factories.interviews import make_slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair() -> Fair:
    return open_fair(name="Forum de Martigues")


@pytest.fixture
def staff(fair: Fair) -> Client:
    return browser_of(make_member(fair.organisation, Role.STAFF))


def scan(client: Client, fair: Fair, secret: str, *, status: int = 200, **values: Any) -> str:
    """Post a scan as the page's form does; the page that answers."""
    body = {"secret": secret, "type": "entry", "nonce": str(uuid4())} | values
    response = client.post(f"/staff/{fair.slug}/scan/", body)
    assert response.status_code == status, response.content[:500]
    return response.content.decode()


def test_scanner_is_one_form_that_stands_on_its_own(staff: Client, fair: Fair) -> None:
    text = staff.get(f"/staff/{fair.slug}/scan/").content.decode()
    assert "Forum de Martigues" in text
    assert 'name="secret"' in text
    assert 'name="force"' not in text
    assert 'id="gate"' not in text
    assert f'data-live="/ws/fairs/{fair.slug}/checkin/"' in text


def test_entry_exit_and_entry_again(staff: Client, fair: Fair) -> None:
    registration, ticket = make_guest(fair, given_name="Noémie", family_name="Giraud", badge_box="14")
    text = scan(staff, fair, ticket)
    assert "scan is-ok" in text
    assert "Welcome<" in text
    assert "Noémie Giraud" in text
    assert registration.code in text
    assert ">14<" in text
    assert 'data-live-field="inside">1<' in text
    assert "Already inside since" in scan(staff, fair, ticket)
    assert "Goodbye" in scan(staff, fair, registration.code.lower(), type="exit")
    assert "Welcome back" in scan(staff, fair, f" {registration.code[:4]}-{registration.code[4:]} ")
    assert CheckIn.objects.count() == 3


def test_scan_shows_the_next_interview(staff: Client, fair: Fair) -> None:
    registration, ticket = make_guest(fair)
    slot = make_slot(fair)
    registration.places.create(
        slot=slot,
        stand=slot.stand,
        employer=slot.employer,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        day_on=slot.starts_at.date(),
    )
    time = format_time(slot.starts_at, fair.zone)
    assert f"{time} {slot.employer.name}, {slot.stand.label}" in scan(staff, fair, ticket)


def test_page_reloaded_after_a_scan_admits_nobody_twice(staff: Client, fair: Fair) -> None:
    _registration, ticket = make_guest(fair)
    nonce = str(uuid4())
    assert "Welcome<" in scan(staff, fair, ticket, nonce=nonce)
    assert "Welcome<" in scan(staff, fair, ticket, nonce=nonce)
    assert Scan.objects.count() == 1


def test_unknown_and_unreadable_tickets_are_refused_in_words(staff: Client, fair: Fair) -> None:
    _registration, elsewhere = make_guest(open_fair(fair.organisation))
    assert "scan is-refused" in scan(staff, fair, "no ticket")
    assert "This ticket is for another fair." in scan(staff, fair, elsewhere)
    assert "This field is required." in scan(staff, fair, "", status=422)
    assert "scan is-look" in scan(staff, fair, "x" * 201, status=422)
    assert scan(staff, fair, "x", status=422, nonce="1")
    assert scan(staff, fair, "x", status=422, type="sideways")


def test_gate_is_remembered_for_the_next_scan(staff: Client, fair: Fair) -> None:
    gate = make_gate(fair, "Porte sud")
    _registration, ticket = make_guest(fair)
    assert f'value="{gate.id}" selected' in scan(staff, fair, ticket, gate=str(gate.id))
    assert CheckIn.objects.get().gate == gate
    scan(staff, fair, ticket, status=422, gate=str(make_gate(open_fair()).id))


def test_organiser_lets_in_against_a_refusal_with_a_reason(fair: Fair) -> None:
    registration, ticket = make_guest(fair, status="waitlisted")
    organiser = browser_of(make_member(fair.organisation))
    text = scan(organiser, fair, ticket)
    assert "Not confirmed" in text
    assert f'name="secret" value="{escape(ticket)}"' in text
    assert "Welcome<" in scan(organiser, fair, ticket, force="on", reason="known to the mayor")
    assert (
        Scan.objects.filter(registration=registration, is_forced=True, force_reason="known to the mayor").count() == 1
    )
    scan(organiser, fair, ticket, status=400, force="on", reason="")


def test_staff_may_not_force(staff: Client, fair: Fair) -> None:
    _registration, ticket = make_guest(fair, status="waitlisted")
    scan(staff, fair, ticket, status=403, force="on", reason="because")
    assert CheckIn.objects.count() == 0


def test_every_reason_has_a_word_and_a_state() -> None:
    assert set(Reason.values) < set(words())
    assert {shown["state"] for shown in words().values()} == {"ready", "ok", "look", "refused"}


def test_home_lists_the_fairs_to_scan_todays_first(staff: Client, fair: Fair) -> None:
    at = now()
    open_fair(fair.organisation, name="Tomorrow", starts_at=at + timedelta(days=1), ends_at=at + timedelta(days=2))
    open_fair(fair.organisation, name="Draft", status=FairStatus.DRAFT)
    open_fair(fair.organisation, name="Last week", starts_at=at - timedelta(days=7), ends_at=at - timedelta(days=6))
    open_fair(name="Of others")
    text = staff.get("/staff/").content.decode()
    assert text.index("Forum de Martigues") < text.index("Tomorrow")
    assert not any(name in text for name in ("Draft", "Last week", "Of others"))
    assert f'href="/staff/{fair.slug}/scan/"' in text


def test_home_without_a_fair_says_what_happens_next() -> None:
    organisation = open_fair(status=FairStatus.DRAFT).organisation
    assert "No door to open" in browser_of(make_member(organisation, Role.STAFF)).get("/staff/").content.decode()


def test_address_of_the_fair_leads_to_the_scanner(staff: Client, fair: Fair) -> None:
    assert staff.get(f"/staff/{fair.slug}/").headers["Location"] == f"/staff/{fair.slug}/scan/"
    assert staff.get(f"/staff/{fair.id}/").headers["Location"] == f"/staff/{fair.slug}/scan/"


def test_pages_are_for_the_staff_of_the_fair(fair: Fair) -> None:
    _registration, ticket = make_guest(fair)
    for page in ("/staff/", f"/staff/{fair.slug}/", f"/staff/{fair.slug}/scan/"):
        assert browser_of().get(page).headers["Location"] == f"/sign-in/?next={page}"
        for user in (make_user(), make_recruiter(make_employer(fair.organisation))):
            assert browser_of(user).get(page).status_code == 403
        assert browser_of(make_member(fair.organisation, Role.AUDITOR)).get(page).status_code == 403
    stranger = browser_of(make_member(open_fair().organisation, Role.STAFF))
    assert stranger.get(f"/staff/{fair.slug}/").status_code == 404
    assert stranger.get(f"/staff/{fair.slug}/scan/").status_code == 404
    scan(stranger, fair, ticket, status=404)
    assert Scan.objects.count() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_pages_cost_the_same_for_one_row_and_for_three(
    staff: Client, fair: Fair, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        make_gate(fair)
        open_fair(fair.organisation)
    with django_assert_num_queries(5):
        staff.get("/staff/")
    with django_assert_num_queries(6):
        staff.get(f"/staff/{fair.slug}/scan/")
