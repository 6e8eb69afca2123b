"""Who gets in where: every address x every role and scope x one's own, a neighbour's and another organisation's row."""

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import URLPattern, get_resolver
from drf_spectacular.generators import SchemaGenerator

from backend import api as rest
from backend.accounts.enums import Scope
from backend.core.clock import now
from backend.core.models import uuid7
from tests.factories.accounts import make_token
from tests.factories.browser import browser_of
from tests.factories.client import client_of
from tests.factories.worlds import Paths, Realm, kept_for_a_module, make_realm
from tests.routes import API, PAGES

pytestmark = pytest.mark.django_db

ELSEWHERE = {
    "/calendars/{secret}.ics": "tests/interviews/test_calendars.py: its secret is the whole permission",
    "/fairs/{fair}/register/guardian/{token}/": "tests/registrations: its key is the whole permission",
    "/metrics": "tests/test_metrics.py",
    "/readyz": "tests/core/test_health.py",
}
"""Addresses with tests of their own."""

SCOPES_OF_ROLE = {
    "candidate": "candidate",
    "employer": "candidate employer",
    "staff": "candidate checkin",
    "organiser": "candidate organiser checkin checkin.force sensitive read",
    "adviser": "candidate adviser",
    "auditor": "candidate read",
}
WIDE = {"organiser", "checkin", "read"}
"""Scopes that reach every row of their organisation; the others reach what belongs to their person."""
REACHES = {"candidate": "candidate", "employer": "employer", "adviser": "adviser"}

PERSON = {"given_name": "Inès", "family_name": "Roux", "email": "ines@example.org", "consents": {"privacy": True}}
SERIES = {"name": "Forum", "time_zone": "Europe/Paris", "starts_at": "2027-03-02T09:00:00+01:00"}
OFFER = {"title": "Soudeur", "rome_code": "H2913", "contract_type": "cdi", "positions": 1}
AT = "{at:%Y-%m-%dT%H}:00:00+00:00"
BODIES: dict[str, Callable[[Mapping[str, str]], Any]] = {
    "POST   fairs/": lambda _: (
        {"name": "Salon", "starts_at": "2027-03-02T09:00:00+01:00"}
        | {"ends_at": "2027-03-02T17:00:00+01:00", "capacity": 10}
    ),
    "POST   fairs/{fair}/exhibitors/": lambda own: {"employer": own["employer"]},
    "POST   fairs/{fair}/halls/": lambda _: {"name": "Hall Z"},
    "POST   fairs/{fair}/gates/": lambda _: {"name": "Gate Z"},
    "POST   fairs/{fair}/stands/": lambda _: {"label": "Z1"},
    "POST   fairs/{fair}/stands/bulk/": lambda _: {"prefix": "Z", "first": 1, "last": 2},
    "POST   fairs/{fair}/registrations/": lambda _: PERSON,
    "POST   fairs/{fair}/checkin/redeem/": lambda _: {
        "scans": [{"secret": "x", "type": "entry", "nonce": str(uuid7())}]
    },
    "POST   venues/": lambda _: {"name": "Halle"},
    "POST   series/": lambda _: SERIES | {"duration_minutes": 480, "rrule": "FREQ=YEARLY"},
    "POST   series/{series}/generate/": lambda _: {"until": "2026-03-10"},
    "POST   employers/": lambda _: {"name": "Chaudronnerie du Rhône"},
    "POST   employers/{employer}/members/": lambda _: {"email": "ines@example.org", "role": "recruiter"},
    "POST   members/": lambda _: {"email": "ines@example.org", "role": "staff"},
    "POST   offers/": lambda own: OFFER | {"employer": own["employer"]},
    "POST   stands/{stand}/assign/": lambda own: {"exhibitor": own["exhibitor"]},
    "POST   stands/{stand}/schedule/": lambda own: {
        "interviewers": 1,
        "from": AT.format(at=now()),
        "to": AT.format(at=now()).replace(":00:00", ":30:00"),
        "slot_minutes": 10,
    },
    "PUT    bookings/{booking}/outcome/": lambda _: {"outcome": "follow_up"},
    "POST   bookings/{booking}/switch/": lambda own: {"slot": own["slot"]},
    "POST   registrations/{registration}/confirm/": lambda _: {"code": "000000"},
    "POST   registrations/{registration}/reissue/": lambda _: {"reason": "lost"},
    "POST   /me/fairs/{fair}/book/{employer}/": lambda own: {"slot": own["slot"]},
    "POST   /adviser/{fair}/{registration}/book/{employer}/": lambda own: {"slot": own["slot"]},
    "POST   /me/fairs/{fair}/interviews/{booking}/move/": lambda own: {"slot": own["slot"]},
    "POST   /adviser/{fair}/{registration}/interviews/{booking}/move/": lambda own: {"slot": own["slot"]},
    "POST   /me/fairs/{fair}/waitlist/": lambda own: {"slot": own["slot"]},
    "POST   /adviser/{fair}/{registration}/waitlist/": lambda own: {"slot": own["slot"]},
    "POST   /me/fairs/{fair}/waitlist/{entry}/": lambda _: {"answer": "leave"},
    "POST   /adviser/{fair}/{registration}/waitlist/{entry}/": lambda _: {"answer": "leave"},
}
BODIES_OF_TARGET: dict[str, Callable[[Mapping[str, str]], Any]] = {
    "POST   slots/{slot}/bookings/": lambda target: {"registration": target["unbooked"]},
    "POST   slots/{slot}/waitlist/": lambda target: {"registration": target["unbooked"]},
    "POST   slots/{slot}/hold/": lambda target: {"registration": target["unbooked"]},
}
"""Routes whose body names the row that may be somebody else's; what the address names is open to all of them."""
DONE = {200, 201, 202, 204}
ALLOWED = DONE | {302, 400, 409, 415, 422}
"""Let in, whatever came of it."""


