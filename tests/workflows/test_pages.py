"""The organiser's pages in a browser without JavaScript."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role
from backend.core.clock import now
from badges.models import PrintJob
from badges.services import run_print_job
from events.employers.models import Employer, Exhibitor
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.registrations.enums import Presence
from events.registrations.models import Registration
from tests.factories.accounts import make_member, make_user
from tests.factories.browser import browser_of
from tests.factories.employers import make_employer, make_exhibitor, make_recruiter, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_slot
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.django_db
EMPLOYERS = "name,siret,commune\nAirbus Helicopters,,Marignane\nNaval Group,,Toulon\n"
WRONG = "name,siret,commune\nAirbus Helicopters,123,Marignane\n,,Toulon\n"


@pytest.fixture
def fair() -> Fair:
    return make_fair(name="Forum de Martigues", capacity=1000)


@pytest.fixture
def organiser(fair: Fair) -> Client:
    return browser_of(make_member(fair.organisation))


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:500]
    text: str = response.content.decode()
    return text


def page(client: Client, fair: Fair, name: str = "", **query: str) -> str:
    return text_of(client.get(f"/organiser/{fair.slug}/{name}", query))


def send(client: Client, fair: Fair, text: str, *, status: int = 200, **values: str) -> str:
    """Send a file as the import page's form does; the page that answers."""
    file = SimpleUploadedFile("list.csv", text.encode(), "text/csv")
    body = {"kind": "employers", "step": "check", "file": file} | values
    return text_of(client.post(f"/organiser/{fair.slug}/import/", body), status)


# --- the fairs --------------------------------------------------------------------------------------------------------


def test_home_lists_the_next_fair_first_and_marks_drafts(organiser: Client, fair: Fair) -> None:
    at = now()
    week = timedelta(days=7)
    make_fair(fair.organisation, name="Later", starts_at=at + 2 * week, ends_at=at + 3 * week, status=FairStatus.DRAFT)
    make_fair(fair.organisation, name="Sooner", starts_at=at + week, ends_at=at + 2 * week)
    make_fair(fair.organisation, name="Gone", starts_at=at - 2 * week, ends_at=at - week)
    make_fair(name="Of others")
    text = text_of(organiser.get("/organiser/"))
    places = [text.index(name) for name in ("Forum de Martigues", "Sooner", "Later", "Gone")]
    assert places == sorted(places)
    assert "Draft" in text
    assert "Of others" not in text


def test_home_without_a_fair_says_how_one_is_made() -> None:
    organisation = make_fair().organisation
    Fair.objects.all().delete()
    assert "No fair ahead" in text_of(browser_of(make_member(organisation)).get("/organiser/"))


# --- the cockpit ------------------------------------------------------------------------------------------------------


def test_cockpit_says_who_is_here_and_what_needs_somebody(organiser: Client, fair: Fair) -> None:
    make_registration(fair)
    make_registration(fair, status="waitlisted")
    Registration.objects.filter(pk=make_registration(fair).pk).update(
        presence=Presence.INSIDE, presence_at=now(), first_admitted_at=now()
    )
    make_exhibitor(fair, make_employer(fair.organisation, name="Airbus Helicopters"))
    naval = make_exhibitor(fair, make_employer(fair.organisation, name="Naval Group"))
    make_stand(fair, exhibitor=naval)
    text = page(organiser, fair)
    assert 'data-live-field="expected">2<' in text
    assert 'data-live-field="inside">1<' in text
    assert "2 of 1000" in text
    assert "1 exhibitor has no stand" in text
    assert "1 stand has no schedule" in text
    assert "1 person waits for a place" in text
    assert text.index("Airbus Helicopters") < text.index("Naval Group")
    assert f'href="/staff/{fair.slug}/scan/"' in text


def test_cockpit_of_a_fair_that_is_ready_says_so(organiser: Client, fair: Fair) -> None:
    assert "No exhibitor yet" in page(organiser, fair)
    make_slot(fair)
    assert "Nothing for now" in page(organiser, fair)


