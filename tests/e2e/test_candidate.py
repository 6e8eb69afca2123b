"""A candidate on a telephone, from the list of fairs to a cancelled interview: real server, mail and browser."""

import email
import json
import re
from collections.abc import Iterator
from email import policy
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.core.serving import Site, manage, serving, until

REAL = {"DJANGO_SETTINGS_MODULE": "backend.settings"}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """The demonstration on the real server, and the slug of its fair."""
    folder = tmp_path_factory.mktemp("candidate")
    made = manage(folder, "demo", "--size", "small", "--no-serve", **REAL)
    assert made.returncode == 0, made.stderr
    with serving(folder, **REAL) as site:
        yield site, json.loads(made.stdout.splitlines()[-1])["fair"]


def mailed_code(folder: Path, address: str) -> str:
    """The code in the message that has come for this address."""

    def found() -> str | None:
        for path in sorted((folder / "mail").glob("*.eml")):
            message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
            body = message.get_body(("plain",))
            digits = body and re.search(r"\b\d{6}\b", body.get_content())
            if digits and message["To"] == address:
                return digits[0]
        return None

    code: str = until(found)
    return code


def seen(page: Page, said: list[str]) -> None:
    """A page that fits the telephone, and about which the console says nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert page.locator("h1").count() == 1
    assert said == []


@pytest.mark.parametrize("has_script", [False, True], ids=["without a script", "with scripts"])
def test_from_the_fairs_to_a_cancelled_interview(browser: Browser, running: tuple[Site, str], has_script: bool) -> None:
    site, slug = running
    address = f"lina-{has_script}@example.org".lower()
    context = browser.new_context(
        base_url=f"http://localhost:{site.port}",
        viewport={"width": 360, "height": 740},
        java_script_enabled=has_script,
        extra_http_headers={"Accept-Language": "en"},
    )
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))

    page.goto("/")
    seen(page, said)
    page.locator(f'a[href="/fairs/{slug}/"]').click()
    seen(page, said)
    page.get_by_role("link", name="Register", exact=True).click()

    page.get_by_label("Given name").fill("Lina")
    page.get_by_label("E-mail address or mobile number").first.fill("lina@")
    page.get_by_role("button", name="Register").click()
    expect(page.locator(".summary")).to_contain_text("valid email")
    said.clear()  # the browser itself says that the status was 422
    page.get_by_label("E-mail address or mobile number").first.fill(address)
    page.get_by_label("I agree that the organiser").check()
    page.get_by_role("button", name="Register").click()

    expect(page.locator("h1")).to_have_text("Type your code")
    seen(page, said)
    page.get_by_label("Your code of 6 digits").fill(mailed_code(site.folder, address))
    page.get_by_role("button", name="Confirm").click()

    expect(page.locator(".qr svg")).to_be_visible()
    seen(page, said)
    page.get_by_role("link", name="Book interviews").click()
    page.locator(".chance:not(.is-dim) a").first.click()
    name = page.locator("h1").inner_text()
    times = page.locator("button.time")
    chosen = times.first.inner_text()
    seen(page, said)
    times.first.click()

    expect(page.get_by_role("status")).to_contain_text(f"Booked: {chosen}, {name}")
    expect(page.locator(".next")).to_contain_text(name)
    seen(page, said)
    page.get_by_role("link", name="Book another").click()
    expect(page.locator(".chance.is-mine")).to_contain_text(f"Booked at {chosen}")
    page.locator(".chance:not(.is-dim, .is-mine) a").first.click()
    expect(page.locator(".time.is-clash").first).to_contain_text(f"too close to {chosen}")

    page.goto(f"/me/fairs/{slug}/")
    page.locator(".moment-title a").first.click()
    page.get_by_text("Cancel this interview").click()
    page.get_by_role("button", name="Cancel the interview").click()
    expect(page.get_by_role("status")).to_contain_text(f"Your interview with {name} is cancelled.")
    expect(page.locator(".qr svg")).to_be_visible()
    seen(page, said)

    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {f"localhost:{site.port}"}
    context.close()
