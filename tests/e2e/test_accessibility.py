"""Every page against the rules of WCAG 2.2 A and AA that a program can check: telephone and desk, light and dark."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLPattern, get_resolver, resolve
from playwright.sync_api import Browser, Page

from tests.e2e.pages import PAGES, Demonstration, demonstration

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FOUND = """async (tags) => {
  const runOnly = { type: "tag", values: tags };
  const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.html} ${node.failureSummary}`));
}"""
LOOKS: list[tuple[int, int, Any]] = [
    (width, height, scheme) for width, height in ((360, 740), (1440, 900)) for scheme in ("light", "dark")
]
# Answers to a POST, what a browser reads by itself, parts and forwards: nothing that somebody looks at.
NO_PAGES = {
    *("calendar-feed", "interview-earlier"),
    *("confirm-own", "employer-booking-cancel", "leave-fair", "organiser-publish", "set_language"),
    *("employer-offer-close", "employer-offer-publish", "manifest", "organiser-print-job", "staff-fair"),
    *("answer-line", "join-line", "adviser-answer-line", "adviser-join-line"),
    *("employer-booking-start", "employer-booking-finish", "employer-booking-no-show", "employer-booking-release"),
    *("employer-slot-block", "employer-slot-reopen"),
    *("organiser-colleague-remove", "organiser-token-revoke", "employer-teammate-remove"),
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The small demonstration, served."""
    with demonstration(tmp_path_factory.mktemp("accessibility")) as running:
        yield running


def violations(page: Page) -> list[str]:
    """What axe finds on the page, as sentences."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)  # not as a script of the page, which its content policy would refuse
    found: list[str] = page.evaluate(FOUND, RULES)
    return found


@pytest.mark.parametrize(("who", "template"), [(who, path) for who, paths in PAGES.items() for path in paths])
def test_everybody_can_use_it(browser: Browser, demo: Demonstration, who: str, template: str) -> None:
    said: list[str] = []
    asked: list[str] = []
    with demo.window(browser, who, reduced_motion="reduce") as context:
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        path = demo.address(template)
        answer = page.goto(path)
        assert answer is not None
        assert (answer.status, page.url) == (200, f"http://localhost:{demo.site.port}{path}")
        for width, height, scheme in LOOKS:
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == [], (width, scheme)
    assert said == []
    assert {url.split("/")[2] for url in asked if url.startswith("http")} == {f"localhost:{demo.site.port}"}


def test_a_page_that_is_not_there_is_accessible_too(browser: Browser, demo: Demonstration) -> None:
    with demo.window(browser, "public", reduced_motion="reduce") as context:
        page = context.new_page()
        answer = page.goto("/fairs/nowhere/")
        assert answer is not None
        assert answer.status == 404
        assert violations(page) == []


def test_axe_speaks_up(browser: Browser, demo: Demonstration) -> None:
    with demo.window(browser, "public") as context:
        page = context.new_page()
        page.goto("/")
        page.evaluate("document.querySelector('main').append(document.createElement('input'))")
        assert "label" in {sentence.partition(":")[0] for sentence in violations(page)}


def test_no_page_is_left_out(demo: Demonstration) -> None:
    named = {
        pattern.name for pattern in get_resolver().url_patterns if isinstance(pattern, URLPattern) and pattern.name
    }
    reached = {resolve(demo.address(path).partition("?")[0]).url_name for paths in PAGES.values() for path in paths}
    assert reached | NO_PAGES == named