def test_draft_is_published_after_asking(organiser: Client, fair: Fair) -> None:
    draft = make_fair(fair.organisation, status=FairStatus.DRAFT, published_at=None)
    text = page(organiser, draft)
    assert "This is a draft" in text
    assert "Everybody sees the fair" in text
    response = organiser.post(f"/organiser/{draft.slug}/publish/", follow=True)
    assert "The fair is published." in text_of(response)
    draft.refresh_from_db()
    assert draft.status == FairStatus.PUBLISHED
    assert "This is a draft" not in page(organiser, draft)


def test_cancelled_fair_is_not_published(organiser: Client, fair: Fair) -> None:
    fair.status = FairStatus.CANCELLED
    fair.save()
    response = organiser.post(f"/organiser/{fair.slug}/publish/", follow=True)
    assert "The present state does not allow this." in text_of(response)


# --- exhibitors and registrations -------------------------------------------------------------------------------------


def test_exhibitors_with_stand_fill_and_what_is_missing(organiser: Client, fair: Fair) -> None:
    slot = make_slot(fair)
    make_exhibitor(fair, make_employer(fair.organisation, name="Without stand"))
    make_stand(
        fair, "Stand C7", exhibitor=make_exhibitor(fair, make_employer(fair.organisation, name="Without schedule"))
    )
    make_stand(fair, "Z9")
    text = page(organiser, fair, "exhibitors/")
    assert f'href="/employer/stands/{slot.stand.id}/"' in text
    assert "0 of 1" in text
    assert "1 free stand<" in text
    assert "Z9" in text
    text = page(organiser, fair, "exhibitors/", show="without-stand")
    assert ">Without stand<" in text
    assert slot.employer.name not in text
    assert "Stand C7" not in text
    assert "Stand C7" in page(organiser, fair, "exhibitors/", show="without-schedule")
    Exhibitor.objects.filter(stands=None).delete()
    assert "Nobody is missing anything here" in page(organiser, fair, "exhibitors/", show="without-stand")


def test_registrations_are_found_by_name_address_and_code(organiser: Client, fair: Fair) -> None:
    noemie = make_registration(fair, given_name="Noémie", family_name="Giraud", email="noemie@example.org")
    make_registration(fair, given_name="Björn", family_name="Ångström")
    make_registration(given_name="Of", family_name="Others")
    text = page(organiser, fair, "registrations/")
    assert "2 registrations" in text
    assert text.index("Ångström") < text.index("Giraud")
    for words in ("noemie", "GIRAUD noé", "noemie@example.org", noemie.code):
        text = page(organiser, fair, "registrations/", q=words)
        assert "Giraud Noémie" in text
        assert "Ångström" not in text
    assert f'href="/api/v1/registrations/{noemie.id}/badge.pdf"' in text
    assert "Nobody found" in page(organiser, fair, "registrations/", q="zzz")


def test_registrations_come_in_pages_of_fifty(organiser: Client, fair: Fair) -> None:
    Registration.objects.bulk_create(
        Registration(fair=fair, organisation=fair.organisation, code=f"C{number:03}", sort_key=f"{number:03}")
        for number in range(51)
    )
    text = page(organiser, fair, "registrations/")
    assert "C049" in text
    assert "C050" not in text
    assert "Page 1 of 2" in text
    assert "C050" in page(organiser, fair, "registrations/", page="2")
    assert "C050" in page(organiser, fair, "registrations/", page="99")


# --- import -----------------------------------------------------------------------------------------------------------


def test_file_is_checked_then_imported_then_makes_nothing_twice(organiser: Client, fair: Fair) -> None:
    text = send(organiser, fair, EMPLOYERS)
    assert "nothing is imported yet" in text
    assert "<b>2</b> would be new" in text
    assert Employer.objects.count() == 0
    assert "<b>2</b> new" in send(organiser, fair, EMPLOYERS, step="import")
    assert Employer.objects.count() == 2
    assert "<b>2</b> stay as they are" in send(organiser, fair, EMPLOYERS, step="import")


