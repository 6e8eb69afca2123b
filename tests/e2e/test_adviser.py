"""An adviser in a browser: somebody registered, booked for, and seen to arrive; telephone and desk."""

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, expect

from backend.core.models import uuid7
from tests.core.serving import manage
from tests.e2e.pages import REAL, Demonstration, demonstration


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The small demonstration, served."""
    with demonstration(tmp_path_factory.mktemp("adviser")) as running:
        yield running


def admit(demo: Demonstration, code: str) -> str:
    """Scan somebody in over REST, as a program at the entrance does; what the answer says."""
    made = manage(demo.site.folder, "api_token", "staff@demo.example.org", "--scope", "checkin", **REAL)
    assert made.returncode == 0, made.stderr
    scan = json.dumps({"secret": code, "type": "entry", "nonce": str(uuid7())}).encode()
    headers = {"Authorization": f"Bearer {made.stdout.split()[-1]}", "Content-Type": "application/json"}
    path = f"/api/v1/fairs/{demo.known['fair']}/checkin/redeem/"
    with urlopen(Request(f"http://localhost:{demo.site.port}{path}", scan, headers)) as answer:
        status: str = json.load(answer)["status"]
    return status


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1440, 900)])
def test_somebody_is_registered_booked_for_and_arrives(
    browser: Browser, demo: Demonstration, width: int, height: int
) -> None:
    said: list[str] = []
    with demo.window(browser, "adviser", "en", viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))

        def fits() -> None:
            assert page.evaluate("document.documentElement.scrollWidth") == width
            assert page.locator("h1").count() == 1

        page.goto("/adviser/")
        fits()
        page.get_by_role("link", name="Register somebody").click()
        page.get_by_label("Given name").fill("Maëlle")
        page.get_by_label("Family name").fill(f"Zidane {width}")
        page.get_by_label("They agree that the organiser").check()
        fits()
        page.get_by_role("button", name="Register").click()

        expect(page.get_by_role("status")).to_contain_text(f"Maëlle Zidane {width} is registered.")
        expect(page.locator(".qr svg")).to_be_visible()
        code = page.locator(".qr-code").inner_text()
        fits()
        page.get_by_role("link", name="Book interviews").click()
        fits()
        page.locator(".chance:not(.is-dim) a").first.click()
        employer, chosen = page.locator("h1").inner_text(), page.locator("button.time").last.inner_text()
        fits()
        page.locator("button.time").last.click()
        expect(page.get_by_role("status")).to_contain_text(f"Booked: {chosen}, {employer}")
        expect(page.locator(".next")).to_contain_text(employer)

        row = page.locator("tbody tr", has_text=f"Zidane {width}")
        page.get_by_role("link", name="My people").first.click()
        expect(row).to_contain_text("Expected")
        expect(row).to_contain_text(f"{chosen} {employer}")
        arrived = page.locator(".stat", has_text="Arrived").locator(".stat-value")
        before = int(arrived.inner_text())
        assert admit(demo, code) == "ok"
        page.get_by_label("Name or code").fill(f"zidane {width}")
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(row).to_contain_text("arrived at")
        page.reload()
        expect(arrived).to_have_text(str(before + 1))
        fits()
        assert said == []
