"""Teams and tokens in a browser, against the real server: somebody is invited, a program is let in and sent away."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.pages import Demonstration, demonstration
from tests.e2e.test_candidate import mailed_code

SIZES = [pytest.param((360, 740), id="telephone"), pytest.param((1440, 900), id="desk")]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The small demonstration, served."""
    with demonstration(tmp_path_factory.mktemp("team")) as running:
        yield running


@pytest.fixture(params=SIZES)
def size(request: pytest.FixtureRequest) -> Any:
    """A telephone's and a desk's."""
    width, height = request.param
    return {"width": width, "height": height}


def fits(page: Page, size: Any) -> None:
    """Nothing stands outside of the window."""
    assert page.evaluate("document.documentElement.scrollWidth") == size["width"]


def signed_in(browser: Browser, demo: Demonstration, address: str, size: Any) -> BrowserContext:
    """A new browser of somebody who signs in with the code of a message."""
    base = f"http://localhost:{demo.site.port}"
    context = browser.new_context(base_url=base, viewport=size, extra_http_headers={"Accept-Language": "en"})
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_label("E-mail address or mobile number").fill(address)
    page.keyboard.press("Enter")
    page.get_by_label("Your code of 6 digits").fill(mailed_code(demo.site.folder, address))
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Sign out").or_(page.get_by_role("link", name="Sign out"))).to_be_visible()
    return context


def status_over_rest(demo: Demonstration, token: str) -> int:
    """What a program with this token is answered."""
    asked = Request(f"http://localhost:{demo.site.port}/api/v1/members/", headers={"Authorization": f"Bearer {token}"})
    try:
        with urlopen(asked) as answer:
            assert json.load(answer)["count"]
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_who_is_invited_signs_in_and_sees_the_fair(browser: Browser, demo: Demonstration, size: Any) -> None:
    address = f"ines-{size['width']}@example.org"
    team = f"/organiser/{demo.known['fair']}/team/"
    with demo.window(browser, "organiser", language="en", viewport=size) as context:
        page = context.new_page()
        page.goto(f"/organiser/{demo.known['fair']}/")
        page.get_by_role("link", name="Team", exact=True).click()
        fits(page, size)
        page.get_by_label("E-mail address").fill(address)
        page.get_by_label("Organiser:").check()
        page.get_by_role("button", name="Invite").click()
        expect(page.get_by_text(f"{address} is in the team.")).to_be_visible()
        fits(page, size)
        with signed_in(browser, demo, address, size) as invited:
            theirs = invited.new_page()
            theirs.goto(team)
            expect(theirs.get_by_role("rowheader", name=address)).to_be_visible()
            page.get_by_role("link", name=f"Change {address}").click()
            page.locator("summary", has_text="Remove from the team").click()
            fits(page, size)
            page.get_by_role("button", name=f"Remove {address}").click()
            expect(page.get_by_role("rowheader", name=address)).to_have_count(0)
            answer = theirs.goto(team)
            assert answer is not None
            assert answer.status == 403
        page.goto(f"/organiser/{demo.known['fair']}/audit/")
        fits(page, size)
        expect(page.get_by_role("row").nth(1)).to_contain_text("Member removed")


def test_a_token_is_made_used_and_revoked(browser: Browser, demo: Demonstration, size: Any) -> None:
    name = f"Display of {size['width']}"
    with demo.window(browser, "organiser", language="en", viewport=size) as context:
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.goto(f"/organiser/{demo.known['fair']}/tokens/")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Read only:").check()
        page.get_by_role("button", name="Make the token").click()
        token = page.locator("#token").inner_text()
        fits(page, size)
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == token
        assert status_over_rest(demo, token) == 200
        page.reload()
        expect(page.get_by_role("heading", name=name)).to_be_visible()
        assert token not in page.content()
        card = page.get_by_role("article", name=name)
        expect(card.get_by_text("never")).to_have_count(0)  # it was used just now
        card.locator("summary", has_text="Revoke").click()
        card.get_by_role("button", name="Revoke the token").click()
        expect(page.get_by_text(f"“{name}” is revoked.")).to_be_visible()
        assert status_over_rest(demo, token) == 401


def test_an_employer_s_administrator_invites_a_recruiter(browser: Browser, demo: Demonstration, size: Any) -> None:
    address = f"karim-{size['width']}@example.org"
    with demo.window(browser, "employer", language="en", viewport=size) as context:
        page = context.new_page()
        page.goto("/employer/")
        page.get_by_role("link", name="You say who you are, for the fair's page").click()
        page.get_by_label("Who you are").fill("We bake bread, and teach how.")
        page.get_by_label("Website").fill("nowhere at all")
        page.get_by_label("Website").evaluate("field => field.form.noValidate = true")
        page.get_by_role("button", name="Save").click()
        expect(page.locator("#id_website_error")).to_be_visible()
        page.get_by_label("Website").fill("https://example.org/bread")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The profile is saved.")).to_be_visible()
        fits(page, size)
        page.get_by_role("link", name="Team", exact=True).click()
        page.get_by_label("E-mail address").fill(address)
        page.get_by_role("button", name="Invite").click()
        expect(page.get_by_text(f"{address} is in the team.")).to_be_visible()
        fits(page, size)
    with signed_in(browser, demo, address, size) as invited:
        theirs = invited.new_page()
        theirs.goto("/employer/")
        theirs.get_by_role("link", name="Team", exact=True).click()
        expect(theirs.get_by_role("rowheader", name=address)).to_be_visible()
        expect(theirs.get_by_role("button", name="Invite")).to_have_count(0)
