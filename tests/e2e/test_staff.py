"""Staff and organiser in real browsers, against the real server: a day at the door, with and without a line."""

import json
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, WebSocketRoute, expect

from tests.core.serving import Site, serving
from tests.e2e.pages import REAL, loaded, told


@dataclass
class Door:
    """The demonstration on a server of its own, which can be stopped and started at the same address."""

    folder: Path
    slug: str
    known: dict[str, Any]
    site: Site | None = None

    @property
    def tickets(self) -> list[tuple[str, str, str]]:
        """Of people who have not come yet: the QR code's text, the short code, the family name."""
        return [tuple(ticket) for ticket in self.known["tickets"]]

    def start(self, stack: ExitStack, port: int = 0) -> int:
        self.site = stack.enter_context(serving(self.folder, "--port", str(port), **REAL))
        return self.site.port

    def window(self, browser: Browser, who: str, **options: Any) -> BrowserContext:
        """A browser in which this person is signed in."""
        assert self.site is not None
        base = f"http://localhost:{self.site.port}"
        context = browser.new_context(base_url=base, extra_http_headers={"Accept-Language": "en"}, **options)
        context.add_cookies([{"name": "sessionid", "value": self.known["sessions"][who], "url": base}])
        return context


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, dict[str, Any]]:
    """The folder of a demonstration, its fair, and what is known of it."""
    folder = tmp_path_factory.mktemp("opened")
    known = loaded(folder)
    with serving(folder, **REAL):  # collects the static files once for all
        return folder, known["fair"], known


@pytest.fixture
def door(opened: tuple[Path, str, dict[str, Any]], tmp_path: Path) -> Door:
    """The doors are open, and some two hundred people are expected."""
    folder, slug, known = opened
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    return Door(tmp_path, slug, known)


def scanner(context: BrowserContext, door: Door) -> Page:
    """The scanner's page, its line open."""
    page = context.new_page()
    page.goto(f"/staff/{door.slug}/scan/")
    expect(page.locator("#door")).to_have_attribute("data-line", "online")
    expect(page.locator(".door-state")).to_have_attribute("data-state", "on")
    return page


def wedge(page: Page, text: str) -> None:
    """What a scanner on the keyboard's line does: characters as fast as they come, and Enter."""
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def test_a_day_at_the_door(browser: Browser, door: Door) -> None:
    (ticket, code, family_name), (_other, other_code, other_name) = door.tickets[:2]
    with ExitStack() as stack:
        first = ExitStack()
        stack.push(first)
        port = door.start(first)
        said: list[str] = []
        cockpit = stack.enter_context(door.window(browser, "organiser")).new_page()
        cockpit.goto(f"/organiser/{door.slug}/")
        inside = cockpit.locator('[data-live-field="inside"]')
        expect(cockpit.get_by_text("Live", exact=True)).to_be_visible()
        before = int(inside.inner_text())

        page = scanner(stack.enter_context(door.window(browser, "staff")), door)
        page.on("console", lambda message: said.append(message.text))
        verdict = page.locator("#verdict")
        wedge(page, ticket.lower())
        expect(verdict).to_have_class("scan is-ok")
        expect(verdict).to_contain_text("Welcome")
        expect(verdict).to_contain_text(family_name)
        expect(verdict).to_contain_text(code)
        expect(inside).to_have_text(str(before + 1))

        wedge(page, ticket)  # within three seconds: ignored, not refused
        wedge(page, "no ticket of ours")
        expect(verdict).to_have_class("scan is-refused")
        assert page.locator(".door-list li").count() == 2
        wedge(page, code)
        expect(verdict).to_have_class("scan is-look")
        expect(verdict).to_contain_text("Already inside since")
        expect(inside).to_have_text(str(before + 1))
        assert said == []

        first.close()
        expect(page.locator("#door")).to_have_attribute("data-line", "offline")
        wedge(page, other_code)
        expect(verdict).to_contain_text("Kept")
        expect(page.locator(".door-waiting")).to_have_text("1 waiting")
        assert page.evaluate("Object.values(localStorage).filter((text) => text.includes('secret')).length") == 1

        door.start(stack, port)
        expect(verdict).to_have_class("scan is-ok", timeout=30_000)
        expect(verdict).to_contain_text(other_name)
        expect(page.locator(".door-waiting")).to_be_hidden()
        assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('scan.'))") == []
        expect(inside).to_have_text(str(before + 2), timeout=30_000)
        assert told(door.folder, f"show_counts({other_code!r})").split() == ["1", "1"]


def test_silent_socket_is_passed_by_with_the_same_nonce(browser: Browser, door: Door) -> None:
    frames: list[dict[str, Any]] = []

    def play(socket: WebSocketRoute) -> None:
        def answer(text: str | bytes) -> None:
            frame = json.loads(text)
            frames.append(frame)
            if frame["op"] == "hello":
                welcome = {"op": "welcome", "server_time": "2026-11-28T09:00:00+01:00", "counts": {"inside": 7}}
                socket.send(json.dumps(welcome))

        socket.on_message(answer)

    with ExitStack() as stack:
        door.start(stack)
        context = stack.enter_context(door.window(browser, "staff"))
        context.route_web_socket("**/ws/**", play)
        page = scanner(context, door)
        with page.expect_request("**/redeem/") as posted:
            wedge(page, "no ticket of ours")
        assert posted.value.post_data_json["scans"][0]["nonce"] == frames[-1]["nonce"]
        assert frames[-1]["op"] == "redeem"
        expect(page.locator("#verdict")).to_have_class("scan is-refused")
        expect(page.locator("#door")).to_have_attribute("data-line", "online")