def test_wrong_rows_are_listed_by_row_column_and_reason(organiser: Client, fair: Fair) -> None:
    text = send(organiser, fair, WRONG, status=422, step="import")
    assert "Nothing was imported" in text
    assert "2 things to correct" in text
    assert "</span>2</th>" in text
    assert "<code>siret</code>" in text
    assert "</span>3</th>" in text
    assert "<code>name</code>" in text
    assert Employer.objects.count() == 0


def test_registrations_are_imported_too(organiser: Client, fair: Fair) -> None:
    rows = "given_name;family_name;email\nNoémie;Giraud;noemie@example.org\n"
    assert "<b>1</b> new" in send(organiser, fair, rows, kind="registrations", step="import")
    assert Registration.objects.get().family_name == "Giraud"


def test_form_without_file_and_with_nonsense_says_what_is_wrong(organiser: Client, fair: Fair) -> None:
    address = f"/organiser/{fair.slug}/import/"
    assert "This field is required." in text_of(organiser.post(address, {"kind": "employers"}), 422)
    assert "Select a valid choice." in send(organiser, fair, EMPLOYERS, status=422, kind="people")
    assert "The submitted file is empty." in send(organiser, fair, "", status=422)
    assert "Nothing was imported" in send(organiser, fair, "a,b\n1,2\n", status=422, step="import")


def test_too_large_a_file_is_refused(organiser: Client, fair: Fair, settings: Any) -> None:
    settings.FILE_UPLOAD_MAX_BYTES = 10
    assert "too large" in send(organiser, fair, EMPLOYERS, status=422, step="import")
    assert Employer.objects.count() == 0


def test_htmx_gets_refusals_with_a_status_that_it_shows(organiser: Client, fair: Fair) -> None:
    file = SimpleUploadedFile("list.csv", WRONG.encode(), "text/csv")
    body = {"kind": "employers", "step": "check", "file": file}
    response = organiser.post(f"/organiser/{fair.slug}/import/", body, headers={"HX-Request": "true"})
    assert "2 things to correct" in text_of(response)


# --- badges -----------------------------------------------------------------------------------------------------------

BADGES = {"format": "a6", "audience": "candidate", "order": "given_name", "only_new": "on"}