@dataclass(frozen=True)
class Caller:
    """Somebody who asks: their scopes, what their person can reach without a wide one, and whose rows are theirs."""

    name: str
    client: Any
    scopes: frozenset[str]
    reaches: str = ""
    rows: str = "own"

    @property
    def is_known(self) -> bool:
        """Signed in, or with a token."""
        return self.name != "anonymous"


@dataclass(frozen=True)
class World:
    """Two organisations, and the callers, all of the first."""

    home: Realm
    abroad: Realm
    browsers: list[Caller]
    tokens: list[Caller]

    def keys(self, caller: Caller, target: str, rule: str) -> Mapping[str, str]:
        """What stands in the address: one's own, another person's of the organisation, another organisation's."""
        if target == "foreign":
            # Another organisation's published fair is public: what may not be seen of it is the draft.
            fair = self.abroad.draft if rule == "public" else self.abroad.fair
            return self.abroad.own | {"fair": fair.slug, "link": "lnk_x"}
        mine: Paths = getattr(self.home, caller.rows)
        return (self.home.other if target == "other" else mine) | {"link": "lnk_x"}


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with kept_for_a_module(django_db_blocker):
        home, abroad = make_realm(), make_realm()
        browsers = [Caller("anonymous", browser_of(), frozenset())]
        tokens = [Caller("anonymous", client_of(), frozenset())]
        rows = {"adviser": "advised"}
        for role, scopes in SCOPES_OF_ROLE.items():
            known = frozenset([*scopes.split(), "browser", "any", "writing"])
            person = home.people[role]
            browsers.append(Caller(role, browser_of(person), known, REACHES.get(role, ""), rows.get(role, "own")))
        for scope in Scope.values:
            client = client_of(make_token(home.people["everyone"], [scope]))
            mine = {"candidate": "every", "adviser": "advised"}.get(scope, "own")
            known = frozenset([scope, "any"] + ["writing"] * (scope != Scope.READ))
            tokens.append(Caller(f"token {scope}", client, known, REACHES.get(scope, ""), mine))
        yield World(home, abroad, browsers, tokens)


@pytest.fixture(autouse=True)
def no_limits() -> None:
    cache.clear()


def expected(caller: Caller, rule: str, target: str, path: str) -> Any:
    """What the table says: `in`, or the status of the refusal."""
    if rule in ("public", "published", "secret"):
        return 404 if rule == "public" and target == "foreign" else "in"
    scopes = caller.scopes & set(rule.split())
    if not scopes:
        return 403 if caller.is_known else 401
    if "{" not in path:
        return "in"
    if target == "foreign":
        return 404
    if "{token}" in path:
        return "in" if caller.name == "organiser" and target == "own" else 404
    if scopes & WIDE:
        return "in"
    return "in" if target == "own" and caller.reaches in scopes else 404


def targets(path: str) -> list[str]:
    """Whose rows an address can name. Fairs and series belong to the organisation, not to a person of it."""
    names = {part[1:-1] for part in path.split("/") if part.startswith("{")}
    if not names - {"link"}:
        return ["own"]
    is_shared = names <= {"fair", "series", "job"} or (path.startswith("/me/") and not names & {"booking", "entry"})
    return ["own", "foreign"] if is_shared else ["own", "other", "foreign"]


