"""The day at a stand, on a telephone and at a desk: a schedule, a late column, an outcome, a seat given to somebody who
is there. A second window hears of everything without being reloaded."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.core.clock import now
from tests.core.serving import Site, manage, serving
from tests.e2e.pages import REAL, told

SIZES: list[Any] = [{"width": 360, "height": 740}, {"width": 1440, "height": 900}]
ORGANISER = "anne@example.org"
expect.set_options(timeout=15_000)


class Fair:
    """A fair that is under way, in a zone where it is about noon at whatever hour the test runs, over REST."""

    def __init__(self, site: Site, token: str, name: str) -> None:
        self.site, self.token = site, token
        ahead = 12 - now().astimezone(UTC).hour
        self.zone = ZoneInfo(f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT")
        moment = now().replace(second=0, microsecond=0)
        hours = {"starts_at": moment - timedelta(hours=5), "ends_at": moment + timedelta(hours=6)}
        values = {field: value.isoformat() for field, value in hours.items()}
        self.slug = self.post(
            "fairs/", name=name, time_zone=str(self.zone), capacity=100, walking_gap_minutes=0, **values
        )["slug"]
        self.post(f"fairs/{self.slug}/publish/")
        employer = self.post("employers/", name=f"Airbus {name}")["slug"]
        exhibitor = self.post(f"fairs/{self.slug}/exhibitors/", employer=employer)["id"]
        self.stand = self.post(f"fairs/{self.slug}/stands/", label="B12")["id"]
        self.post(f"stands/{self.stand}/assign/", exhibitor=exhibitor)
        self.recruiter = f"recruiter-{self.slug}@example.org"
        self.post(f"employers/{employer}/members/", email=self.recruiter, role="admin")

    def call(self, method: str, path: str, **body: Any) -> Any:
        """The answer to an organiser's token."""
        connection = self.site.connect()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        connection.request(method, f"/api/v1/{path}", json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        assert response.status < 300, text
        return json.loads(text)

    def post(self, path: str, **body: Any) -> Any:
        """Make or do."""
        return self.call("POST", path, **body)

    def register(self, given_name: str, family_name: str) -> dict[str, str]:
        """A candidate who has not come yet."""
        person = {"given_name": given_name, "family_name": family_name, "consents": {"privacy": True}}
        registration: dict[str, str] = self.post(f"fairs/{self.slug}/registrations/", **person)
        return registration

    def admit(self, code: str) -> None:
        """Let the person with this code in."""
        scan = {"secret": code, "type": "entry", "nonce": str(uuid4())}
        assert self.post(f"fairs/{self.slug}/checkin/redeem/", **scan)["status"] == "ok"

    def book(self, registration: dict[str, str], number: int) -> None:
        """The slot of this number of the stand, for this registration."""
        slots = self.call("GET", f"stands/{self.stand}/agenda/")
        rows = slots["results"] if isinstance(slots, dict) else slots
        self.post(f"slots/{rows[number]['id']}/bookings/", registration=registration["id"])


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """An organisation on the real server, and a token of its organiser."""
    folder = tmp_path_factory.mktemp("stand")
    for arguments in (("migrate", "-v", "0"), ("create_organisation", "Cap Emploi", "--organiser", ORGANISER)):
        made = manage(folder, *arguments, **REAL)
        assert made.returncode == 0, made.stderr
    scopes = ("--scope", "organiser", "--scope", "checkin")
    made = manage(folder, "api_token", ORGANISER, *scopes, **REAL)
    assert made.returncode == 0, made.stderr
    with serving(folder, **REAL) as site:
        yield site, made.stdout.splitlines()[-1]


def window(browser: Browser, site: Site, session: str, said: list[str], **options: Any) -> Page:
    """A page of the recruiter, signed in; what its console says goes to `said`."""
    base = f"http://localhost:{site.port}"
    context = browser.new_context(base_url=base, extra_http_headers={"Accept-Language": "en"}, **options)
    context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    return page


def fits(page: Page, size: dict[str, int]) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]
    assert page.locator("h1").count() == 1


