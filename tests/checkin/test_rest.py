"""The entrance over REST: statuses, batches, who may, and who sees whose."""

import json
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.accounts.enums import Role, Scope
from backend.core.clock import now
from backend.core.models import uuid7
from checkin.models import CheckIn, Scan
from events.registrations import codes
from tests.factories.accounts import make_member, make_organisation, make_token
from tests.factories.checkin import make_guest, open_fair, staff_client, staff_token
from tests.factories.client import body_of, client_of, refused
from tests.factories.fairs import make_gate

pytestmark = pytest.mark.django_db


def scan(secret, **more):
    return {"secret": secret, "type": "entry", "nonce": str(uuid7())} | more


def path(fair) -> str:
    return f"fairs/{fair.slug}/checkin/redeem/"


def test_statuses_and_replay() -> None:
    fair = open_fair()
    api, (registration, text) = staff_client(fair), make_guest(fair)
    sent = scan(text)
    admitted = body_of(api.post(path(fair), sent), 201)
    assert admitted["registration"]["id"] == str(registration.id)
    assert body_of(api.post(path(fair), sent), 201) == admitted
    refused_scan = scan(text)
    inside = body_of(api.post(path(fair), refused_scan), 200)
    assert inside["reason"] == "already_inside"
    assert body_of(api.post(path(fair), refused_scan), 200) == inside
    assert body_of(api.post(path(fair), scan(codes.new_code())), 404)["reason"] == "unknown"
    assert body_of(api.post(path(fair), scan("hello")), 404)["reason"] == "invalid"
    assert body_of(api.post(f"fairs/{fair.id}/checkin/redeem/", scan(text, type="exit")), 201)["status"] == "ok"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"secret": None}, "secret"),
        ({"secret": ""}, "secret"),
        ({"secret": "  "}, "secret"),
        ({"secret": 3}, "secret"),
        ({"secret": ["x"]}, "secret"),
        ({"nonce": None}, "nonce"),
        ({"nonce": ""}, "nonce"),
        ({"nonce": "x"}, "nonce"),
        ({"nonce": 7}, "nonce"),
        ({"nonce": {}}, "nonce"),
        ({"type": None}, "type"),
        ({"type": "in"}, "type"),
        ({"type": []}, "type"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"datetime": "2026-11-28T09:00:00"}, "datetime"),
        ({"datetime": "0001-01-01T00:00:00+14:00"}, "datetime"),
        ({"datetime": "9999-12-31T23:59:59-14:00"}, "datetime"),
        ({"datetime": 1764320400}, "datetime"),
        ({"gate": "x"}, "gate"),
        ({"gate": str(uuid7())}, "gate"),
        ({"force": "yes"}, "force"),
        ({"force": True}, "reason"),
        ({"reason": "x" * 501}, "reason"),
        ({"reason": 1}, "reason"),
        ({"datetime": "1066-10-14T09:00:00+00:00"}, "datetime"),
    ],
)
def test_what_cannot_be_read_names_its_field(change, field) -> None:
    fair = open_fair()
    sent = scan(make_guest(fair)[1]) | change
    problem = refused(staff_client(fair).post(path(fair), sent), 400, "invalid")
    assert list(problem["errors"]) == [field]
    assert not Scan.objects.exists()


@pytest.mark.parametrize("body", [[], "x", 3, None, {}, {"scans": []}, {"scans": {}}, {"scans": None}])
def test_bodies_that_are_no_scan(body) -> None:
    fair = open_fair()
    refused(staff_client(fair).post(path(fair), json.dumps(body)), 400, "invalid")


def test_a_batch_answers_in_order_and_a_malformed_one_in_its_place() -> None:
    fair = open_fair()
    api = staff_client(fair)
    texts = [make_guest(fair)[1] for _number in range(3)]
    sent = [scan(texts[0]), "x", scan(texts[1], nonce="no"), scan(texts[2], gate=str(uuid7())), scan("hello"), {}]
    sent += [scan(texts[1]), scan(texts[1], type="exit"), sent[0]]
    answers = body_of(api.post(path(fair), {"scans": sent}), 200)["results"]
    assert [answer["reason"] for answer in answers] == [None, *["invalid"] * 5, None, None, None]
    assert [answer["nonce"] for answer in answers[2:5]] == ["no", sent[3]["nonce"], sent[4]["nonce"]]
    assert answers[8] == answers[0]
    assert (CheckIn.objects.count(), Scan.objects.count()) == (3, 4)
    many = {"scans": [scan("hello") for _number in range(500)]}
    assert len(body_of(api.post(path(fair), many), 200)["results"]) == 500
    refused(api.post(path(fair), {"scans": [*many["scans"], scan("hello")]}), 400, "invalid")