def ask(caller: Caller, method: str, path: str, keys: Mapping[str, str], body: Any) -> tuple[Any, bytes]:
    """The answer, of which nothing stays. Bodies of pages are forms."""
    is_page = path.startswith("/")
    address = path.format(**keys) if is_page else f"/api/v1/{path.format(**keys)}"
    values: dict[str, Any] = {} if method == "GET" else {"data": body}
    if not is_page and method != "GET":
        values["content_type"] = "application/json"
    caller.client.raise_request_exception = False
    cookies = deepcopy(caller.client.cookies)
    with transaction.atomic():
        answer = getattr(caller.client, method.lower())(address, **values)
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        transaction.set_rollback(True)
    caller.client.cookies = cookies
    return answer, content


def outcome(answer: Any) -> Any:
    """`in`, or the status of the refusal; a page that asks for a sign-in is a 401 to who reads this."""
    if answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next="):
        return 401
    return "in" if answer.status_code in ALLOWED else answer.status_code


@pytest.mark.parametrize("route", API)
def test_who_gets_in_over_rest(world: World, route: str) -> None:
    walk(world, route, API[route], [*world.tokens, *world.browsers[1:]])


@pytest.mark.parametrize("route", PAGES)
def test_who_gets_in_at_the_pages(world: World, route: str) -> None:
    walk(world, route, PAGES[route], world.browsers)


def walk(world: World, route: str, rule: str, callers: list[Caller]) -> None:
    """Ask as everybody for everything; nobody may read a private row of the other organisation on the way."""
    method, path = route.split()
    body = BODIES.get(route, lambda _: {})
    wrong = []
    for caller in callers:
        for target in targets(path):
            keys = world.keys(caller, target, rule)
            mine = world.keys(caller, "own", rule)
            if route in BODIES_OF_TARGET:
                answer, content = ask(caller, method, path, mine, BODIES_OF_TARGET[route](keys))
            else:
                answer, content = ask(caller, method, path, keys, body(mine))
            wanted, got = expected(caller, rule, target, path), outcome(answer)
            if got != wanted:
                wrong.append(f"{caller.name}, {target}: {got} instead of {wanted}")
            if answer.status_code in DONE:  # the page of a refusal says which address it is
                names = [name for name in secrets_of(world.abroad) if name.encode() in content]
                wrong += [f"{caller.name}, {target}: reads {name}" for name in names]
    assert not wrong, "\n".join(wrong)


def secrets_of(realm: Realm) -> list[str]:
    """Ids of rows that nobody outside of the organisation reads."""
    rows = (realm.own, realm.other, realm.advised, realm.every)
    names = ("registration", "unbooked", "booking", "entry", "job", "token", "member", "user")
    return [paths[name] for paths in rows for name in names if name in paths] + [realm.draft.slug]


def routes(patterns: list[Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every address with its view: `fairs/{fair}/` for `fairs/<str:fair>/`."""
    for pattern in patterns:
        here = prefix + str(pattern.pattern)
        if not isinstance(pattern, URLPattern):
            yield from routes(pattern.url_patterns, here)
        else:
            yield re.sub(r"<[a-z]+:([a-z]+)>", r"{\1}", here), pattern.callback


def test_every_route_of_the_api_is_thought_about() -> None:
    found = set()
    for path, view in routes([pattern for pattern in rest.urlpatterns if str(pattern.pattern)]):
        methods = [name for name in ("get", "post", "put", "patch", "delete") if hasattr(view.cls, name)]
        found |= {f"{method.upper():6} {path}" for method in methods}
    assert found == set(API)


def test_the_openapi_document_knows_the_same_routes() -> None:
    document = SchemaGenerator().get_schema(request=None, public=True)
    described = {
        f"{method.upper():6} {path.removeprefix('/api/v1/')}"
        for path, operations in document["paths"].items()
        for method in operations
    }
    assert described == set(API) - {"GET    schema/", "GET    docs/"}


def test_every_page_is_thought_about() -> None:
    pages = [pattern for pattern in get_resolver().url_patterns if str(pattern.pattern) not in ("api/v1/", "admin/")]
    found = {f"/{path}" for path, _view in routes(pages)}
    assert found == {route.split()[1] for route in PAGES} | set(ELSEWHERE)


def test_the_administration_is_for_its_staff_alone(world: World) -> None:
    for caller in world.browsers:
        answer = caller.client.get("/admin/accounts/user/")
        assert answer.status_code == 302
        assert answer["Location"].startswith(("/admin/login/", "/sign-in/"))
