"""Badges over REST."""

from typing import Any

import pytest
from django_tasks_db.models import DBTaskResult

from backend.accounts.enums import Role, Scope
from backend.core.api import found
from backend.core.models import uuid7
from badges import selectors, services
from badges.models import PrintJob
from badges.tasks import draw_print_job
from events.fairs.models import Fair
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from tests.factories.accounts import actor_of, make_member, make_organisation, make_token, make_user, organiser_client
from tests.factories.badges import (
    make_badge_holder,
    make_badge_holders,
    make_print_job,
    qr_text_of,
    run,
    scanned_pages,
    text_of,
)
from tests.factories.browser import browser_of
from tests.factories.client import Api, body_of, client_of, refused
from tests.factories.fairs import make_fair

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]

FORMATS = "a4_90x55, a4_a6, a4_86x54, a6, a7, butterfly, label_62x100, label_89x41, cr80"


@pytest.fixture
def fair() -> Fair:
    return make_fair()


@pytest.fixture
def organiser(fair: Fair) -> Api:
    return organiser_client(fair.organisation)


def staff_client(fair: Fair) -> Api:
    return client_of(make_token(make_member(fair.organisation, Role.STAFF), [Scope.CHECKIN]))


def person_client(registration: Registration) -> Api:
    assert registration.user is not None
    return client_of(make_token(registration.user, [Scope.CANDIDATE]))


def content(response: Any, file_name: str) -> bytes:
    """The PDF of an answer that must be one, to download and kept by nobody."""
    assert response.status_code == 200, response.content
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{file_name}"'
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"
    return b"".join(response.streaming_content)


# --- jobs -------------------------------------------------------------------------------------------------------------


def test_the_life_of_a_job(fair: Fair, organiser: Api) -> None:
    holders = make_badge_holders(fair, [{"given_name": f"N{number}"} for number in range(3)])
    wanted = [str(holders[2].id), str(holders[0].id)]
    job = body_of(
        organiser.post(f"fairs/{fair.slug}/badges/", {"format": "a6", "registrations": wanted, "unknown": 1}), 202
    )
    assert job == {
        "id": job["id"],
        "state": "queued",
        "done": 0,
        "total": 0,
        "error": "",
        "format": "a6",
        "audience": "all",
        "created_at": job["created_at"],
    }
    created_at = PrintJob.objects.get().created_at.astimezone(fair.zone)
    assert job["created_at"] == created_at.isoformat()
    address = f"print-jobs/{job['id']}/"
    refused(organiser.get(f"{address}badges.pdf"), 409, "not_ready")
    [task] = DBTaskResult.objects.all()
    assert task.args_kwargs["args"] == ["badges.tasks.draw_print_job", job["id"]]
    draw_print_job(job["id"])
    assert body_of(organiser.get(address), 200) == job | {"state": "done", "done": 2, "total": 2}
    name = f"badges-{fair.slug}.pdf"
    assert scanned_pages(content(organiser.get(f"{address}badges.pdf"), name)) == [
        {qr_text_of(holders[2])},
        {qr_text_of(holders[0])},
    ]
    last = content(organiser.get(f"{address}badges.pdf?from_page=2"), name)
    assert scanned_pages(last) == [{qr_text_of(holders[0])}]
    for page in ("3", "0", "-1", "x", "1.5", "99999999999999999999"):
        problem = refused(organiser.get(f"{address}badges.pdf?from_page={page}"), 400, "invalid")
        assert list(problem["errors"]) == ["from_page"]


def test_defaults_are_everybody_on_sheets_by_family_name(fair: Fair, organiser: Api) -> None:
    job = body_of(organiser.post(f"fairs/{fair.id}/badges/"), 202)
    assert (job["format"], job["audience"]) == ("a4_90x55", "all")
    row = PrintJob.objects.get(id=job["id"])
    assert (row.order, row.is_only_new, row.registration_ids) == ("", False, None)


