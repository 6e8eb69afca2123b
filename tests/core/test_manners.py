"""The manners of the REST interface: problem documents, bodies, doors, lists, exports."""

import json
from datetime import timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import time_machine
from django.contrib.auth import get_user
from django.test import Client

from backend.accounts.enums import Scope
from backend.accounts.models import ApiToken, Organisation
from backend.core.clock import now
from backend.core.errors import REGISTRY
from backend.core.middleware import RequestMiddleware
from events.fairs import services
from tests.factories.accounts import make_member, make_organisation, make_token, make_user, organiser_client
from tests.factories.client import Api, body_of, client_of, refused
from tests.factories.fairs import make_venue

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    """An organiser."""
    return make_organisation()


@pytest.fixture
def api(organisation: Organisation) -> Api:
    """Its REST client."""
    return organiser_client(organisation)


def raw(api: Api, body: bytes) -> Any:
    """POST these very bytes as JSON."""
    return api.generic("POST", "venues/", body, content_type="application/json")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "malformed"),
        (b"", "invalid"),
        (b'{"name": "\xff"}', "malformed"),
        (b'{"name": "a\\u0000b"}', "malformed"),
        (b'{"name": "\\ud800"}', "malformed"),
        (b'{"\\u0000": 1}', "malformed"),
        (b'{"latitude": NaN}', "malformed"),
        (b'{"latitude": 1e999}', "invalid"),
        (b'{"name": ' + b"[" * 21 + b"]" * 21 + b"}", "malformed"),
        (b"[" * 100_000, "malformed"),
        (b'{"latitude": ' + b"9" * 5000 + b"}", "malformed"),
        (b"[]", "invalid"),
        (b'"text"', "invalid"),
        (b"null", "invalid"),
        (b'{"name": ["x"]}', "invalid"),
        (b'{"name": {"a": 1}}', "invalid"),
        (b'{"name": true}', "invalid"),
        (b"{}", "invalid"),
    ],
)
def test_bodies_that_cannot_be_read(api: Api, body: bytes, code: str) -> None:
    problem = refused(raw(api, body), 400, code)
    assert problem["detail"]


def test_nesting_of_twenty_is_read_and_unknown_fields_are_ignored(api: Api) -> None:
    deep = b'{"name": "Halle", "more": ' + b"[" * 19 + b"]" * 19 + b"}"
    assert body_of(raw(api, deep), 201)["name"] == "Halle"


def test_a_body_over_one_megabyte(api: Api) -> None:
    body = json.dumps({"name": "Halle", "more": "x" * 1024 * 1024}).encode()
    refused(raw(api, body), 413, "too_large")


def test_other_content_types(api: Api) -> None:
    answer = api.generic("POST", "venues/", b"name=x", content_type="application/x-www-form-urlencoded")
    refused(answer, 415, "unsupported_media_type")


def test_text_is_kept_in_nfc(api: Api) -> None:
    assert body_of(api.post("venues/", {"name": "  Cafe\u0301 مرسيليا "}), 201)["name"] == "Café مرسيليا"


def test_unknown_addresses_and_methods(api: Api) -> None:
    for client in (api, client_of()):
        refused(client.get("nothing/here/"), 404, "not_found")
    refused(api.delete("/api/v1/venues/"), 405, "method_not_allowed")


@pytest.mark.parametrize("query", ["search=%00", "ordering=%00"])
def test_queries_no_database_could_store(api: Api, query: str) -> None:
    answer = api.get("venues/", QUERY_STRING=query)
    assert answer.status_code == 400


@pytest.mark.parametrize("address", ["/", "/api/v1/fairs/", "/healthz", "/sign-in/"])
def test_cookies_no_database_could_store_count_as_absent(address: str) -> None:
    sent = "; ".join(f'{name}="\\000abcdefgh\\012"' for name in ("sessionid", "csrftoken", "messages", "theme"))
    answer, without = (Client(headers=headers).get(address) for headers in ({"Cookie": sent}, {}))
    assert (answer.status_code, answer.wsgi_request.COOKIES) == (without.status_code, {})


def test_the_reader_s_language() -> None:
    french = refused(client_of(**{"Accept-Language": "fr"}).get("venues/"), 401, "not_authenticated")
    english = refused(client_of(**{"Accept-Language": "en"}).get("venues/"), 401, "not_authenticated")
    assert english["detail"] == "Sign in, or send a valid token."
    assert french["detail"] != english["detail"]
    assert french["code"] == english["code"]


