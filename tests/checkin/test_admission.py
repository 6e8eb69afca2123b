"""`admit_scans`: each reason, replays, lists, late scans; and what the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from backend.accounts.enums import Scope
from backend.core.clock import now
from backend.core.models import AuditEntry
from checkin import selectors
from checkin.enums import ScanType
from checkin.models import CheckIn, Scan
from checkin.services import admit_scans
from events.registrations import codes, tickets
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration, Ticket
from tests.factories.accounts import make_organisation
from tests.factories.checkin import NOT_AFTER, make_guest, make_scan, make_ticket, open_fair, staff_of
from tests.factories.fairs import make_gate
from tests.factories.interviews import make_candidate, make_slot

pytestmark = pytest.mark.django_db
EXIT = ScanType.EXIT


def statements(context: CaptureQueriesContext) -> list[str]:
    """What was sent to the database, without transactions."""
    ignored = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")
    return [query["sql"] for query in context.captured_queries if not query["sql"].startswith(ignored)]


def admit(fair, *scans, actor=None):
    """The bodies of the answers."""
    return [answer.body for answer in admit_scans(fair, scans, actor=actor or staff_of(fair))]


def test_first_entry() -> None:
    fair = open_fair()
    registration, secret = make_guest(fair, has_needs=True, badge_box="B7")
    scan = make_scan(secret)
    [answer] = admit_scans(fair, [scan], actor=staff_of(fair))
    registration.refresh_from_db()
    check_in = CheckIn.objects.get()
    assert answer.http_status == 201
    assert answer.body == {
        "status": "ok",
        "reason": None,
        "reason_explanation": "",
        "checkin": str(check_in.id),
        "first": True,
        "nonce": str(scan.nonce),
        "registration": {
            "id": str(registration.id),
            "code": registration.code,
            "given_name": registration.given_name,
            "family_name": registration.family_name,
            "kind": "candidate",
            "needs_attention": True,
            "badge_printed": False,
            "badge_box": "B7",
            "next_booking": None,
            "admitted_at": check_in.at.astimezone(fair.zone).isoformat(),
        },
    }
    assert (registration.presence, registration.presence_at) == ("inside", check_in.at)
    assert registration.first_admitted_at == check_in.at
    assert (check_in.is_first, check_in.type, check_in.scan.answer) == (True, "entry", answer.body)
    assert selectors.counts(fair, now()) == {"expected": 1, "admitted": 1, "inside": 1, "left": 0}


def test_a_lone_entry_takes_four_statements_and_a_list_no_more() -> None:
    fair = open_fair()
    actor = staff_of(fair)
    secrets = [make_guest(fair)[1] for _number in range(21)]
    admit(fair, make_scan(secrets[0]), actor=actor)  # the actor's roles are read
    for some in (secrets[1:2], secrets[2:]):
        with CaptureQueriesContext(connection) as context:
            answers = admit(fair, *map(make_scan, some), actor=actor)
        assert [answer["first"] for answer in answers] == [True] * len(some)
        assert len(statements(context)) == 4, statements(context)


def test_in_and_out_and_in_again() -> None:
    fair = open_fair()
    registration, secret = make_guest(fair)
    first, out, again = admit(fair, make_scan(secret), make_scan(secret, EXIT), make_scan(secret))
    assert [(answer["status"], answer["first"]) for answer in (first, out, again)] == [
        ("ok", True),
        ("ok", False),
        ("ok", False),
    ]
    assert CheckIn.objects.filter(registration=registration).count() == 3
    assert selectors.counts(fair, now() + timedelta(seconds=1))["inside"] == 1


def test_next_interview_is_shown() -> None:
    fair = open_fair()
    registration, secret = make_guest(fair)
    slot = make_slot(fair)
    registration.places.create(
        slot=slot,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        day_on=slot.starts_at.date(),
        stand=slot.stand,
        employer=slot.employer,
    )
    [answer] = admit(fair, make_scan(secret))
    assert answer["registration"]["next_booking"] == {
        "starts_at": slot.starts_at.astimezone(fair.zone).isoformat(),
        "employer": slot.employer.name,
        "stand": slot.stand.label,
    }


def refuse(fair, scan, reason: str, http_status: int = 200, *, is_known: bool = True):
    """The answer of a scan that is refused for this reason, stored, and without effect."""
    before = list(Registration.objects.order_by("id").values_list("presence", "presence_at", "first_admitted_at"))
    check_ins = CheckIn.objects.count()
    [answer] = admit_scans(fair, [scan], actor=staff_of(fair))
    assert (answer.body["reason"], answer.http_status, answer.body["status"]) == (reason, http_status, "error")
    assert answer.body["reason_explanation"]
    assert answer.body["checkin"] is None
    assert (answer.body["registration"] is not None) is is_known
    row = Scan.objects.get(nonce=scan.nonce)
    assert (row.reason, row.http_status, row.answer) == (reason, http_status, answer.body)
    assert (row.registration_id is not None) is is_known
    assert CheckIn.objects.count() == check_ins
    assert before == list(
        Registration.objects.order_by("id").values_list("presence", "presence_at", "first_admitted_at")
    )
    return answer.body


def test_unknown_tickets() -> None:
    fair = open_fair()
    erased = tickets.encode(tickets.TicketPayload(fair.number, tickets.new_number(), NOT_AFTER))
    of_another_organisation = make_guest(open_fair())[1]
    signed_for_another = tickets.encode(tickets.TicketPayload(open_fair().number, 1, NOT_AFTER))
    for secret in (erased, of_another_organisation, signed_for_another, codes.new_code()):
        refuse(fair, make_scan(secret), "unknown", 404, is_known=False)
    refuse(fair, make_scan(make_candidate(open_fair()).code), "unknown", 404, is_known=False)


def test_what_is_no_ticket_is_invalid() -> None:
    fair = open_fair()
    text = make_guest(fair)[1]
    code = codes.new_code()
    wrong = code[:-1] + next(c for c in codes.ALPHABET if c != code[-1])
    forged = text[:60] + ("0" if text[60] != "0" else "1") + text[61:]
    for secret in ("hello", "https://example.org/", forged, wrong, "\ud800", "F1:", "x" * 5000):
        refuse(fair, make_scan(secret), "invalid", 404, is_known=False)


def test_tickets_and_codes_of_another_fair_of_the_organisation() -> None:
    organisation = make_organisation()
    fair, other = open_fair(organisation), open_fair(organisation)
    registration, text = make_guest(other)
    signed = tickets.encode(tickets.TicketPayload(other.number, tickets.new_number(), NOT_AFTER))
    for secret in (text, registration.code, signed):
        refuse(fair, make_scan(secret), "wrong_fair", is_known=False)


def test_a_typed_code_works_in_any_spelling() -> None:
    fair = open_fair()
    registration, _text = make_guest(fair)
    spelled = f" {codes.group(registration.code).lower()} "
    [answer] = admit(fair, make_scan(spelled))
    assert answer["status"] == "ok"
    assert answer["registration"]["code"] == registration.code


def test_a_ticket_works_in_lower_case_with_white_space() -> None:
    fair = open_fair()
    [answer] = admit(fair, make_scan(f"  {make_guest(fair)[1].lower()}\n"))
    assert answer["first"]


def test_states_of_the_registration() -> None:
    fair = open_fair()
    for status, reason in (("cancelled", "canceled"), ("pending", "not_confirmed"), ("waitlisted", "not_confirmed")):
        _registration, text = make_guest(fair, status=RegistrationStatus(status))
        refuse(fair, make_scan(text), reason)


def test_a_reissued_ticket_is_revoked_and_the_new_one_and_the_code_work() -> None:
    fair = open_fair()
    registration, old = make_guest(fair)
    Ticket.objects.update(revoked_at=now())
    new = make_ticket(registration)
    refuse(fair, make_scan(old), "revoked")
    revoked, fresh, out = admit(fair, make_scan(old), make_scan(new), make_scan(registration.code, EXIT))
    assert (revoked["reason"], fresh["first"], out["status"]) == ("revoked", True, "ok")


def test_doors_closed() -> None:
    moment = now()
    text = make_guest(fair := open_fair(starts_at=moment + timedelta(hours=2), ends_at=moment + timedelta(hours=3)))[1]
    early = refuse(fair, make_scan(text), "too_early")
    opens = (moment + timedelta(hours=1)).astimezone(fair.zone)
    assert f"{opens.hour}:{opens:%M}" in early["reason_explanation"]
    fair = open_fair(starts_at=moment - timedelta(hours=3), ends_at=moment - timedelta(hours=1))
    _registration, text = make_guest(fair)
    refuse(fair, make_scan(text), "too_late")
    [late_upload] = admit(fair, make_scan(text, scanned_at=moment - timedelta(hours=2)))
    assert late_upload["first"]


def test_inside_already_and_not_inside() -> None:
    fair = open_fair()
    _registration, text = make_guest(fair)
    refuse(fair, make_scan(text, EXIT), "not_inside")
    at = now().astimezone(fair.zone)
    admit(fair, make_scan(text, scanned_at=at))
    answer = refuse(fair, make_scan(text), "already_inside")
    assert answer["registration"]["admitted_at"] == at.isoformat()
    assert f"{at.hour}:{at:%M}" in answer["reason_explanation"]


def test_a_gate_for_other_kinds() -> None:
    fair = open_fair()
    gate, own = make_gate(fair, "Press", kinds=("press",)), make_gate(fair, kinds=("candidate", "visitor"))
    _registration, text = make_guest(fair)
    answer = refuse(fair, make_scan(text, gate_id=gate.id), "wrong_gate")
    assert "Press" in answer["reason_explanation"]
    [admitted] = admit(fair, make_scan(text, gate_id=own.id))
    assert admitted["first"]
    [out] = admit(fair, make_scan(text, EXIT, gate_id=gate.id))
    assert out["status"] == "ok"
    assert selectors.status(fair, now())["by_gate"] == {
        "Press": {"entries": 0, "exits": 1},
        own.name: {"entries": 1, "exits": 0},
    }


def test_a_full_house() -> None:
    fair = open_fair(inside_limit=2)
    texts = [make_guest(fair)[1] for _number in range(4)]
    answers = admit(fair, *(make_scan(text) for text in texts[:3]))
    assert [answer["reason"] for answer in answers] == [None, None, "fair_full"]
    assert "2" in answers[2]["reason_explanation"]
    refuse(fair, make_scan(texts[3]), "fair_full")
    _out, admitted, full = admit(fair, make_scan(texts[0], EXIT), make_scan(texts[3]), make_scan(texts[2]))
    assert (admitted["status"], full["reason"]) == ("ok", "fair_full")
    # Staff are not counted, and who went in an hour ago is in.
    [staff] = admit(fair, make_scan(make_guest(fair, kind="staff")[1]))
    [late] = admit(fair, make_scan(texts[2], scanned_at=now() - timedelta(minutes=30)))
    assert (staff["status"], late["status"]) == ("ok", "ok")
    counted = selectors.status(fair, now())
    assert (counted["inside"], counted["staff_inside"]) == (3, 1)


def test_the_same_nonce_gives_the_same_answer_and_no_second_effect() -> None:
    fair, other = open_fair(), open_fair()
    actor = staff_of(fair)
    _registration, text = make_guest(fair)
    scans = [make_scan(text), make_scan("hello"), make_scan(text, EXIT), make_scan(text, EXIT)]
    answers = admit_scans(fair, scans, actor=actor)
    fresh = make_scan(make_guest(fair)[1])
    again = admit_scans(fair, [scans[3], fresh, *scans[:3], fresh], actor=actor)
    assert [again[index] for index in (2, 3, 4, 0)] == answers
    assert again[1] == again[5]
    assert again[1].body["first"]
    assert [answer.http_status for answer in answers] == [201, 404, 201, 200]
    assert (Scan.objects.count(), CheckIn.objects.count()) == (5, 3)
    # The answer belongs to the nonce, whatever else is sent with it, and the nonce to its fair.
    [same] = admit_scans(fair, [make_scan("other", EXIT, nonce=scans[0].nonce)], actor=actor)
    assert same == answers[0]
    [elsewhere] = admit(other, make_scan("hello", nonce=scans[0].nonce))
    assert elsewhere["reason"] == "invalid"


def test_an_earlier_entry_becomes_the_first() -> None:
    fair = open_fair()
    registration, text = make_guest(fair)
    moment = now()
    [former] = admit(fair, make_scan(text, scanned_at=moment - timedelta(minutes=10)))
    [earlier] = admit(fair, make_scan(text, scanned_at=moment - timedelta(minutes=20)))
    assert (former["first"], earlier["first"]) == (True, True)
    assert list(CheckIn.objects.order_by("at").values_list("is_first", flat=True)) == [True, False]
    registration.refresh_from_db()
    assert registration.first_admitted_at == moment - timedelta(minutes=20)
    assert registration.presence_at == moment - timedelta(minutes=10)
    assert Scan.objects.get(nonce=former["nonce"]).answer["first"] is True  # an answer given stays
    assert selectors.counts(fair, now())["admitted"] == 1


def test_an_exit_before_its_entry_counts_once_the_entry_has_arrived() -> None:
    fair = open_fair()
    registration, text = make_guest(fair)
    moment = now()
    refuse(fair, make_scan(text, EXIT, scanned_at=moment - timedelta(minutes=5)), "not_inside")
    admit(fair, make_scan(text, scanned_at=moment - timedelta(minutes=15)))
    registration.refresh_from_db()
    assert (registration.presence, registration.presence_at) == ("left", moment - timedelta(minutes=5))
    assert list(CheckIn.objects.order_by("at").values_list("type", flat=True)) == ["entry", "exit"]
    assert selectors.counts(fair, now()) == {"expected": 1, "admitted": 1, "inside": 0, "left": 1}


def test_an_entry_refused_as_inside_counts_once_the_exit_in_between_has_arrived() -> None:
    fair = open_fair()
    registration, text = make_guest(fair)
    moment = now()
    in_at, out_at, again_at = (moment - timedelta(minutes=minutes) for minutes in (30, 20, 10))
    admit(fair, make_scan(text, scanned_at=in_at))
    refuse(fair, make_scan(text, scanned_at=again_at), "already_inside")
    admit(fair, make_scan(text, EXIT, scanned_at=out_at))
    registration.refresh_from_db()
    assert (registration.presence, registration.presence_at) == ("inside", again_at)


def test_a_clock_that_is_ahead() -> None:
    fair = open_fair()
    moment = now()
    ahead, slightly = make_guest(fair)[1], make_guest(fair)[1]
    admit(fair, make_scan(ahead, scanned_at=moment + timedelta(hours=2)))
    admit(fair, make_scan(slightly, scanned_at=moment + timedelta(minutes=4)))
    marked, trusted = Scan.objects.order_by("is_clock_ahead")[::-1]
    assert (marked.is_clock_ahead, trusted.is_clock_ahead) == (True, False)
    assert moment <= marked.scanned_at <= now()
    assert trusted.scanned_at == moment + timedelta(minutes=4)


def test_force_needs_the_scope_and_a_reason_and_leaves_a_trace() -> None:
    fair = open_fair()
    registration, text = make_guest(fair, status=RegistrationStatus.WAITLISTED)
    strong, weak = staff_of(fair, Scope.CHECKIN, Scope.CHECKIN_FORCE), staff_of(fair)
    for actor, reason, code in ((weak, "VIP", "forbidden"), (strong, "", "invalid")):
        [answer] = admit_scans(fair, [make_scan(text, is_forced=True, force_reason=reason)], actor=actor)
        assert answer.error is not None
        assert (answer.error.code, answer.body["reason"]) == (code, "invalid")
    assert not Scan.objects.exists()
    [answer] = admit_scans(fair, [make_scan(text, is_forced=True, force_reason="VIP")], actor=strong)
    assert (answer.http_status, answer.body["first"]) == (201, True)
    trace = AuditEntry.objects.get(action="checkin.forced")
    assert (trace.object_id, trace.from_state, trace.reason) == (registration.id, "not_confirmed", "VIP")
    assert trace.actor_token_id == strong.token_id
    # Nobody can be forced in who is not known here.
    [unknown] = admit_scans(fair, [make_scan("hello", is_forced=True, force_reason="VIP")], actor=strong)
    assert unknown.body["reason"] == "invalid"


def test_one_bad_scan_spoils_no_list() -> None:
    fair = open_fair()
    stranger = staff_of(open_fair())
    foreign_gate = make_gate(open_fair())
    texts = [make_guest(fair)[1] for _number in range(3)]
    answers = admit_scans(
        fair,
        [
            make_scan(texts[0], gate_id=foreign_gate.id),
            make_scan(texts[1], actor=stranger),
            make_scan(texts[2], is_forced=True, force_reason="VIP"),
            make_scan(texts[0]),
        ],
        actor=staff_of(fair),
    )
    assert [answer.error and answer.error.code for answer in answers] == ["invalid", "forbidden", "forbidden", None]
    assert [answer.body["reason"] for answer in answers] == ["invalid", "invalid", "invalid", None]
    assert Scan.objects.count() == 1


def translated(text: str, language: str) -> str:
    with translation.override(language):
        return translation.gettext(text)


def test_explanations_in_the_language_of_each_scan() -> None:
    fair = open_fair()
    french, english = admit(fair, make_scan("x", language="fr"), make_scan("y", language="en"))
    assert english["reason_explanation"] == "This is not one of our tickets."
    assert french["reason_explanation"] == translated("This is not one of our tickets.", "fr")


def test_the_database_refuses_a_second_first_and_a_second_scan_of_a_nonce() -> None:
    """C1 and C3, by raw SQL."""
    fair = open_fair()
    _registration, text = make_guest(fair)
    admit(fair, make_scan(text), make_scan(text, EXIT), make_scan(text))
    scan = Scan.objects.first()
    again = CheckIn.objects.filter(type="entry").latest("at")
    broken = [
        ("UPDATE checkin_checkin SET is_first = %s WHERE id = %s", [True, _stored(again.id)]),
        ("UPDATE checkin_checkin SET is_first = %s WHERE type = 'exit'", [True]),
        ("UPDATE checkin_scan SET nonce = %s", [_stored(scan.nonce)]),
    ]
    for sql, values in broken:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values)


def _stored(value):
    return value.hex if connection.vendor == "sqlite" else value


def test_entry_is_open_to_a_list_of_nothing() -> None:
    assert admit(open_fair()) == []