def lay(page: Page, fair: Fair, size: dict[str, int]) -> None:
    """From the employer's home to three interviews of twenty minutes, the first one in five minutes."""
    page.goto("/employer/")
    page.get_by_role("link", name="Make the schedule").click()
    begins = datetime.now(fair.zone).replace(second=0, microsecond=0) + timedelta(minutes=5)
    page.get_by_label("From", exact=True).fill(f"{begins:%H:%M}")
    page.get_by_label("To", exact=True).fill(f"{begins + timedelta(hours=1):%H:%M}")
    page.get_by_label("Length, in minutes").fill("20")
    page.get_by_role("button", name="Show what it makes").click()
    expect(page.locator("#preview")).to_contain_text("3 times at 1 table")
    fits(page, size)
    page.get_by_role("button", name="Offer these times").click()
    expect(page.get_by_text("3 interviews can be booked.")).to_be_visible()
    expect(page.locator(".slot.is-free")).to_have_count(3)


def shift(page: Page, minutes: int, way: str, size: dict[str, int]) -> None:
    """Move the whole column, after having seen what moves."""
    page.get_by_role("link", name="Late Table 1").click()
    page.get_by_label("Minutes").fill(str(minutes))
    page.get_by_label("Way").select_option(label=way)
    page.get_by_role("button", name="Show what moves").click()
    expect(page.locator("#preview")).to_contain_text("3 times move")
    fits(page, size)
    page.get_by_role("button", name="Move them").click()
    expect(page.get_by_text("3 times were moved.")).to_be_visible()


@pytest.mark.parametrize("size", SIZES, ids=["telephone", "desk"])
def test_the_day_at_a_stand(browser: Browser, running: tuple[Site, str], size: dict[str, int]) -> None:
    site, token = running
    fair = Fair(site, token, f"Forum {size['width']}")
    session = told(site.folder, f"show_session({fair.recruiter!r})").strip()
    said: list[str] = []
    page = window(browser, site, session, said, viewport=size)
    other = window(browser, site, session, said, viewport=SIZES[1])

    other.goto(f"/employer/stands/{fair.stand}/")
    expect(other.get_by_text("No schedule yet")).to_be_visible()
    lay(page, fair, size)
    expect(other.locator(".slot.is-free")).to_have_count(3)

    fair.book(fair.register("Noémie", "Giraud"), 0)
    fair.book(fair.register("Karim", "Absent"), 1)
    for each in (page, other):
        expect(each.get_by_role("link", name="Noémie Giraud", exact=True)).to_be_visible()
        expect(each.get_by_role("link", name="Karim Absent", exact=True)).to_be_visible()

    before = other.locator(".agenda tbody time").first.inner_text()
    shift(page, 10, "later", size)
    expect(other.locator(".agenda tbody time").first).not_to_have_text(before)
    fits(page, size)

    page.get_by_role("button", name="Start Noémie Giraud").click()
    expect(other.locator(".slot", has_text="Noémie")).to_contain_text("In progress")
    page.get_by_role("button", name="Finish Noémie Giraud").click()
    expect(page.get_by_text("What came of this interview?")).to_be_visible()
    fits(page, size)
    page.get_by_role("button", name="Hired").click()
    page.get_by_label("Contract").select_option("cdi")
    page.get_by_label("Note").fill("Begins in January")
    fits(page, size)
    page.get_by_role("button", name="Save").click()
    expect(other.locator(".slot", has_text="Noémie")).to_contain_text("Hired")

    page.get_by_role("button", name="Block Free").last.click()
    expect(other.locator(".slot.is-blocked")).to_be_visible()

    shift(page, 45, "earlier", size)
    expect(other.locator(".slot", has_text="Karim")).to_contain_text("At risk: not inside yet")
    page.get_by_role("button", name="Did not come Karim Absent").click()
    expect(other.locator(".slot", has_text="Karim")).to_contain_text("Did not come")
    code = fair.register("Zoé", "Petit")["code"]
    fair.admit(code)
    page.get_by_role("link", name="Give the seat away Karim Absent").click()
    fits(page, size)
    page.get_by_label("Or to somebody at your stand").fill(code)
    page.get_by_role("button", name="Give it to them").click()
    expect(page.get_by_text("Zoé Petit has the seat now.")).to_be_visible()
    expect(other.locator(".slot", has_text="Zoé Petit")).to_contain_text("Inside")
    fits(page, size)
    assert said == []
    page.context.close()
    other.context.close()