def test_a_late_scan_is_judged_at_its_own_time_in_any_offset() -> None:
    fair = open_fair()
    api, text = staff_client(fair), make_guest(fair)[1]
    body_of(api.post(path(fair), scan(text)), 201)
    came_at = now() - timedelta(minutes=30)
    sent = scan(text, datetime=came_at.astimezone(ZoneInfo("America/Martinique")).isoformat())
    late = body_of(api.post(path(fair), sent), 201)
    assert late["first"]
    assert late["registration"]["admitted_at"] == came_at.astimezone(fair.zone).isoformat()


def test_force_over_rest() -> None:
    fair = open_fair()
    _registration, text = make_guest(fair, status="pending")
    forced = {"force": True, "reason": "Invited by the mayor"}
    refused(staff_client(fair).post(path(fair), scan(text, **forced)), 403, "forbidden")
    strong = staff_client(fair, Scope.CHECKIN, Scope.CHECKIN_FORCE)
    assert body_of(strong.post(path(fair), scan(text, **forced)), 201)["first"]


def test_who_may_scan() -> None:
    fair = open_fair()
    sent = scan(make_guest(fair)[1])
    refused(client_of().post(path(fair), sent), 401, "not_authenticated")
    organiser = make_token(make_member(fair.organisation, Role.ORGANISER), [Scope.ORGANISER])
    refused(client_of(organiser).post(path(fair), sent), 403, "forbidden")
    stranger = staff_client(open_fair())
    refused(stranger.post(path(fair), sent), 404, "not_found")
    refused(stranger.get(f"fairs/{fair.slug}/checkin/status/"), 404, "not_found")
    refused(staff_client(fair).post("fairs/no-such-fair/checkin/redeem/", sent), 404, "not_found")
    assert not Scan.objects.exists()


def test_another_organisations_ticket_is_unknown() -> None:
    fair = open_fair()
    registration, text = make_guest(open_fair(make_organisation()))
    for secret in (text, registration.code):
        answer = body_of(staff_client(fair).post(path(fair), scan(secret)), 404)
        assert (answer["reason"], answer["registration"]) == ("unknown", None)


def test_status() -> None:
    fair = open_fair()
    api, gate = staff_client(fair), make_gate(fair, "Nord")
    make_gate(fair, "Sud")
    texts = [make_guest(fair)[1] for _number in range(4)]
    for text in texts[:3]:
        api.post(path(fair), scan(text, gate=str(gate.id)))
    api.post(path(fair), scan(texts[0], type="exit"))
    expected = {
        "expected": 4,
        "admitted": 3,
        "inside": 2,
        "left": 1,
        "by_gate": {
            "Nord": {"entries": 3, "exits": 0},
            "Sud": {"entries": 0, "exits": 0},
            "": {"entries": 0, "exits": 1},
        },
        "per_minute": 3,
        "staff_inside": 0,
    }
    assert body_of(api.get(f"fairs/{fair.slug}/checkin/status/"), 200) == expected
    for role, scope in ((Role.ORGANISER, Scope.ORGANISER), (Role.AUDITOR, Scope.READ)):
        reader = client_of(make_token(make_member(fair.organisation, role), [scope]))
        assert body_of(reader.get(f"fairs/{fair.slug}/checkin/status/"), 200) == expected


def test_explanations_follow_the_language_of_the_request() -> None:
    fair = open_fair()
    token = staff_token(fair)
    english = client_of(token, **{"Accept-Language": "en"}).post(path(fair), scan("hello"))
    assert body_of(english, 404)["reason_explanation"] == "This is not one of our tickets."


def test_statements_of_one_admission(django_assert_num_queries) -> None:
    """The fair, and the four of `admit_scans`; the other four are transaction and credentials."""
    fair = open_fair()
    api = staff_client(fair)
    api.post(path(fair), scan(make_guest(fair)[1]))
    sent = scan(make_guest(fair)[1])
    with django_assert_num_queries(8):
        api.post(path(fair), sent)
