"""What somebody with bad intentions, a broken program or an unusual name sends."""

import re
import zipfile
from datetime import datetime, timedelta
from io import BytesIO
from itertools import count
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import openpyxl
import pytest
import time_machine
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from backend.accounts.enums import Scope
from backend.accounts.models import Organisation
from backend.accounts.services.codes import create_sign_in_link
from backend.mail.models import OutboxMessage
from events.fairs.models import Fair
from events.interviews.models import Place
from events.registrations.models import Registration
from tests.factories.accounts import make_member, make_token, make_user, organiser_client
from tests.factories.browser import browser_of
from tests.factories.client import Api, body_of, client_of, refused
from tests.factories.fairs import make_fair, make_venue
from tests.factories.interviews import candidate_client, make_slot
from tests.factories.registrations import body, make_registration
from tests.factories.threads import at_once
from tests.routes import PAGES

pytestmark = pytest.mark.django_db
_numbers = count(1)


@pytest.fixture(autouse=True)
def no_limits() -> None:
    cache.clear()


@pytest.fixture
def fair() -> Fair:
    return make_fair()


@pytest.fixture
def api(fair: Fair) -> Api:
    """The REST client of an organiser of the fair."""
    return organiser_client(fair.organisation)


def bytes_of(answer: Any) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


def register_page(fair: Fair, client: Client | None = None, **values: str) -> Any:
    values = {"given_name": "Zoé", "contact": f"someone{next(_numbers)}@example.org", "privacy": "on"} | values
    return (client or browser_of()).post(f"/fairs/{fair.slug}/register/", values)


def mailed(pattern: str) -> str:
    """What the last message says."""
    found = re.search(pattern, OutboxMessage.objects.latest("created_at").body)
    assert found
    return found[0]


# --- names -----------------------------------------------------------------------------------------------------------

ZERO_WIDTH = "Ann\u200d\u200ca"
NAMES = [
    ("نور الهدى", "نور الهدى"),
    ("Ali\u202eexe.fdp\u2066", "Aliexe.fdp"),
    ("中村 さくら", "中村 さくら"),
    ("👩🏽‍🏭 Zoë", "👩🏽‍🏭 Zoë"),
    (ZERO_WIDTH, ZERO_WIDTH),
    ("ﷺ" * 100, "ﷺ" * 100),
    ("Z" + "\u0335" * 99, "Z" + "\u0335" * 99),
    ("W" * 100, "W" * 100),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("{{ 7*7 }}{% csrf_token %}", "{{ 7*7 }}{% csrf_token %}"),
    ("Robert'); DROP TABLE events_registration;--", "Robert'); DROP TABLE events_registration;--"),
    ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ("a\u2028b", "a\u2028b"),
]


@pytest.mark.parametrize(("name", "stored"), NAMES)
def test_a_name_is_shown_everywhere_and_breaks_nothing(fair: Fair, api: Api, name: str, stored: str) -> None:
    made = body_of(api.post(f"fairs/{fair.slug}/registrations/", body(given_name=name, family_name=name)), 201)
    assert (made["given_name"], made["family_name"]) == (stored, stored)
    pdf = bytes_of(api.get(f"registrations/{made['id']}/badge.pdf"))
    assert pdf.startswith(b"%PDF")
    assert api.get(f"registrations/{made['id']}/ticket.svg").status_code == 200
    pages = browser_of(make_member(fair.organisation))
    page = pages.get(f"/organiser/{fair.slug}/registrations/").content
    assert made["code"].encode() in page.replace(b"-", b"")
    assert b"<script>alert" not in page
    assert b"7*7" in page or "7*7" not in name
    listed = body_of(api.get(f"fairs/{fair.slug}/registrations/"), 200)
    assert [row["given_name"] for row in listed["results"]] == [stored]


@pytest.mark.parametrize(("name", "stored"), NAMES)
def test_a_fair_and_an_employer_may_be_called_so_too(fair: Fair, name: str, stored: str) -> None:
    organiser = browser_of(make_member(fair.organisation))
    times = {"starts_at": "2027-03-02T09:00", "ends_at": "2027-03-02T17:00"}
    made = organiser.post("/organiser/", {"name": name, "kind": "forum", "venue_name": name} | times)["Location"]
    assert organiser.post(f"{made}exhibitors/add/", {"name": name, "sector": name}).status_code == 302
    for page in ("/organiser/", made, f"{made}exhibitors/", f"{made}exhibitors/add/", f"{made}settings/"):
        content = organiser.get(page).content.decode()
        assert escape(stored) in content or "add/" in page
        assert "<script>alert" not in content