@pytest.mark.parametrize(
    ("values", "field", "says"),
    [
        ({"format": "a5"}, "format", FORMATS),
        ({"format": None}, "format", ""),
        ({"format": ["a6"]}, "format", FORMATS),
        ({"format": {}}, "format", FORMATS),
        ({"audience": "boss"}, "audience", "candidate, visitor, press, employer, staff, adviser, all"),
        ({"order": "age"}, "order", "family_name, given_name, employer, code, box, created_at"),
        ({"order": ""}, "order", "family_name, given_name, employer, code, box, created_at"),
        ({"only_new": "perhaps"}, "only_new", ""),
        ({"registrations": ["x"]}, "registrations", ""),
        ({"registrations": "x"}, "registrations", ""),
    ],
)
def test_what_is_wrong_is_named(fair: Fair, organiser: Api, values: dict[str, Any], field: str, says: str) -> None:
    problem = refused(organiser.post(f"fairs/{fair.slug}/badges/", values), 400, "invalid")
    assert list(problem["errors"]) == [field]
    assert says in str(problem["errors"][field])
    assert not PrintJob.objects.exists()


def test_nothing_to_print_and_failed_have_no_pdf(fair: Fair, organiser: Api) -> None:
    job = run(make_print_job(fair))
    refused(organiser.get(f"print-jobs/{job.id}/badges.pdf"), 409, "nothing_to_print")
    PrintJob.objects.filter(id=job.id).update(state="failed", error="The disk is full.")
    refused(organiser.get(f"print-jobs/{job.id}/badges.pdf"), 409, "print_failed")
    assert body_of(organiser.get(f"print-jobs/{job.id}/"), 200)["error"] == "The disk is full."


def test_jobs_are_for_organisers_of_the_fairs_organisation(fair: Fair) -> None:
    job = run(make_print_job(fair))
    other = organiser_client(make_organisation())
    refused(other.post(f"fairs/{fair.slug}/badges/"), 404, "not_found")
    for address in (f"print-jobs/{job.id}/", f"print-jobs/{job.id}/badges.pdf"):
        refused(other.get(address), 404, "not_found")
        refused(staff_client(fair).get(address), 403, "forbidden")
        refused(client_of().get(address), 401, "not_authenticated")
    refused(staff_client(fair).post(f"fairs/{fair.slug}/badges/"), 403, "forbidden")
    refused(client_of().post(f"fairs/{fair.slug}/badges/"), 401, "not_authenticated")
    for unknown in (uuid7(), "x"):
        refused(other.get(f"print-jobs/{unknown}/"), 404, "not_found")
    assert PrintJob.objects.count() == 1


def test_ids_of_another_organisation_are_left_out(fair: Fair, organiser: Api) -> None:
    stranger = make_badge_holder(make_fair())
    own = make_badge_holder(fair)
    values = {"registrations": [str(stranger.id), str(own.id)]}
    job = body_of(organiser.post(f"fairs/{fair.slug}/badges/", values), 202)
    draw_print_job(job["id"])
    assert body_of(organiser.get(f"print-jobs/{job['id']}/"), 200)["total"] == 1