def test_doors(organisation: Organisation) -> None:
    answer = client_of().get("venues/")
    refused(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"
    for header in ("Bearer", "Bearer nonsense", "Bearer a b", "Bearer é"):
        wrong = Api(headers={"Authorization": header}, HTTP_HOST="localhost")
        refused(wrong.get("venues/"), 401, "not_authenticated")
    user = make_member(organisation)
    refused(client_of(make_token(user, [Scope.CANDIDATE])).get("venues/"), 403, "forbidden")
    refused(client_of(make_token(make_user(), [Scope.ORGANISER])).get("venues/"), 403, "forbidden")
    assert client_of(make_token(user, [Scope.READ])).get("venues/").status_code == 200
    refused(client_of(make_token(user, [Scope.READ])).post("venues/", {"name": "x"}), 403, "forbidden")


def test_expired_and_revoked_tokens(organisation: Organisation) -> None:
    user = make_member(organisation)
    api = client_of(make_token(user))
    assert api.get("venues/").status_code == 200
    with time_machine.travel(now() + timedelta(days=366), tick=False):
        refused(api.get("venues/"), 401, "not_authenticated")
    ApiToken.objects.update(revoked_at=now())
    refused(api.get("venues/"), 401, "not_authenticated")
    ApiToken.objects.update(revoked_at=None)
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    refused(api.get("venues/"), 401, "not_authenticated")


def test_last_use_is_written_once_a_minute(organisation: Organisation) -> None:
    api = organiser_client(organisation)
    with time_machine.travel(now(), tick=False) as clock:
        api.get("venues/")
        first = ApiToken.objects.get().last_used_at
        clock.shift(timedelta(seconds=50))
        api.get("venues/")
        assert ApiToken.objects.get().last_used_at == first
        clock.shift(timedelta(seconds=20))
        api.get("venues/")
        assert ApiToken.objects.get().last_used_at != first


def test_a_browser_needs_csrf_to_write(organisation: Organisation) -> None:
    browser = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
    browser.force_login(make_member(organisation), backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get("/api/v1/venues/").status_code == 200
    answer = browser.post("/api/v1/venues/", {"name": "x"}, content_type="application/json")
    refused(answer, 403, "csrf_failed")
    assert get_user(browser).is_authenticated  # type: ignore[arg-type]


def test_pages_search_order(api: Api, organisation: Organisation) -> None:
    for name in ("Écluse", "abbaye", "Zénith", "Dôme"):
        make_venue(organisation, name=name)
    make_venue(name="Foreign")

    def names(query: str) -> list[str]:
        return [row["name"] for row in body_of(api.get(f"venues/?{query}"), 200)["results"]]

    assert names("") == ["abbaye", "Dôme", "Écluse", "Zénith"]
    assert names("ordering=-name") == ["Zénith", "Écluse", "Dôme", "abbaye"]
    assert names("search=ECLUSE martigues") == ["Écluse"]
    assert names("search=nowhere") == []
    page = body_of(api.get("venues/?page_size=3&page=2"), 200)
    assert (page["count"], len(page["results"]), page["next"]) == (4, 1, None)
    assert page["previous"].startswith("http://localhost/api/v1/venues/")
    refused(api.get("venues/?page=9"), 404, "not_found")
    assert "ordering" in refused(api.get("venues/?ordering=secret"), 400, "invalid")["errors"]
    assert "format" in refused(api.get("venues/?format=pdf"), 400, "invalid")["errors"]


def test_exports_hold_all_rows_and_no_formulas(api: Api, organisation: Organisation) -> None:
    for number in range(60):
        make_venue(organisation, name=f"=1+{number:02d}")
    content = b"".join(api.get("venues/?format=csv&page_size=5").streaming_content)
    lines = content.decode("utf-8-sig").split("\r\n")
    assert content.startswith(b"\xef\xbb\xbf")
    assert lines[0] == "id,name,address,postcode,commune,latitude,longitude"
    assert len(lines) == 62
    assert ",'=1+00," in lines[1]
    sheet = openpyxl.load_workbook(BytesIO(b"".join(api.get("venues/?format=xlsx").streaming_content))).active
    assert sheet is not None
    assert sheet.max_row == 61


def test_tenants_see_nothing_of_each_other(api: Api) -> None:
    make_venue()
    assert body_of(api.get("venues/"), 200)["count"] == 0


def test_every_code_says_something_and_has_a_status() -> None:
    for code, kind in REGISTRY.items():
        assert code == kind.code
        assert 400 <= kind.status < 600
        assert str(kind.detail).endswith(".")


def test_a_mistake_of_the_program_says_nothing_of_itself(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: Any, **_kwargs: Any) -> None:
        raise RuntimeError("hunter2")

    monkeypatch.setattr(services, "create_venue", fail)
    api = organiser_client(organisation)
    api.raise_request_exception = False
    answer = api.post("venues/", {"name": "x"})
    refused(answer, 500, "server_error")
    assert b"hunter2" not in answer.content
    assert "hunter2" in caplog.text


def test_request_id(api: Api) -> None:
    assert api.get("venues/", headers={"X-Request-ID": "abc-12345"})["X-Request-ID"] == "abc-12345"
    assert api.get("venues/", headers={"X-Request-ID": "bad id\n"})["X-Request-ID"] != "bad id\n"


def test_forwarding_headers_are_believed_from_proxies_only(settings: Any, rf: Any) -> None:
    seen: list[Any] = []
    middleware = RequestMiddleware(lambda request: seen.append(request) or Client().get("/healthz"))  # type: ignore[arg-type]
    headers = {"HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.9", "HTTP_X_FORWARDED_PROTO": "https"}
    middleware(rf.get("/", REMOTE_ADDR="10.0.0.1", **headers))
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    middleware(rf.get("/", REMOTE_ADDR="10.0.0.1", **headers))
    middleware(rf.get("/", REMOTE_ADDR="198.51.100.7", **headers))
    assert [request.ip for request in seen] == ["10.0.0.1", "203.0.113.9", "198.51.100.7"]
    assert [request.is_secure() for request in seen] == [False, True, False]