def test_badges_are_asked_for_drawn_and_fetched(organiser: Client, fair: Fair) -> None:
    make_registration(fair)
    make_registration(fair)
    response = organiser.post(f"/organiser/{fair.slug}/badges/", BADGES)
    assert response.headers["Location"] == f"/organiser/{fair.slug}/badges/"
    job = PrintJob.objects.get()
    assert (job.format, job.audience, job.order, job.is_only_new) == ("a6", "candidate", "given_name", True)
    text = page(organiser, fair, "badges/")
    assert "Queued" in text
    assert f'hx-get="/organiser/{fair.slug}/badges/{job.id}/"' in text
    run_print_job(job.id, actor=SYSTEM)
    text = page(organiser, fair, "badges/")
    assert "2 badges" in text
    assert "hx-get" not in text.partition(f"job-{job.id}")[2].partition("</article>")[0]
    assert f'href="/api/v1/print-jobs/{job.id}/badges.pdf"' in text
    assert 'max="2"' in text
    pdf = organiser.get(f"/api/v1/print-jobs/{job.id}/badges.pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


def test_progress_is_a_piece_of_the_page(organiser: Client, fair: Fair) -> None:
    job = PrintJob.objects.create(
        fair=fair, format="a6", audience="all", order="code", state="running", done=3, total=9
    )
    address = f"/organiser/{fair.slug}/badges/{job.id}/"
    text = text_of(organiser.get(address, headers={"HX-Request": "true"}))
    assert "3 of 9" in text
    assert "<html" not in text
    assert organiser.get(address).headers["Location"] == f"/organiser/{fair.slug}/badges/"
    other = PrintJob.objects.create(fair=make_fair(), format="a6", audience="all", order="code")
    assert organiser.get(f"/organiser/{fair.slug}/badges/{other.id}/").status_code == 404


def test_jobs_that_failed_or_had_nothing_say_so(organiser: Client, fair: Fair) -> None:
    values = {"fair": fair, "format": "a6", "audience": "all", "order": "code"}
    PrintJob.objects.create(**values, state="failed", error="The disk is full.")
    PrintJob.objects.create(**values, state="done")
    text = page(organiser, fair, "badges/")
    assert "The disk is full." in text
    assert "There was nothing to print" in text


@pytest.mark.parametrize("field", ["format", "audience", "order"])
def test_badges_of_nonsense_are_refused(organiser: Client, fair: Fair, field: str) -> None:
    text = text_of(organiser.post(f"/organiser/{fair.slug}/badges/", BADGES | {field: "x"}), 422)
    assert "Select a valid choice." in text
    assert PrintJob.objects.count() == 0


# --- who may ----------------------------------------------------------------------------------------------------------

NAMES = ["", "exhibitors/", "registrations/", "import/", "badges/"]


@pytest.mark.parametrize("name", NAMES)
def test_pages_are_for_the_organisers_of_the_fair(organiser: Client, fair: Fair, name: str) -> None:
    address = f"/organiser/{fair.slug}/{name}"
    assert organiser.get(address).status_code == 200
    assert organiser.get(f"/organiser/{fair.id}/{name}").status_code == 200
    assert browser_of().get(address).headers["Location"] == f"/sign-in/?next={address}"
    assert browser_of(make_member(make_fair().organisation)).get(address).status_code == 404
    others = [make_user(), make_recruiter(make_employer(fair.organisation))]
    others += [make_member(fair.organisation, role) for role in (Role.STAFF, Role.ADVISER, Role.AUDITOR)]
    for user in others:
        assert browser_of(user).get(address).status_code == 403
        assert browser_of(user).get("/organiser/").status_code == 403


def test_nobody_else_publishes_imports_or_prints(fair: Fair) -> None:
    Fair.objects.filter(pk=fair.pk).update(status=FairStatus.DRAFT)
    stranger = browser_of(make_member(make_fair().organisation))
    staff = browser_of(make_member(fair.organisation, Role.STAFF))
    for client, status in ((stranger, 404), (staff, 403)):
        assert client.post(f"/organiser/{fair.slug}/publish/").status_code == status
        assert client.post(f"/organiser/{fair.slug}/badges/", BADGES).status_code == status
        send(client, fair, EMPLOYERS, status=status, step="import")
    assert Fair.objects.get(pk=fair.pk).status == FairStatus.DRAFT
    assert (PrintJob.objects.count(), Employer.objects.count()) == (0, 0)


def test_posts_need_the_token_of_the_form(fair: Fair) -> None:
    client = Client(HTTP_HOST="localhost", enforce_csrf_checks=True)
    client.force_login(make_member(fair.organisation), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/organiser/{fair.slug}/publish/").status_code == 403


# --- what a page costs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("", 12), ("exhibitors/", 10), ("registrations/", 7), ("badges/", 10)])
def test_pages_cost_the_same_for_one_row_and_for_three(
    organiser: Client, fair: Fair, name: str, queries: int, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        make_slot(fair)
        make_exhibitor(fair)
        make_stand(fair, exhibitor=make_exhibitor(fair))
        make_stand(fair)
        make_registration(fair)
        PrintJob.objects.create(fair=fair, format="a6", audience="all", order="code")
    with django_assert_num_queries(queries):
        page(organiser, fair, name)


@pytest.mark.parametrize("rows", [1, 3])
def test_home_costs_the_same_for_one_fair_and_for_three(
    organiser: Client, fair: Fair, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        make_fair(fair.organisation)
    with django_assert_num_queries(6):
        text_of(organiser.get("/organiser/"))