@pytest.mark.parametrize("name", ["\u200b", "\u202e", "a\x07b", "a\x00b", "\ufffe", "x" * 101, "\x1b[31m"])
def test_a_name_that_is_none(fair: Fair, api: Api, name: str) -> None:
    """Over REST and on the page alike."""
    assert api.post(f"fairs/{fair.slug}/registrations/", body(given_name=name)).status_code == 400
    assert register_page(fair, given_name=name).status_code == 422
    assert Registration.objects.count() == 0


# --- searches, numbers, ids ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["%", "_", "' OR 1=1 --", "\\", "%' OR '1'='1", "*", "[a-z]", '"', "$(id)", "a " * 2000]
)
def test_a_search_is_only_text(fair: Fair, api: Api, text: str) -> None:
    make_venue(fair.organisation)
    assert body_of(api.get("venues/", {"search": text}), 200)["count"] == 0 or text.startswith("a ")
    organiser = browser_of(make_member(fair.organisation))
    assert organiser.get(f"/organiser/{fair.slug}/registrations/", {"q": text}).status_code == 200
    assert browser_of().get("/", {"place": text}).status_code == 200
    assert browser_of().get(f"/fairs/{fair.slug}/employers/", {"search": text, "sector": text}).status_code == 200


@pytest.mark.parametrize("number", ["0", "-1", "9" * 30, "9" * 5000, "1.5", "x", "٣", "1e3", ""])
def test_page_numbers(fair: Fair, api: Api, number: str) -> None:
    make_venue(fair.organisation)
    assert api.get("venues/", {"page": number}).status_code in (200, 404)
    assert len(body_of(api.get("venues/", {"page_size": number}), 200)["results"]) == 1
    organiser = browser_of(make_member(fair.organisation))
    for page in ("/", f"/fairs/{fair.slug}/employers/", f"/organiser/{fair.slug}/registrations/"):
        assert organiser.get(page, {"page": number}).status_code == 200


def test_ids_in_other_spellings(fair: Fair, api: Api) -> None:
    """A fair's id is an id however it is written; what is none is a 404, as everything that is not there."""
    assert body_of(api.get(f"fairs/{str(fair.pk).upper()}/"), 200)["slug"] == fair.slug
    registration = make_registration(fair)
    for key in (
        str(registration.pk).upper(),
        registration.pk.hex,
        f"{{{registration.pk}}}",
        "x",
        "%ff",
        "..%2f",
        "a" * 5000,
    ):
        refused(api.get(f"registrations/{key}/"), 404, "not_found")
    for key in (fair.slug.upper(), "a" * 5000, "%ff%fe", "..", "'"):
        refused(api.get(f"fairs/{key}/"), 404, "not_found")
        assert browser_of().get(f"/fairs/{key}/").status_code == 404


# --- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+1+1", "-1+1", "\uff1d1+1", "=cmd|' /C calc'!A0"])
def test_a_spreadsheet_runs_nothing_of_an_export(fair: Fair, api: Api, text: str) -> None:
    make_registration(fair, given_name=text)
    lines = bytes_of(api.get(f"fairs/{fair.slug}/registrations/?format=csv")).decode("utf-8-sig")
    assert not re.search(r"(?m)(^|[,;])\"?[=@+\-\uff1d]", lines.replace("+33", ""))
    book = openpyxl.load_workbook(BytesIO(bytes_of(api.get(f"fairs/{fair.slug}/registrations/?format=xlsx"))))
    assert {cell.data_type for row in book.worksheets[0].iter_rows() for cell in row} <= {"s", "n", "inlineStr"}


def send_file(api: Api, fair: Fair, content: bytes, name: str = "a.csv", **values: Any) -> Any:
    values = {"kind": "employers", "file": SimpleUploadedFile(name, content)} | values
    return api.post(f"fairs/{fair.slug}/imports/", values, content_type=MULTIPART_CONTENT)


