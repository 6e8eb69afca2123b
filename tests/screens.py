"""`python -m tests.screens`: photograph the demonstration's main pages, in French, for README.md.

Starts a demonstration of its own on a free port, in a folder that it removes; writes `docs/screens/*.png`.
"""

import io
import os
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.pages import Demonstration, demonstration
from tests.engines import find_binary

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screens"
SIZES = {"phone": (360, 740), "desk": (1440, 900)}
SHOTS = {
    "fair": ("public", "/fairs/{fair}/"),
    "book": ("candidate", "/me/fairs/{fair}/book/"),
    "ticket": ("candidate", "/me/fairs/{fair}/"),
    "agenda": ("employer", "/employer/stands/{stand}/"),
    "scan": ("staff", "/staff/{fair}/scan/"),
    "cockpit": ("organiser", "/organiser/{fair}/"),
}
BYTES = 120_000
"""What a picture may weigh in the repository."""
IS_LIVE = "() => !document.querySelector('[data-live]:not([data-live-state=online]), #door:not([data-line=online])')"


def main() -> None:
    """Take every picture anew."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="passerelle-screens-") as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_binary("chromium"), args=arguments)
        with demonstration(Path(folder)) as demo:
            for name in SHOTS:
                for size in SIZES:
                    path = FOLDER / f"{name}-{size}.png"
                    path.write_bytes(small(photograph(browser, demo, name, size)))
                    print(f"{path.stat().st_size:>7} {path.relative_to(FOLDER.parents[1])}")  # noqa: T201
        browser.close()


def photograph(browser: Browser, demo: Demonstration, name: str, size: str) -> bytes:
    """What a window of this size shows of a page."""
    who, template = SHOTS[name]
    width, height = SIZES[size]
    viewport: Any = {"width": width, "height": height}
    with demo.window(browser, who, viewport=viewport, reduced_motion="reduce") as context:
        page = context.new_page()
        page.goto(demo.address(template))
        page.wait_for_function(IS_LIVE)
        if name == "scan":
            let_in(page, demo.known["tickets"][list(SIZES).index(size)][1])
        return page.screenshot()


def let_in(page: Page, code: str) -> None:
    """Scan somebody, so that the scanner shows an answer."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")
    page.wait_for_selector("#verdict.is-ok")


def small(picture: bytes) -> bytes:
    """The picture with as many colours as fit, a palette of 256 at the most."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in (256, 128, 64, 32):
        written = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
        if written.tell() <= BYTES:
            break
    return written.getvalue()


if __name__ == "__main__":
    main()
