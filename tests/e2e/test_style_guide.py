"""The style guide in a real browser: nothing overflows, is refused by the content policy or is too small to touch."""

import mimetypes
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.utils import translation
from playwright.sync_api import Browser, Page, Route

from tests.core.style_guide import style_guide

POLICY = "default-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; img-src 'self' data:"
TICKET = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7H1z"/></svg>'
# A link inside a sentence or a list of errors is text; a ticked box is touched by its label.
TOO_SMALL = """() => [...document.querySelectorAll("a, button, summary, select, input:not([type=hidden])")]
  .filter((e) => e.checkVisibility() && !e.closest(".skip, .summary, .fair-name, .moment-title, .slot"))
  .map((e) => (["checkbox", "radio"].includes(e.type) ? e.labels[0] : e))
  .filter((e) => e.getBoundingClientRect().height < 43.5).map((e) => e.outerHTML)"""


def opened(browser: Browser, width: int, height: int, scheme: Any, language: str) -> tuple[Page, list[str]]:
    """The style guide in a window, and what the console has said."""
    with translation.override(language):
        text = style_guide()

    def serve(route: Route) -> None:
        name = route.request.url.partition("/static/")[2].partition("#")[0]
        if route.request.url.endswith("/ticket.svg"):
            route.fulfill(body=TICKET, content_type="image/svg+xml")
        elif name:
            path = Path(finders.find(name) or name)
            route.fulfill(path=path, content_type=mimetypes.guess_type(path)[0])
        else:
            route.fulfill(body=text, content_type="text/html", headers={"Content-Security-Policy": POLICY})

    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.route("**/*", serve)
    page.goto("http://passerelle.test/")
    return page, said


@pytest.mark.parametrize("language", ["fr", "ar"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), [(360, 740), (800, 900), (1440, 900)])
def test_fits_obeys_and_can_be_touched(browser: Browser, width: int, height: int, scheme: str, language: str) -> None:
    page, said = opened(browser, width, height, scheme, language)
    try:
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(TOO_SMALL) == []
        assert said == []
    finally:
        page.close()


def test_theme_is_chosen_and_remembered(browser: Browser) -> None:
    page, _ = opened(browser, 360, 740, "light", "fr")
    try:
        ground = "getComputedStyle(document.body).backgroundColor"
        assert page.evaluate(ground) == "rgb(255, 255, 255)"
        page.click("[data-theme-toggle]")
        assert page.evaluate(ground) == "rgb(11, 21, 30)"
        assert "theme=dark" in page.evaluate("document.cookie")
    finally:
        page.close()


def test_confirmation_opens_without_a_script_and_closes_with_escape(browser: Browser) -> None:
    page, _ = opened(browser, 360, 740, "light", "fr")
    try:
        page.click("details.confirm summary")
        assert page.is_visible(".confirm-panel")
        page.keyboard.press("Escape")
        assert page.is_hidden(".confirm-panel")
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
    finally:
        page.close()
