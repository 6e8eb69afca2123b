"""A candidate books, waits in line and moves in a browser while other people act over REST: nothing is reloaded."""

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.core.serving import PATIENCE, Site, manage, serving
from tests.e2e.pages import REAL, told

SIZES = {"telephone": (360, 740), "desk": (1440, 900)}
PATIENT = PATIENCE * 1000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, dict[str, Any]]]:
    """The small demonstration on the real server, and what its command said: the fair and the tokens."""
    folder = tmp_path_factory.mktemp("booking")
    made = manage(folder, "demo", "--size", "small", "--no-serve", **REAL)
    assert made.returncode == 0, made.stderr
    with serving(folder, **REAL) as site:
        yield site, json.loads(made.stdout.splitlines()[-1])


class Organiser:
    """Somebody at another desk, over REST."""

    def __init__(self, site: Site, token: str) -> None:
        self.connection = HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)
        self.headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of the answer. Raises where it is a refusal."""
        self.connection.request(method, f"/api/v1/{path}", json.dumps(body) if body else None, self.headers)
        response = self.connection.getresponse()
        answer = json.loads(response.read() or b"null")
        assert response.status < 300, answer
        return answer

    def register(self, fair: str, name: str) -> Any:
        """A confirmed candidate with an address."""
        values = {"given_name": name, "family_name": "Roux", "email": f"{name}@example.org".lower()}
        return self.ask("POST", f"fairs/{fair}/registrations/", values | {"consents": {"privacy": True}})

    def free_times(self, fair: str) -> list[list[Any]]:
        """The free slots of tomorrow for each employer with one table, by time."""
        slots = self.ask("GET", f"fairs/{fair}/slots/?free=true&page_size=500&ordering=-starts_at")["results"]
        last_day = slots[0]["starts_at"][:10]
        of_employer: dict[str, dict[str, list[Any]]] = {}
        for slot in sorted(slots, key=lambda slot: str(slot["starts_at"])):
            if slot["starts_at"][:10] == last_day and slot["capacity"] == 1:
                of_employer.setdefault(slot["employer"], {}).setdefault(slot["starts_at"], []).append(slot)
        single = [times for times in of_employer.values() if all(len(tables) == 1 for tables in times.values())]
        return [[tables[0] for tables in times.values()] for times in single]


def hour_of(slot: Any) -> str:
    """`9:20` of an instant in the fair's zone."""
    hour, minute = slot["starts_at"][11:16].split(":")
    return f"{int(hour)}:{minute}"


def seen(page: Page, width: int, said: list[str]) -> None:
    """A page that fits, and about which the console says nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.locator("h1").count() == 1
    assert said == []


def session_of(folder: Path, address: str) -> str:
    """The session of this person."""
    return told(folder, f"show_session({address!r})").strip()


@pytest.mark.parametrize("size", SIZES)
def test_book_wait_accept_move_and_cancel(browser: Browser, running: tuple[Site, dict[str, Any]], size: str) -> None:
    site, demo = running
    fair, (width, height) = demo["fair"], SIZES[size]
    desk = Organiser(site, demo["tokens"]["organiser"])
    first, second, *_rest = [times for times in desk.free_times(fair) if len(times) > 8]
    rival = desk.register(fair, f"Rival-{size}")
    desk.register(fair, f"Lina-{size}")
    wanted = next(slot for slot in second if slot["starts_at"] > first[3]["starts_at"])
    taken = desk.ask("POST", f"slots/{wanted['id']}/bookings/", {"registration": rival["id"]})

    base = f"http://localhost:{site.port}"
    context = browser.new_context(
        base_url=base, viewport={"width": width, "height": height}, extra_http_headers={"Accept-Language": "en"}
    )
    session = session_of(site.folder, f"lina-{size}@example.org")
    context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    # One tap books; the times of others near it say why they no longer fit.
    page.goto(f"/me/fairs/{fair}/book/{first[0]['employer']}/")
    name = page.locator("h1").inner_text()
    page.locator(f'button[value="{first[0]["id"]}"]').click()
    expect(page.get_by_role("status").first).to_contain_text(f"Booked: {hour_of(first[0])}, {name}")
    seen(page, width, said)
    page.goto(f"/me/fairs/{fair}/book/{second[0]['employer']}/")
    other_name = page.locator("h1").inner_text()
    expect(page.locator(".time.is-clash").first).to_contain_text(f"too close to {hour_of(first[0])} {name}")

    # The full time leads into its line.
    page.locator(f'button.is-full[value="{wanted["id"]}"]').click()
    expect(page.get_by_role("status").first).to_contain_text(f"You are number 1 in line for {hour_of(wanted)}")
    expect(page.locator(".time.is-line")).to_contain_text("number 1 in line")
    seen(page, width, said)

    # Somebody else cancels: the page changes by itself.
    page.goto(f"/me/fairs/{fair}/")
    expect(page.locator("#lines")).to_contain_text("You are the next in line")
    page.wait_for_selector("[data-live-state=online]", state="attached")
    page.evaluate("window.isTheSamePage = true")
    desk.ask("POST", f"bookings/{taken['id']}/cancel/", {"reason": "ill"})
    offer = page.locator("#offers")
    expect(offer).to_contain_text(f"{hour_of(wanted)} {other_name}", timeout=PATIENT)
    expect(page.locator("#lines")).to_have_count(0)
    assert page.evaluate("window.isTheSamePage")
    seen(page, width, said)
    offer.get_by_role("button", name="Accept").click()
    expect(page.get_by_role("status").first).to_contain_text(f"Booked: {hour_of(wanted)}, {other_name}")
    expect(page.locator(".moment.is-interview")).to_have_count(2)

    # Moved, then cancelled.
    page.locator(".moment-title").get_by_role("link", name=name).click()
    page.get_by_role("link", name="Move to another time").click()
    seen(page, width, said)
    page.locator(f'button[value="{first[1]["id"]}"]').click()
    expect(page.get_by_role("status").first).to_contain_text(f"Moved to {hour_of(first[1])}: {name}")
    page.locator(".moment-title").get_by_role("link", name=name).click()
    page.get_by_text("Cancel this interview").click()
    page.get_by_role("button", name="Cancel the interview").click()
    expect(page.get_by_role("status").first).to_contain_text(f"Your interview with {name} is cancelled.")
    expect(page.locator(".moment.is-interview")).to_have_count(1)
    seen(page, width, said)
    desk.connection.close()
    context.close()
