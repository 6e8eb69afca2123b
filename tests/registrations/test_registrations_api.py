"""The REST routes of registrations."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY

from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role, Scope
from backend.accounts.services.people import add_member
from backend.core.clock import now
from backend.core.models import uuid7
from backend.mail.models import OutboxMessage
from events.fairs.enums import FairStatus
from events.registrations import selectors, tickets
from events.registrations.enums import Channel
from events.registrations.models import Registration
from tests.factories.accounts import make_member, make_organisation, make_token, organiser_client
from tests.factories.browser import browser_of
from tests.factories.client import body_of, client_of, refused
from tests.factories.fairs import make_fair
from tests.factories.registrations import body, candidate_client, make_registration

pytestmark = pytest.mark.django_db


def member_client(fair, role, *scopes):
    return client_of(make_token(make_member(fair.organisation, role), scopes))


def staff_client(fair):
    return member_client(fair, Role.STAFF, Scope.CHECKIN)


def route(registration, rest=""):
    return f"registrations/{registration.id}/{rest}"


def mailed_code():
    return re.search(r"\b\d{6}\b", OutboxMessage.objects.order_by("created_at", "id").last().body)[0]


# --- registering ------------------------------------------------------------------------------------------------------


def test_a_stranger_registers_confirms_and_is_signed_in():
    fair = make_fair()
    browser = client_of()
    made = body_of(browser.post(f"fairs/{fair.slug}/registrations/", body(email="Zoe@example.org")), 201)
    assert (made["status"], made["channel"], made["fair"]) == ("pending", "self", fair.slug)
    assert made["created_at"].endswith(("+01:00", "+02:00"))
    refused(browser.get(f"registrations/{made['id']}/"), 401, "not_authenticated")
    confirmed = body_of(browser.post(f"registrations/{made['id']}/confirm/", {"code": mailed_code()}), 200)
    assert (confirmed["id"], confirmed["code"], confirmed["status"]) == (made["id"], made["code"], "confirmed")
    assert SESSION_KEY in browser.session
    assert body_of(browser.get(f"registrations/{made['id']}/"), 200)["status"] == "confirmed"


def test_a_program_that_confirms_gets_no_session():
    fair = make_fair()
    caller = member_client(fair, Role.STAFF, Scope.READ)
    made = body_of(client_of().post(f"fairs/{fair.slug}/registrations/", body()), 201)
    assert body_of(caller.post(f"registrations/{made['id']}/confirm/", {"code": mailed_code()}), 200)
    assert SESSION_KEY not in caller.session


def test_the_decoy_looks_like_the_real_one():
    fair = make_fair()
    person = body(phone="06 12 34 56 78", commune="Arles", rome_codes=["m1805"], needs="Seated")
    real = body_of(client_of().post(f"fairs/{fair.slug}/registrations/", person), 201)
    decoy = body_of(client_of().post(f"fairs/{fair.slug}/registrations/", person), 201)
    changing = {"id", "code", "created_at"}
    assert {key: decoy[key] for key in decoy.keys() - changing} == {key: real[key] for key in real.keys() - changing}
    assert decoy["id"] != real["id"]
    assert [decoy["id"][14], len(decoy["code"]), len(decoy["created_at"])] == ["7", 8, len(real["created_at"])]
    refused(client_of().post(f"registrations/{decoy['id']}/confirm/", {"code": mailed_code()}), 400, "code_wrong")
    refused(client_of().post(f"registrations/{real['id']}/confirm/", {"code": "12"}), 400, "code_wrong")


def test_a_token_registers_at_once_and_is_told_of_a_twin():
    fair = make_fair()
    organiser = organiser_client(fair.organisation)
    person = body()
    made = body_of(organiser.post(f"fairs/{fair.slug}/registrations/", person), 201)
    assert (made["status"], made["channel"]) == ("confirmed", "desk")
    again = refused(organiser.post(f"fairs/{fair.slug}/registrations/", person), 409, "already_registered")
    assert again["registration"] == made["id"]


def test_the_same_key_registers_once():
    fair = make_fair()
    person = body()
    callers = [client_of(**{"Idempotency-Key": "one"}) for _time in range(2)]
    first, second = (body_of(caller.post(f"fairs/{fair.slug}/registrations/", person), 201) for caller in callers)
    assert first == second
    assert (Registration.objects.count(), OutboxMessage.objects.count()) == (1, 1)


def test_a_wrong_try_is_counted_under_a_key_too():
    fair = make_fair()
    made = body_of(client_of().post(f"fairs/{fair.slug}/registrations/", body()), 201)
    code = mailed_code()
    wrong = "000000" if code != "000000" else "000001"
    for number in range(5):
        caller = client_of(**{"Idempotency-Key": f"try {number}"})
        refused(caller.post(f"registrations/{made['id']}/confirm/", {"code": wrong}), 400, "code_wrong")
    refused(client_of().post(f"registrations/{made['id']}/confirm/", {"code": code}), 400, "code_wrong")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"given_name": ""}, "given_name"),
        ({"given_name": "x" * 101}, "given_name"),
        ({"given_name": None}, "given_name"),
        ({"given_name": ["Zoé"]}, "given_name"),
        ({"family_name": "a\x1bb"}, "family_name"),
        ({"email": "nobody"}, "email"),
        ({"email": ""}, "email"),
        ({"phone": "12"}, "phone"),
        ({"kind": "staff"}, "kind"),
        ({"language": "français"}, "language"),
        ({"birth_date": "2 mars 1980"}, "birth_date"),
        ({"birth_date": "1899-12-31"}, "birth_date"),
        ({"birth_date": "2999-01-01"}, "birth_date"),
        ({"birth_date": "2020-01-01"}, "guardian"),
        ({"guardian": {"email": "x"}}, "guardian"),
        ({"rome_codes": ["Z1234"]}, "rome_codes"),
        ({"rome_codes": "M1805"}, "rome_codes"),
        ({"contract_types": ["cdx"]}, "contract_types"),
        ({"needs": "x" * 1001}, "needs"),
        ({"consents": {}}, "consents"),
        ({"consents": {"privacy": False}}, "consents"),
        ({"consents": None}, "consents"),
    ],
)
def test_bad_input_names_the_field(changes, field):
    fair = make_fair()
    problem = refused(client_of().post(f"fairs/{fair.slug}/registrations/", body(**changes)), 400, "invalid")
    assert field in problem["errors"]
    assert Registration.objects.count() == 0


def test_fairs_that_cannot_be_registered_for():
    draft = make_fair(status=FairStatus.DRAFT, published_at=None)
    later = make_fair(registration_opens_at=now() + timedelta(days=1))
    refused(client_of().post(f"fairs/{draft.slug}/registrations/", body()), 404, "not_found")
    refused(client_of().post("fairs/nowhere/registrations/", body()), 404, "not_found")
    refused(client_of().post(f"fairs/{later.slug}/registrations/", body()), 409, "registration_not_open")
    organiser = organiser_client(draft.organisation)
    assert body_of(organiser.post(f"fairs/{draft.id}/registrations/", body()), 201)["status"] == "confirmed"


def test_strangers_are_limited_with_the_seconds_to_wait():
    fair = make_fair()
    fair.organisation.registrations_per_hour = 1
    fair.organisation.save()
    assert client_of().post(f"fairs/{fair.slug}/registrations/", body()).status_code == 201
    answer = client_of().post(f"fairs/{fair.slug}/registrations/", body())
    refused(answer, 429, "rate_limited")
    assert 1 <= int(answer["Retry-After"]) <= 3600
    assert organiser_client(fair.organisation).post(f"fairs/{fair.slug}/registrations/", body()).status_code == 201


def test_confirming_nothing():
    refused(client_of().post(f"registrations/{uuid7()}/confirm/", {"code": "123456"}), 400, "code_wrong")
    refused(client_of().post("registrations/none/confirm/", {"code": "123456"}), 404, "not_found")
    assert "code" in refused(client_of().post(f"registrations/{uuid7()}/confirm/", {}), 400, "invalid")["errors"]


# --- the list ---------------------------------------------------------------------------------------------------------


def test_the_list_is_sorted_searched_and_filtered():
    fair = make_fair()
    names = [("Élodie", "Zola"), ("Abel", "Ænima"), ("محمد", "Çelik")]
    people = [make_registration(fair, given_name=given, family_name=family) for given, family in names]
    make_registration(fair, given_name="Gone", family_name="Away", status="cancelled")
    make_registration()
    organiser = organiser_client(fair.organisation)

    def families(query):
        return [
            row["family_name"]
            for row in body_of(organiser.get(f"fairs/{fair.slug}/registrations/{query}"), 200)["results"]
        ]

    assert families("?status=confirmed") == ["Ænima", "Çelik", "Zola"]
    assert families("?status=confirmed&ordering=-family_name") == ["Zola", "Çelik", "Ænima"]
    assert families("?search=elodie zola") == ["Zola"]
    assert families("?search=محمد") == ["Çelik"]
    assert families(f"?search={people[0].code.lower()}") == ["Zola"]
    assert families("?status=cancelled&channel=self&kind=candidate&presence=expected") == ["Away"]
    assert families("?kind=press") == []
    refused(organiser.get(f"fairs/{fair.slug}/registrations/?status=gone"), 400, "invalid")
    refused(organiser.get(f"fairs/{fair.slug}/registrations/?ordering=needs"), 400, "invalid")


def test_presence_is_what_it_is_now():
    fair = make_fair(starts_at=now() - timedelta(days=2), ends_at=now() - timedelta(days=1))
    Registration.objects.filter(pk=make_registration(fair).pk).update(presence="inside", presence_at=fair.starts_at)
    organiser = organiser_client(fair.organisation)
    [row] = body_of(organiser.get(f"fairs/{fair.slug}/registrations/?presence=left"), 200)["results"]
    assert row["presence"] == "left"
    assert body_of(organiser.get(f"fairs/{fair.slug}/registrations/?presence=inside"), 200)["count"] == 0


def test_contacts_are_for_who_organises():
    fair = make_fair()
    make_registration(fair, needs="Seated", birth_date=None)
    path = f"fairs/{fair.slug}/registrations/"
    [full] = body_of(organiser_client(fair.organisation).get(path), 200)["results"]
    [short] = body_of(staff_client(fair).get(path), 200)["results"]
    assert {"email", "phone"} <= full.keys()
    assert full.keys() - short.keys() == {"email", "phone", "postcode"}
    assert not {"needs", "birth_date", "sensitive", "guardian_name"} & full.keys()


def test_who_is_shown_no_addresses_cannot_guess_them_by_searching():
    fair = make_fair()
    made = make_registration(
        fair, given_name="Zoé", family_name="Aït", email="zoe.ait@example.org", phone="+33612345678"
    )
    path = f"fairs/{fair.slug}/registrations/?search="
    organiser, staff = organiser_client(fair.organisation), staff_client(fair)
    for words in ("zoe.ait@example", "33612345678"):
        assert body_of(organiser.get(path + words), 200)["count"] == 1
        assert body_of(staff.get(path + words), 200)["count"] == 0
    for words in ("ait+ZOE", made.code.lower()):
        assert body_of(staff.get(path + words), 200)["count"] == 1


def test_an_adviser_lists_whom_they_registered():
    fair = make_fair()
    make_registration(fair)
    adviser = member_client(fair, Role.ADVISER, Scope.ADVISER)
    made = body_of(adviser.post(f"fairs/{fair.slug}/registrations/", body(email="")), 201)
    assert (made["status"], made["channel"]) == ("confirmed", "adviser")
    listed = body_of(adviser.get(f"fairs/{fair.slug}/registrations/"), 200)["results"]
    assert [row["id"] for row in listed] == [made["id"]]


@pytest.mark.parametrize("elsewhere", [Role.ORGANISER, Role.AUDITOR])
@pytest.mark.parametrize("here", [Role.STAFF, Role.ADVISER])
def test_contacts_are_not_opened_by_a_role_in_another_organisation(elsewhere, here):
    other = make_fair()
    fair = make_fair()
    person = make_member(other.organisation, elsewhere)
    add_member(fair.organisation, actor=SYSTEM, user=person, role=here)
    make_registration(other)
    make_registration(fair, channel=Channel.ADVISER)
    browser = browser_of(person)
    paths = [f"/api/v1/fairs/{row.slug}/registrations/" for row in (other, fair)]
    [full], [short] = [body_of(browser.get(path), 200)["results"] for path in paths]
    assert full.keys() - short.keys() == {"email", "phone", "postcode"}


def test_who_may_not_list():
    fair = make_fair()
    path = f"fairs/{fair.slug}/registrations/"
    refused(client_of().get(path), 401, "not_authenticated")
    refused(candidate_client(make_registration(fair)).get(path), 403, "forbidden")
    refused(organiser_client(make_organisation()).get(path), 404, "not_found")


def test_the_list_as_a_file():
    fair = make_fair()
    make_registration(fair, family_name="=cmd()")
    answer = organiser_client(fair.organisation).get(f"fairs/{fair.slug}/registrations/?format=csv")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["family_name"] == "'=cmd()"
    assert {"code", "email"} <= row.keys()


def test_the_list_costs_the_same_for_three(django_assert_num_queries):
    fair = make_fair()
    organiser = organiser_client(fair.organisation)
    organiser.get(f"fairs/{fair.slug}/registrations/")  # notes the last use of the token, once a minute
    for count in (1, 2):
        for _row in range(count):
            make_registration(fair)
        with django_assert_num_queries(4):
            organiser.get(f"fairs/{fair.slug}/registrations/")


# --- one registration -------------------------------------------------------------------------------------------------


def test_who_reads_a_registration_and_its_needs():
    registration = make_registration(needs="Seated interview")
    own = body_of(candidate_client(registration).get(route(registration)), 200)
    assert (own["id"], own["needs"]) == (str(registration.id), "Seated interview")
    for caller in (organiser_client(registration.organisation), staff_client(registration.fair)):
        seen = body_of(caller.get(route(registration)), 200)
        assert seen["has_needs"] is True
        assert "needs" not in seen
    other = candidate_client(make_registration())
    for caller in (other, organiser_client(make_organisation())):
        refused(caller.get(route(registration)), 404, "not_found")
        refused(caller.get(route(registration, "ticket.svg")), 404, "not_found")
        refused(caller.post(route(registration, "cancel/")), 404, "not_found")
        refused(caller.post(route(registration, "reissue/"), {"reason": "lost"}), 404, "not_found")


CONTACTS = {"email", "phone", "postcode", "birth_date"}


@pytest.mark.parametrize(
    ("role", "scope", "is_shown"),
    [
        (Role.OWNER, Scope.ORGANISER, True),
        (Role.ORGANISER, Scope.ORGANISER, True),
        (Role.AUDITOR, Scope.READ, True),
        (Role.ORGANISER, Scope.CHECKIN, False),
        (Role.STAFF, Scope.CHECKIN, False),
        (Role.ADVISER, Scope.ADVISER, False),
    ],
)
def test_list_and_row_agree_on_who_sees_contacts(role, scope, is_shown):
    """At the door a name is enough; whose address it is, organisers and auditors need to know, and its person."""
    registration = make_registration(channel=Channel.ADVISER, email="zoe@example.org", postcode="69003")
    person = make_member(registration.organisation, role)
    callers = [client_of(make_token(person, [scope]))]
    if role != Role.ORGANISER or scope == Scope.ORGANISER:
        callers.append(browser_of(person))
    row_path = f"/api/v1/{route(registration)}"
    list_path = f"/api/v1/fairs/{registration.fair.slug}/registrations/"
    for caller in callers:
        answers = [body_of(caller.get(row_path), 200)]
        if scope != Scope.READ:
            headers = {"content_type": "application/json"}
            answers.append(body_of(caller.post(f"{row_path}reissue/", {"reason": "lost"}, **headers), 200))
        for answer in answers:
            assert (answer.keys() >= CONTACTS, bool(answer.keys() & CONTACTS)) == (is_shown, is_shown)
            assert ("zoe@example.org" in str(answer)) is is_shown
        [row] = body_of(caller.get(list_path), 200)["results"]
        assert ("email" in row, "phone" in row, "postcode" in row) == (is_shown,) * 3
    own = body_of(candidate_client(registration).get(row_path), 200)
    assert own.keys() >= CONTACTS
    if scope != Scope.READ:
        cancelled = body_of(callers[0].post(f"{row_path}cancel/", {"reason": "ill"}), 200)
        assert bool(cancelled.keys() & CONTACTS) is is_shown


def test_the_ticket_is_a_picture_of_its_text():
    registration = make_registration()
    answer = candidate_client(registration).get(route(registration, "ticket.svg"))
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("image/svg+xml")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "private" in answer["Cache-Control"]
    assert answer.content.startswith(b"<svg")
    assert tickets.decode(selectors.ticket_text(selectors.live_ticket(registration), registration.fair))


def test_who_audits_reads_a_registration_but_draws_no_ticket():
    registration = make_registration()
    auditor = make_member(registration.organisation, Role.AUDITOR)
    token, browser = client_of(make_token(auditor, [Scope.READ])), browser_of(auditor)
    address = f"/api/v1/{route(registration)}"
    for caller, status, code in ((token, 403, "forbidden"), (browser, 404, "not_found")):
        assert body_of(caller.get(address), 200)["id"] == str(registration.id)
        refused(caller.get(f"{address}ticket.svg"), status, code)


@pytest.mark.parametrize("status", ["pending", "waitlisted", "cancelled"])
def test_only_the_confirmed_have_a_ticket_to_show(status):
    registration = make_registration(status=status)
    refused(candidate_client(registration).get(route(registration, "ticket.svg")), 409, "not_confirmed")


def test_cancelling_and_again():
    registration = make_registration()
    candidate = candidate_client(registration)
    first = body_of(candidate.post(route(registration, "cancel/"), {"reason": "ill"}), 200)
    assert first["status"] == "cancelled"
    assert body_of(candidate.post(route(registration, "cancel/")), 200) == first


def test_a_reissue_draws_another_picture():
    registration = make_registration()
    candidate = candidate_client(registration)
    before = candidate.get(route(registration, "ticket.svg")).content
    refused(candidate.post(route(registration, "reissue/")), 400, "invalid")
    assert (
        body_of(candidate.post(route(registration, "reissue/"), {"reason": "lost"}), 200)["code"] == registration.code
    )
    assert candidate.get(route(registration, "ticket.svg")).content != before
