"""Over REST: a reissued ticket is revoked at the entrance, and a gate lets through its kinds only."""

import pytest

from backend.core.models import uuid7
from checkin.models import CheckIn
from events.registrations.enums import RegistrationKind
from events.registrations.selectors import live_ticket, ticket_text
from tests.factories.accounts import organiser_client
from tests.factories.checkin import make_guest, open_fair, staff_client
from tests.factories.client import body_of
from tests.factories.registrations import candidate_client, make_registration

pytestmark = pytest.mark.django_db


def scan(secret: str, **more: str) -> dict[str, str]:
    return {"secret": secret, "type": "entry", "nonce": str(uuid7())} | more


def test_a_reissued_ticket_is_revoked_at_the_entrance() -> None:
    registration = make_registration()
    fair = registration.fair
    staff, path = staff_client(fair), f"fairs/{fair.slug}/checkin/redeem/"
    former = ticket_text(live_ticket(registration), fair)
    sent = {"reason": "Phone lost"}
    kept = body_of(candidate_client(registration).post(f"registrations/{registration.id}/reissue/", sent), 200)
    assert kept["code"] == registration.code
    refusal = body_of(staff.post(path, scan(former)), 200)
    assert (refusal["status"], refusal["reason"], refusal["checkin"]) == ("error", "revoked", None)
    assert refusal["registration"]["id"] == str(registration.id)
    current = ticket_text(live_ticket(registration), fair)
    assert current != former
    assert body_of(staff.post(path, scan(current)), 201)["first"]
    assert body_of(staff.post(path, scan(registration.code, type="exit")), 201)["status"] == "ok"
    # Once more, by the organisation: both former ones are revoked.
    organiser = organiser_client(fair.organisation)
    body_of(organiser.post(f"registrations/{registration.id}/reissue/", sent), 200)
    for text in (former, current):
        assert body_of(staff.post(path, scan(text)), 200)["reason"] == "revoked"


def test_a_gate_lets_through_its_kinds_only() -> None:
    fair = open_fair()
    organiser, staff = organiser_client(fair.organisation), staff_client(fair)
    path, gates = f"fairs/{fair.slug}/checkin/redeem/", f"fairs/{fair.slug}/gates/"
    press = body_of(organiser.post(gates, {"name": "Presse", "kinds": ["press"]}), 201)["id"]
    every = body_of(organiser.post(gates, {"name": "Nord"}), 201)["id"]
    _candidate, text = make_guest(fair)
    _journalist, other = make_guest(fair, kind=RegistrationKind.PRESS)
    refusal = body_of(staff.post(path, scan(text, gate=press)), 200)
    assert (refusal["status"], refusal["reason"], refusal["checkin"]) == ("error", "wrong_gate", None)
    assert refusal["reason_explanation"]
    assert not CheckIn.objects.exists()
    assert body_of(staff.post(path, scan(other, gate=press)), 201)["first"]
    assert body_of(staff.post(path, scan(text, gate=every)), 201)["first"]