def test_file_names_are_never_headers(fair: Fair, api: Api) -> None:
    for name in ('a"; filename="b.exe', "a\r\nX-Bad: 1.csv", "../../etc/passwd", "<b>.csv", "\u202ecsv.exe"):
        answer = send_file(api, fair, b"nothing\n1\n", name=name)
        refused(answer, 400, "import_refused")
        assert "X-Bad" not in answer.headers
    registration = make_registration(fair, given_name='a";b')
    pdf = api.get(f"registrations/{registration.pk}/badge.pdf")
    assert re.fullmatch(r'attachment; filename="badge-[A-Z0-9]+\.pdf"', pdf["Content-Disposition"])


def test_a_workbook_that_unpacks_to_gigabytes(fair: Fair, api: Api) -> None:
    bomb = BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 300 * 1024**2)
    refused(send_file(api, fair, bomb.getvalue(), name="bomb.xlsx"), 400, "import_refused")


def test_files_and_forms_that_are_too_large(fair: Fair, api: Api) -> None:
    refused(send_file(api, fair, b"x" * (20 * 1024**2 + 1)), 413, "too_large")
    refused(send_file(api, fair, b"name\n", kind="x" * 1_200_000), 413, "too_large")
    organiser = browser_of(make_member(fair.organisation))
    for client, page in ((browser_of(), "/sign-in/"), (organiser, f"/organiser/{fair.slug}/badges/")):
        answer = client.post(page, "a=" + "x" * 1_200_000, content_type="application/x-www-form-urlencoded")
        assert answer.status_code == 413


def test_forms_of_a_thousand_fields_and_files(fair: Fair, api: Api) -> None:
    fields = encode_multipart(BOUNDARY, {f"field{number}": "1" for number in range(1100)})
    files = encode_multipart(BOUNDARY, {f"file{number}": SimpleUploadedFile("x", b"") for number in range(120)})
    for content in (fields, files, b"no multipart"):
        answer = api.generic("POST", f"fairs/{fair.slug}/imports/", content, content_type=MULTIPART_CONTENT)
        assert answer.status_code == 400
        page = browser_of().generic("POST", "/sign-in/", content, content_type=MULTIPART_CONTENT)
        assert page.status_code in (200, 400, 422)


def test_the_wrong_kind_of_body(fair: Fair, api: Api) -> None:
    refused(api.post("venues/", {"name": "x"}, content_type=MULTIPART_CONTENT), 415, "unsupported_media_type")
    refused(api.post(f"fairs/{fair.slug}/imports/", {}), 415, "unsupported_media_type")
    swapped = {"kind": SimpleUploadedFile("x", b"1"), "file": "text"}
    refused(api.post(f"fairs/{fair.slug}/imports/", swapped, content_type=MULTIPART_CONTENT), 400, "invalid")


@pytest.mark.parametrize("accept", ["application/pdf", "text/csv", "image/svg+xml", "text/html", "nonsense", "a/b;c=1"])
def test_what_is_asked_for_by_its_own_type(fair: Fair, api: Api, accept: str) -> None:
    """An address has one format, and who asks for another gets that one too."""
    registration = make_registration(fair)
    for path in (
        f"registrations/{registration.pk}/badge.pdf",
        f"registrations/{registration.pk}/ticket.svg",
        f"registrations/{registration.pk}/ticket.ics",
        "venues/",
    ):
        assert api.get(path, headers={"Accept": accept}).status_code == 200


def test_the_document_is_json_for_who_wants_json() -> None:
    for headers in ({}, {"Accept": "*/*"}, {"Accept": "text/html,*/*;q=0.8"}):
        assert client_of(**headers).get("schema/?format=json").json()["openapi"].startswith("3.")


# --- where one is sent -----------------------------------------------------------------------------------------------

ELSEWHERE = ["abc", "a b", "organiser-home", "//evil.example", "\\evil.example", "/\\evil.example", "/\t/evil.example"]
ELSEWHERE += ["https://evil.example/", "https:evil.example", "javascript:alert(1)", "http://localhost@evil.example/"]


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nobody_is_led_away(target: str) -> None:
    user = make_user()
    assert browser_of(user).get("/sign-in/", {"next": target}).url == "/me/"
    link = create_sign_in_link(user)
    assert browser_of().post(link, {"next": target}).url == "/me/"
    switched = browser_of().post("/i18n/setlang/", {"next": target, "language": "fr"}).url
    assert urlsplit(switched)[:2] == ("", "")


