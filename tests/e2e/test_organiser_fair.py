"""An organiser makes a fair from nothing until the public sees it: telephone and desk, real server and browser."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from backend.core.clock import now
from tests.core.serving import Site, manage, serving
from tests.e2e.pages import REAL, told

ORGANISER = "anne@example.org"
SIZES: list[Any] = [{"width": 360, "height": 740}, {"width": 1440, "height": 900}]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """An organisation that has nothing yet, on the real server, and the session of its organiser."""
    folder: Path = tmp_path_factory.mktemp("organiser")
    for arguments in (("migrate", "-v", "0"), ("create_organisation", "Cap Emploi", "--organiser", ORGANISER)):
        made = manage(folder, *arguments, **REAL)
        assert made.returncode == 0, made.stderr
    session = told(folder, f"show_session({ORGANISER!r})").strip()
    with serving(folder, **REAL) as site:
        yield site, session


def seen(page: Page, width: int, heading: str) -> None:
    """A page of that heading which fits the window."""
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    assert page.evaluate("document.documentElement.scrollWidth") == width


def make_fair(page: Page, width: int, name: str) -> None:
    """From the list of fairs to the cockpit of a new one; the first try ends before it starts."""
    day = f"{now() + timedelta(days=30):%Y-%m-%d}"
    page.goto("/organiser/")
    seen(page, width, "Your fairs")
    page.get_by_role("link", name="New fair").click()
    seen(page, width, "New fair")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Starts").fill(f"{day}T09:00")
    page.get_by_label("Ends").fill(f"{day}T08:00")
    page.get_by_text("A place that is not in the list").click()
    page.get_by_label("Name of the place").fill("Halle de Martigues")
    page.get_by_label("Town").fill("Martigues")
    page.get_by_role("button", name="Make the fair").click()
    expect(page.locator(".summary")).to_contain_text("A fair ends after it starts.")
    seen(page, width, "New fair")
    page.get_by_label("Ends").fill(f"{day}T17:00")
    page.get_by_role("button", name="Make the fair").click()
    seen(page, width, name)
    expect(page.get_by_text("The fair is made.")).to_be_visible()


def lay_out(page: Page, width: int) -> None:
    """A hall, the stands A1 to A5 in it, and a row of which one is there already."""
    page.get_by_role("link", name="Stands and gates").click()
    seen(page, width, "Stands, halls and gates")
    form = page.locator("form", has=page.get_by_role("button", name="Add a hall"))
    form.get_by_label("Name").fill("Hall A")
    form.get_by_role("button").click()
    expect(page.get_by_text("The hall is made.")).to_be_visible()
    form = page.locator("form", has=page.get_by_role("button", name="Add the stands"))
    for first, last, said in ((1, 5, "5 stands are made."), (5, 6, "These stands are there already: A5.")):
        form.get_by_label("Begins with").fill("A")
        form.get_by_label("First number").fill(str(first))
        form.get_by_label("Last number").fill(str(last))
        form.get_by_label("Hall").select_option(label="Hall A")
        form.get_by_role("button").click()
        expect(page.get_by_text(said).first).to_be_visible()
    seen(page, width, "Stands, halls and gates")


def bring_in(page: Page, width: int, employer: str) -> None:
    """An employer nobody knew becomes an exhibitor at stand A3, and stands in the file of exhibitors."""
    page.get_by_role("link", name="Exhibitors", exact=True).click()
    page.get_by_role("link", name="Add an exhibitor").click()
    seen(page, width, "Add an exhibitor")
    page.get_by_label("Name", exact=True).fill(employer)
    page.get_by_label("Sector").fill("Métallurgie")
    page.get_by_role("button", name="Add the employer").click()
    expect(page.get_by_text(f"{employer} takes part.")).to_be_visible()
    page.get_by_label("Stand", exact=True).select_option(label="A3")
    page.get_by_role("button", name="Assign the stand").click()
    expect(page.get_by_text(f"{employer} has stand A3.")).to_be_visible()
    seen(page, width, "Exhibitors")
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV").click()
    assert f"chaudronnerie-{width},accepted,A3" in downloading.value.path().read_text("utf-8-sig")


def publish(page: Page, width: int) -> None:
    """A last change of the settings, and everybody may see it."""
    page.get_by_role("link", name="Settings").click()
    seen(page, width, "Settings")
    page.get_by_label("Description").fill("Venez avec votre CV.")
    page.get_by_role("button", name="Save the settings").click()
    expect(page.get_by_text("The settings are saved.")).to_be_visible()
    page.locator("summary", has_text="Publish").click()
    page.get_by_role("button", name="Publish the fair").click()
    expect(page.get_by_text("The fair is published.")).to_be_visible()


@pytest.mark.parametrize("size", SIZES, ids=["telephone", "desk"])
def test_from_nothing_to_the_public_page(browser: Browser, running: tuple[Site, str], size: Any) -> None:
    site, session = running
    width, base = size["width"], f"http://localhost:{site.port}"
    options: Any = {"base_url": base, "viewport": size, "extra_http_headers": {"Accept-Language": "en"}}
    name, employer = f"Forum {width}", f"Chaudronnerie {width}"
    said: list[str] = []
    with browser.new_context(**options) as context:
        context.add_cookies([{"name": "sessionid", "value": session, "url": base}])
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        make_fair(page, width, name)
        lay_out(page, width)
        bring_in(page, width, employer)
        publish(page, width)
    assert len(said) == 2
    assert all("422" in text for text in said)  # the browser itself says of two forms that they came back

    with browser.new_context(**options) as context:
        public = context.new_page()
        public.goto(f"/fairs/forum-{width}/")
        seen(public, width, name)
        expect(public.get_by_text("Halle de Martigues").first).to_be_visible()
        public.goto(f"/fairs/forum-{width}/employers/")
        expect(public.get_by_text(employer)).to_be_visible()
        expect(public.get_by_text("A3").first).to_be_visible()
