"""What the log says, and what it never does."""

import io
import json
import logging
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client, RequestFactory

from backend.core.logs import REQUEST_ID, JsonFormatter, LineFormatter, log_access, logging_settings
from backend.mail.models import OutboxMessage
from tests.factories.checkin import make_guest, staff_client, staff_token
from tests.factories.client import client_of
from tests.factories.fairs import make_fair
from tests.factories.registrations import body


class Log:
    """Everything that is logged while the test runs."""

    def __init__(self) -> None:
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(JsonFormatter())

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def log() -> Iterator[Log]:
    log = Log()
    root, ours = logging.getLogger(), logging.getLogger("backend")
    before = root.level, ours.level
    root.addHandler(log.handler)
    root.setLevel(logging.INFO)
    ours.setLevel(logging.DEBUG)
    REQUEST_ID.set("")
    yield log
    root.removeHandler(log.handler)
    root.setLevel(before[0])
    ours.setLevel(before[1])


def mailed() -> str:
    """The text of the newest message."""
    return OutboxMessage.objects.latest("created_at").body


def code() -> str:
    """The code in it."""
    found = re.search(r"\b\d{6}\b", mailed())
    assert found
    return found[0]


@pytest.mark.django_db
def test_a_sign_in_a_registration_and_a_refused_scan_leave_no_trace_of_the_person(log: Log) -> None:
    fair = make_fair(slug="forum")
    person = {"given_name": "Noémie", "family_name": "Quémeneur", "email": "noemie.quemeneur@example.org"}
    browser = Client(REMOTE_ADDR="203.0.113.77")
    registered = browser.post("/api/v1/fairs/forum/registrations/", body(**person), content_type="application/json")
    answer = registered.json()
    secrets = [code()]
    confirm = f"/api/v1/registrations/{answer['id']}/confirm/"
    assert browser.post(confirm, {"code": "000000"}, content_type="application/json").status_code == 400
    assert browser.post(confirm, {"code": code()}, content_type="application/json").status_code == 200
    browser = Client(REMOTE_ADDR="203.0.113.77")
    browser.post("/sign-in/?next=/me/%3Fmail=noemie.quemeneur@example.org", {"address": person["email"]})
    secrets.append(code())
    signed_in = browser.post("/sign-in/code/", {"code": code()}, follow=True)
    assert signed_in.context["user"].email == person["email"]
    registration, text = make_guest(make_fair(), given_name="Zacharie", family_name="Le Goff")
    staff = staff_token(fair)
    refused = client_of(staff).post(
        "fairs/forum/checkin/redeem/", {"secret": text, "type": "entry", "nonce": str(fair.id)}
    )
    assert refused.json()["status"] == "error"
    secrets += [answer["code"], registration.code, text, staff]
    told = [*person.values(), "Zacharie", "Le Goff", "203.0.113.77", "noemie", "next=", str(answer["id"]), *secrets]
    assert len(log.lines) >= 7
    assert [secret for secret in told if secret.casefold() in log.text.casefold()] == []
    assert all(line["request_id"] for line in log.lines)


@pytest.mark.django_db
def test_each_request_has_one_line_with_its_route_and_no_path(log: Log) -> None:
    fair = make_fair()
    answer = client_of().get(f"fairs/{fair.slug}/?mail=a@example.org", headers={"X-Request-ID": "seen-by-the-proxy"})
    assert answer.status_code == 200
    staff = staff_client(fair).get(f"fairs/{fair.slug}/checkin/status/")
    assert staff.status_code == 200
    first, second = log.lines
    assert first.pop("at").endswith("+00:00")
    assert isinstance(first.pop("ms"), int)
    assert first.pop("message").startswith("GET api/v1/fairs/<str:fair>/ 200 ")
    assert first == {
        "level": "info",
        "logger": "backend.access",
        "request_id": "seen-by-the-proxy",
        "method": "GET",
        "route": "api/v1/fairs/<str:fair>/",
        "status": 200,
        "actor": first["actor"],
    }
    assert (second["actor"], second["route"]) == ("token", "api/v1/fairs/<str:fair>/checkin/status/")


@pytest.mark.django_db
def test_an_address_that_is_not_there_is_not_written_down(log: Log) -> None:
    assert client_of().get("/sign-in/link/secret-of-a-mail/nothing/").status_code in (302, 404)
    assert "secret-of-a-mail" not in log.text
    assert [line["route"] for line in log.lines] == ["-"]


def test_a_mistake_of_the_program_is_found_by_kind_and_place_without_its_words(log: Log) -> None:
    def fail() -> None:
        try:
            raise IntegrityError("Key (email)=(noemie@example.org) already exists.")
        except IntegrityError as error:
            raise ValueError("noemie") from error

    REQUEST_ID.set("the-request")
    try:
        fail()
    except ValueError:
        logging.getLogger("backend.x").exception("something broke")
    [line] = log.lines
    assert "noemie" not in log.text
    assert (line["level"], line["message"], line["request_id"]) == ("error", "something broke", "the-request")
    assert [error["kind"] for error in line["error"]] == ["django.db.utils.IntegrityError", "builtins.ValueError"]
    assert line["error"][1]["where"][-1].endswith(" fail")


def test_djangos_own_line_about_a_failure_names_the_route(log: Log) -> None:
    request = RequestFactory().get("/me/?code=123456")
    logging.getLogger("django.request").error(
        "%s: %s", "Internal Server Error", request.path, extra={"request": request, "status_code": 500}
    )
    assert log.lines[0]["message"] == "GET - 500"


def test_developers_read_lines() -> None:
    REQUEST_ID.set("0123456789abcdef")
    record = logging.LogRecord("backend.x", logging.WARNING, "", 0, "it %s", ("rains",), None)
    line = LineFormatter("{levelname} {request_id} {name} {message}", style="{").format(record)
    assert line == "WARNING abcdef backend.x it rains"


@pytest.mark.parametrize(
    ("level", "root", "readable", "formatter"),
    [("INFO", "WARNING", False, JsonFormatter), ("ERROR", "ERROR", True, LineFormatter)],
)
def test_libraries_speak_up_only_when_something_is_wrong(
    level: str, root: str, readable: bool, formatter: type[logging.Formatter]
) -> None:
    settings = logging_settings(level, readable=readable)
    assert settings["root"]["level"] == root
    assert settings["loggers"]["backend"] == {"level": level}
    assert settings["formatters"]["line"]["()"] is formatter
    assert settings["loggers"]["django.request"] == {"level": "ERROR"}


def test_lines_of_access_cost_nothing_where_nobody_reads_them(log: Log) -> None:
    logging.getLogger("backend").setLevel(logging.WARNING)
    log_access(method="GET", route="-", status=200)
    assert log.lines == []