def test_a_line_break_in_next_makes_no_header() -> None:
    answer = browser_of(make_user()).get("/sign-in/", {"next": "/me/\r\nSet-Cookie: a=b"})
    assert answer["Location"] == "/me/%0D%0ASet-Cookie:%20a=b"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "localhost:80@evil.example", "a b", ""])
def test_another_host_s_name(fair: Fair, host: str) -> None:
    client = Client(raise_request_exception=False)
    for path in ("/", "/sign-in/", f"/fairs/{fair.slug}/", "/api/v1/fairs/"):
        answer = client.get(path, headers={"Host": host}) if host else client.get(path, SERVER_NAME="evil.example")
        assert answer.status_code == 400
        assert b"evil" not in bytes_of(answer)
        is_api = path.startswith("/api/")
        assert answer["Content-Type"].startswith("application/problem+json" if is_api else "text/html")


def test_mail_and_links_name_the_site_whatever_a_request_says(fair: Fair) -> None:
    client = browser_of()
    forged = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Original-URL": "/admin/"}
    client.post("/sign-in/", {"address": make_user().email}, headers=forged)
    assert mailed(r"https?://[^/\s]+") == "http://localhost"
    page = body_of(client_of().get("fairs/?page_size=1", headers=forged), 200)
    assert "evil" not in str(page)