def test_the_same_key_makes_one_job(fair: Fair, organiser: Api) -> None:
    answers = [
        body_of(organiser.post(f"fairs/{fair.slug}/badges/", headers={"Idempotency-Key": "once"}), 202)
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    assert PrintJob.objects.count() == DBTaskResult.objects.count() == 1


# --- one badge --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", ["organiser", "staff"])
def test_a_badge_handed_out_counts_as_printed(fair: Fair, organiser: Api, door: str) -> None:
    holder = make_badge_holder(fair)
    client = organiser if door == "organiser" else staff_client(fair)
    pdf = content(client.get(f"registrations/{holder.id}/badge.pdf"), f"badge-{holder.code}.pdf")
    assert scanned_pages(pdf) == [{qr_text_of(holder)}]
    holder.refresh_from_db()
    assert holder.badge_printed_at is not None
    assert run(make_print_job(fair, is_only_new=True)).total == 0


def test_the_own_badge_does_not_count_as_printed(fair: Fair) -> None:
    holder = make_badge_holder(fair, email="ada@example.org")
    pdf = content(person_client(holder).get(f"registrations/{holder.id}/badge.pdf"), f"badge-{holder.code}.pdf")
    assert scanned_pages(pdf) == [{qr_text_of(holder)}]
    holder.refresh_from_db()
    assert (holder.badge_printed_at, holder.badge_hash) == (None, "")


def test_a_minors_badge_has_no_family_name(fair: Fair, organiser: Api) -> None:
    born = fair.starts_at.date().replace(year=fair.starts_at.year - 16, day=1)
    holder = make_badge_holder(fair, given_name="Inès", family_name="Delacroix", birth_date=born)
    pdf = content(organiser.get(f"registrations/{holder.id}/badge.pdf?format=a6"), f"badge-{holder.code}.pdf")
    assert "Inès" in text_of(pdf)
    assert "Delacroix" not in text_of(pdf)


def test_the_format_is_one_of_the_contracts(fair: Fair, organiser: Api) -> None:
    holder = make_badge_holder(fair)
    for name in FORMATS.split(", "):
        assert organiser.get(f"registrations/{holder.id}/badge.pdf?format={name}").status_code == 200
    problem = refused(organiser.get(f"registrations/{holder.id}/badge.pdf?format=a5"), 400, "invalid")
    assert problem["errors"] == {"format": [FORMATS]}


@pytest.mark.parametrize(
    "status", [RegistrationStatus.PENDING, RegistrationStatus.WAITLISTED, RegistrationStatus.CANCELLED]
)
def test_only_the_confirmed_have_a_badge(fair: Fair, organiser: Api, status: str) -> None:
    holder = make_badge_holder(fair, email="ada@example.org")
    Registration.objects.filter(id=holder.id).update(status=status)
    for client in (organiser, person_client(holder)):
        refused(client.get(f"registrations/{holder.id}/badge.pdf"), 409, "not_confirmed")


def test_nobody_elses_badge(fair: Fair) -> None:
    holder = make_badge_holder(fair, email="ada@example.org")
    address = f"registrations/{holder.id}/badge.pdf"
    refused(client_of().get(address), 401, "not_authenticated")
    refused(organiser_client(make_organisation()).get(address), 404, "not_found")
    refused(client_of(make_token(make_user(), [Scope.CANDIDATE])).get(address), 404, "not_found")
    reader = make_member(fair.organisation, Role.AUDITOR)
    refused(client_of(make_token(reader, [Scope.READ])).get(address), 403, "forbidden")
    refused(browser_of(reader).get(f"/api/v1/{address}"), 404, "not_found")
    for unknown in (uuid7(), "x"):
        refused(organiser_client(fair.organisation).get(f"registrations/{unknown}/badge.pdf"), 404, "not_found")
    holder.refresh_from_db()
    assert holder.badge_printed_at is None


def test_an_organiser_with_a_candidates_token_is_only_themselves(fair: Fair) -> None:
    """The door counts, not the person: without the scope the role gives nothing."""
    holder = make_badge_holder(fair)
    client = client_of(make_token(make_member(fair.organisation), [Scope.CANDIDATE]))
    refused(client.get(f"registrations/{holder.id}/badge.pdf"), 404, "not_found")


def test_one_badge_takes_three_statements(fair: Fair, django_assert_num_queries: Any) -> None:
    holder = make_badge_holder(fair)
    actor = actor_of(make_member(fair.organisation, Role.STAFF))
    with django_assert_num_queries(3):  # the memberships, the ticket with all about it, printed
        ticket = found(selectors.visible_tickets(actor), registration_id=holder.id)
        pdf = services.print_badge(ticket, actor=actor, format="label_62x100")
    assert scanned_pages(pdf) == [{qr_text_of(holder)}]