def test_direction_focus_and_what_was_kept_in_the_browser(browser: Browser, door: Door) -> None:
    ticket, _code, family_name = door.tickets[0]
    with ExitStack() as stack:
        door.start(stack)
        context = stack.enter_context(door.window(browser, "staff", viewport={"width": 360, "height": 740}))
        page = scanner(context, door)
        page.get_by_label("Exit", exact=True).click()
        expect(page.locator("#verdict")).to_contain_text("Exit")
        expect(page.locator("#secret")).to_be_focused()
        wedge(page, ticket)
        expect(page.locator("#verdict")).to_contain_text("Not inside")

        page.get_by_label("Entry", exact=True).click()
        page.locator("#secret").blur()
        expect(page.locator(".door-state")).to_have_attribute("data-state", "off")
        wedge(page, ticket)  # a wedge types wherever the focus is
        expect(page.locator("#verdict")).to_contain_text(family_name)
        expect(page.locator("#verdict")).to_have_class("scan is-ok")

        kept = {"secret": ticket, "type": "exit", "nonce": "0198c0de-7a11-7c3e-9b5f-3f6d2a90c0aa"}
        page.evaluate(
            "([slug, scan]) => localStorage.setItem(`scan.${slug}.${scan.nonce}`, JSON.stringify(scan))",
            [door.slug, kept | {"datetime": page.evaluate("new Date().toISOString()")}],
        )
        page.reload()
        expect(page.locator(".door-list li")).to_contain_text(["Goodbye"])
        assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('scan.'))") == []


def test_organiser_forces_with_a_reason_and_sees_what_a_file_would_do(browser: Browser, door: Door) -> None:
    _ticket, code, family_name = door.tickets[0]
    with ExitStack() as stack:
        door.start(stack)
        context = stack.enter_context(door.window(browser, "organiser"))
        page = scanner(context, door)
        page.get_by_label("Exit", exact=True).click()
        wedge(page, code)
        expect(page.locator("#verdict")).to_contain_text("Not inside")
        page.get_by_label("Let in all the same, because").fill("came by the wrong door")
        page.get_by_label("Let in all the same, because").press("Enter")
        expect(page.locator("#verdict")).to_have_class("scan is-ok")
        expect(page.locator("#verdict")).to_contain_text(family_name)

        page.goto(f"/organiser/{door.slug}/import/")
        wrong = {"name": "list.csv", "mimeType": "text/csv", "buffer": b"name,siret\nNaval Group,123\n"}
        page.get_by_label("File").set_input_files(wrong)  # type: ignore[arg-type]
        page.get_by_role("button", name="Check the file").click()
        expect(page.locator("#outcome")).to_contain_text("siret")
        right = wrong | {"buffer": b"name\nNaval Group de Toulon\n"}
        page.get_by_label("File").set_input_files(right)  # type: ignore[arg-type]
        page.get_by_role("button", name="Check the file").click()
        expect(page.locator("#outcome")).to_contain_text("1 would be new")
        page.get_by_role("button", name="Import it").click()
        expect(page.locator("#outcome")).to_contain_text("1 new")

        page.goto(f"/organiser/{door.slug}/badges/")
        page.get_by_role("button", name="Make the PDF").click()
        expect(page.get_by_role("link", name="Download the PDF")).to_be_visible(timeout=60_000)


def test_agenda_hears_of_a_cancelled_interview(browser: Browser, door: Door) -> None:
    address = f"/employer/bookings/{door.known['booking']}/"
    with ExitStack() as stack:
        door.start(stack)
        context = stack.enter_context(door.window(browser, "employer"))
        page, other = context.new_page(), context.new_page()
        other.goto(address)
        agenda = other.get_by_role("link", name="Back to the agenda").get_attribute("href")
        assert agenda is not None
        page.goto(agenda)
        expect(page.get_by_text("Live", exact=True)).to_be_visible()
        expect(page.locator(f'a[href="{address}"]')).to_have_count(1)
        other.locator("summary", has_text="Cancel this interview").click()
        other.get_by_role("button", name="Cancel the interview").click()
        expect(page.locator(f'a[href="{address}"]')).to_have_count(0)


def test_pages_fit_and_keep_quiet(browser: Browser, door: Door) -> None:
    fair, stand = door.slug, door.known["stand"]
    pages = {
        "organiser": [
            "",
            f"{fair}/",
            f"{fair}/exhibitors/",
            f"{fair}/registrations/",
            f"{fair}/import/",
            f"{fair}/badges/",
        ],
        "staff": ["", f"{fair}/scan/"],
        "employer": ["", f"stands/{stand}/", f"stands/{stand}/schedule/", f"bookings/{door.known['booking']}/"],
    }
    with ExitStack() as stack:
        door.start(stack)
        said: list[str] = []
        for scheme in ("light", "dark"):
            for width, height in ((360, 740), (1440, 900)):
                for who, paths in pages.items():
                    size: Any = {"width": width, "height": height}
                    context = stack.enter_context(door.window(browser, who, viewport=size, color_scheme=scheme))
                    page = context.new_page()
                    page.on("console", lambda message: said.append(message.text))
                    page.on("pageerror", lambda error: said.append(str(error)))
                    for path in paths:
                        answer = page.goto(f"/{who}/{path}")
                        assert answer is not None
                        assert answer.status == 200, path
                        assert page.evaluate("document.documentElement.scrollWidth") == width, path
                        assert page.locator("h1").count() == 1
        assert said == []