def test_forwarding_headers_of_a_stranger_are_not_believed(fair: Fair) -> None:
    """Twenty registrations an hour from one address, whatever address each claims to come from."""
    Organisation.objects.update(registrations_per_hour=2)
    answers = [
        client_of(**{"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}"}).post(
            f"fairs/{fair.slug}/registrations/", body()
        )
        for number in range(3)
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    page = browser_of().get("/sign-in/", headers={"X-Forwarded-Proto": "https"})
    assert not page.wsgi_request.is_secure()


# --- who one is ------------------------------------------------------------------------------------------------------


def test_signing_in_changes_the_session_s_key() -> None:
    """A key that somebody put into the browser beforehand is worth nothing afterwards."""
    user = make_user()
    for way in ("code", "link"):
        client = browser_of()
        client.post("/sign-in/", {"address": user.email})
        known = client.session.session_key
        if way == "code":
            client.post("/sign-in/code/", {"code": mailed(r"\b\d{6}\b")})
        else:
            client.post(mailed(r"/sign-in/link/\S+/"))
        assert client.session["_auth_user_id"] == str(user.pk)
        assert client.session.session_key != known
        thief = browser_of()
        thief.cookies["sessionid"] = known or ""
        assert thief.get("/me/").status_code == 302


def test_another_person_in_the_same_browser_finds_nothing_of_the_first() -> None:
    client = browser_of()
    client.post(create_sign_in_link(make_user()))
    session = client.session
    session["left"] = "behind"
    session.save()
    client.post(create_sign_in_link(make_user()))
    assert "left" not in client.session


@pytest.mark.parametrize("route", [route for route in PAGES if route.startswith("POST")])
def test_every_form_needs_its_csrf_token(route: str) -> None:
    names = dict.fromkeys(("fair", "employer", "link"), "x") | dict.fromkeys(
        ("booking", "colleague", "entry", "job", "offer", "recruiter", "registration", "slot", "stand", "token"),
        UUID(int=0),
    )
    client = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
    client.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(route.split()[1].format(**names)).status_code == 403
    assert client.session["_auth_user_id"]


def test_a_form_of_another_site_is_refused_even_with_a_token() -> None:
    client = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
    client.get("/sign-in/")
    values = {"address": "a@example.org", "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
    assert client.post("/sign-in/", values, headers={"Origin": "https://evil.example"}).status_code == 403
    assert client.post("/sign-in/", values, headers={"Origin": "http://localhost"}).status_code == 302


def test_a_program_that_opens_every_link_spends_none() -> None:
    link = create_sign_in_link(make_user())
    for method in ("get", "head", "get"):
        assert getattr(browser_of(), method)(link).status_code == 200
    assert browser_of().options(link).status_code == 405
    assert browser_of().post(link).status_code == 302
    assert browser_of().post(link).status_code == 400


def test_a_token_stands_in_its_header_and_nowhere_else(fair: Fair) -> None:
    token = make_token(make_member(fair.organisation))
    for name in ("token", "access_token", "api_key", "authorization", "Authorization"):
        refused(client_of().get("venues/", {name: token}), 401, "not_authenticated")
    refused(Api(headers={"X-Api-Key": token}, HTTP_HOST="localhost").get("venues/"), 401, "not_authenticated")
    basic = Api(headers={"Authorization": f"Basic {token}"}, HTTP_HOST="localhost")
    refused(basic.get("venues/"), 401, "not_authenticated")
    browser = browser_of()
    browser.cookies["token"] = token
    assert browser.get("/api/v1/venues/").status_code == 401
    assert browser.get("/organiser/", headers={"Authorization": f"Bearer {token}"}).status_code == 302


def test_head_and_options_open_no_more_than_get(fair: Fair) -> None:
    candidate = client_of(make_token(make_user(), [Scope.CANDIDATE]))
    assert candidate.head("/api/v1/venues/").status_code == 403
    assert candidate.head(f"/api/v1/fairs/{fair.slug}/registrations/").status_code == 403
    assert client_of().head("/api/v1/venues/").status_code == 401
    assert client_of().head(f"/api/v1/fairs/{fair.slug}/").status_code == 200
    assert client_of().options("/api/v1/venues/").status_code == 401
    for method in ("TRACE", "PROPFIND", "CONNECT"):
        assert client_of().generic(method, "venues/").status_code in (401, 405)


# --- what one can learn ----------------------------------------------------------------------------------------------


def told(answer: HttpResponse) -> tuple[int, str, str]:
    """What somebody sees of an answer; tokens, ids, codes and times differ each time."""
    text = re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", answer.content.decode())
    text = re.sub(r'"(id|code|created_at)":"[^"]+"', r'"\1":""', text)
    return answer.status_code, answer.headers.get("Location", ""), re.sub(r"(known|unknown)@", "who@", text)


def test_nobody_learns_who_is_known(fair: Fair) -> None:
    """By the bytes of an answer, nor by how much work it was: who is new costs the few inserts that make them."""
    make_registration(fair, given_name="Zoé", email="known@example.org")
    asked = {
        "sign in": lambda who: browser_of().post("/sign-in/", {"address": f"{who}@example.org"}),
        "register": lambda who: register_page(fair, contact=f"{who}@example.org"),
        "over REST": lambda who: client_of().post(
            f"fairs/{fair.slug}/registrations/", body(email=f"{who}@example.org")
        ),
    }
    for ask in asked.values():
        answers, statements = [], []
        for who in ("known", "unknown"):
            with CaptureQueriesContext(connection) as queries:
                answers.append(told(ask(who)))
            statements.append(len(queries))
        assert answers[0] == answers[1]
        assert abs(statements[0] - statements[1]) <= 9, statements


def test_a_decoy_answers_as_a_registration_does(fair: Fair) -> None:
    make_registration(fair, given_name="Zoé", email="known@example.org")
    ids = [
        body_of(client_of().post(f"fairs/{fair.slug}/registrations/", body(email=f"{who}@example.org")), 201)["id"]
        for who in ("known", "unknown")
    ]
    for id in ids:
        for _try in range(7):
            refused(client_of().post(f"registrations/{id}/confirm/", {"code": "000000"}), 400, "code_wrong")
        refused(client_of().get(f"registrations/{id}/"), 401, "not_authenticated")
        refused(client_of(make_token(make_user(), [Scope.CANDIDATE])).get(f"registrations/{id}/"), 404, "not_found")


def test_limits_say_when_to_come_back(fair: Fair) -> None:
    address = make_user().email
    answers = [browser_of().post("/sign-in/", {"address": address}) for _try in range(6)]
    assert [answer.status_code for answer in answers] == [302] * 5 + [429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 3600
    Organisation.objects.update(registrations_per_hour=1)
    assert register_page(fair).status_code == 302
    page, answer = register_page(fair), client_of().post(f"fairs/{fair.slug}/registrations/", body())
    for refusal in (page, answer):
        assert refusal.status_code == 429
        assert 0 < int(refusal["Retry-After"]) <= 3600
    refused(answer, 429, "rate_limited")


def test_another_caller_s_idempotency_key(fair: Fair) -> None:
    """The same key of two people is two requests; neither reads the other's answer."""
    key = {"Idempotency-Key": "1"}
    first, second = (organiser_client(fair.organisation) for _each in range(2))
    one = body_of(first.post("venues/", {"name": "A"}, headers=key), 201)
    two = body_of(second.post("venues/", {"name": "A"}, headers=key), 201)
    assert one["id"] != two["id"]
    refused(client_of().post("venues/", {"name": "A"}, headers=key), 401, "not_authenticated")
    refused(client_of("nonsense").post("venues/", {"name": "A"}, headers=key), 401, "not_authenticated")
    assert body_of(first.post("venues/", {"name": "A"}, headers=key), 201) == one
    refused(first.post("venues/", {"name": "A"}, headers={"Idempotency-Key": "x" * 201}), 400, "invalid")
    assert body_of(first.post("venues/", {"name": "A"}, headers={"Idempotency-Key": "é\x01'"}), 201)


def test_reasons_typed_on_a_page_are_text(fair: Fair) -> None:
    """What a form of ours never sends: a NUL, which no PostgreSQL keeps, and other control characters."""
    registration = make_registration(fair)
    booked = candidate_client(registration).post(
        f"slots/{make_slot(fair).pk}/bookings/", {"registration": str(registration.pk)}
    )
    place = Place.objects.get(pk=body_of(booked, 201)["id"])
    page = f"/me/fairs/{fair.slug}/interviews/{place.pk}/"
    for reason in ("a\x00b", "a\x07b", "x" * 501):
        assert browser_of(registration.user).post(page, {"reason": reason}).status_code == 400
    assert browser_of(registration.user).post(page, {"reason": "malade"}).status_code == 302
    place.refresh_from_db()
    assert place.cancel_reason == "malade"


# --- time and haste --------------------------------------------------------------------------------------------------

PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("opens", "before", "after"),
    [
        # 25 October 2026: half past two comes twice. 29 March 2026: it does not come at all.
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:29:59+02:00", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25T02:30:00+01:00", "2026-10-25T02:59:59+02:00", "2026-10-25T02:30:00+01:00"),
        ("2026-03-29T03:00:00+02:00", "2026-03-29T01:59:59+01:00", "2026-03-29T03:00:00+02:00"),
        ("2026-03-29T02:30:00+01:00", "2026-03-29T03:29:59+02:00", "2026-03-29T03:30:00+02:00"),
    ],
)
def test_booking_opens_at_its_instant_on_the_days_the_clock_changes(opens: str, before: str, after: str) -> None:
    opens_at = datetime.fromisoformat(opens)
    begins = opens_at + timedelta(days=2)
    fair = make_fair(starts_at=begins, ends_at=begins + timedelta(hours=8), booking_opens_at=opens_at)
    fair_at = {"published_at": opens_at - timedelta(days=30)}
    Fair.objects.update(**fair_at)
    slot = make_slot(fair, starts_at=begins + timedelta(hours=1))
    registration = make_registration(fair)
    body = {"registration": str(registration.pk)}
    with time_machine.travel(datetime.fromisoformat(before), tick=False):
        candidate = candidate_client(registration)
        refused(candidate.post(f"slots/{slot.pk}/bookings/", body), 409, "booking_not_open")
    with time_machine.travel(datetime.fromisoformat(after), tick=False):
        booked = body_of(candidate.post(f"slots/{slot.pk}/bookings/", body), 201)
        assert datetime.fromisoformat(booked["starts_at"]) == slot.starts_at
        assert datetime.fromisoformat(booked["starts_at"]).utcoffset() == slot.starts_at.astimezone(PARIS).utcoffset()


@pytest.mark.django_db(transaction=True)
def test_two_browsers_and_the_last_place() -> None:
    fair = make_fair(capacity=1)
    people = [make_user(), make_user()]
    browsers = [browser_of(person) for person in people]
    tries = [lambda b=b, p=p: register_page(fair, b, contact=p.email) for b, p in zip(browsers, people, strict=True)]
    assert [answer.status_code for answer in at_once(*tries)] == [302, 302]
    statuses = sorted(Registration.objects.values_list("status", flat=True))
    assert statuses == ["confirmed", "waitlisted"]
