"""The demonstration on the real server, and every page that somebody can open in it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext

from tests.core.serving import Site, manage, serving

REAL = {"DJANGO_SETTINGS_MODULE": "backend.settings"}
PAGES = {
    "public": [
        "/",
        "/fairs/{fair}/",
        "/fairs/{fair}/employers/",
        "/fairs/{fair}/employers/{employer}/",
        "/fairs/{fair}/offers/",
        "/fairs/{fair}/register/",
        "/fairs/{fair}/register/code/",
        "/fairs/{fair}/register/guardian/{guardian}/",
        "/sign-in/",
        "/sign-in/code/",
        "/sign-in/link/{guardian}/",
        "/sign-out/",
        "/api/v1/docs/errors",
    ],
    "candidate": [
        "/me/",
        "/me/fairs/{fair}/",
        "/me/fairs/{fair}/book/",
        "/me/fairs/{fair}/book/{employer}/",
        "/me/fairs/{fair}/interviews/{interview}/",
        "/me/fairs/{fair}/calendar/",
        "/me/fairs/{fair}/interviews/{interview}/move/",
    ],
    "employer": [
        "/employer/",
        "/employer/stands/{stand}/",
        "/employer/stands/{stand}/schedule/",
        "/employer/stands/{stand}/calendars/",
        "/employer/stands/{stand}/shift/",
        "/employer/stands/{stand}/to-complete/",
        "/employer/to-complete/",
        "/employer/bookings/{booking}/",
        "/employer/bookings/{booking}/outcome/",
        "/employer/{employer}/profile/",
        "/employer/{employer}/team/",
        "/employer/{employer}/team/{recruiter}/",
        "/employer/offers/",
        "/employer/offers/new/",
        "/employer/offers/{offer}/",
    ],
    "adviser": [
        "/adviser/",
        "/adviser/{fair}/",
        "/adviser/{fair}/register/",
        "/adviser/{fair}/import/",
        "/adviser/{fair}/{person}/",
        "/adviser/{fair}/{person}/book/",
        "/adviser/{fair}/{person}/book/{employer}/",
        "/adviser/{fair}/{person}/interviews/{meeting}/",
        "/adviser/{fair}/{person}/interviews/{meeting}/move/",
    ],
    "staff": ["/staff/", "/staff/{fair}/scan/"],
    "organiser": [
        "/organiser/",
        "/organiser/?new=1",
        "/organiser/{fair}/",
        "/organiser/{fair}/settings/",
        "/organiser/{fair}/exhibitors/",
        "/organiser/{fair}/exhibitors/add/",
        "/organiser/{fair}/places/",
        "/organiser/{fair}/registrations/",
        "/organiser/{fair}/import/",
        "/organiser/{fair}/badges/",
        "/organiser/{fair}/team/",
        "/organiser/{fair}/team/{colleague}/",
        "/organiser/{fair}/tokens/",
        "/organiser/{fair}/audit/",
    ],
}
"""Addresses by who opens them; the names in braces are those of `Demonstration.known`."""


@dataclass(frozen=True)
class Demonstration:
    """A running demonstration, and what `door_data.show_known` tells about it."""

    site: Site
    known: dict[str, Any]

    def address(self, template: str) -> str:
        """The path of a page of `PAGES`."""
        return template.format_map(self.known)

    def window(self, browser: Browser, who: str, language: str = "fr", **options: Any) -> BrowserContext:
        """A browser in which this person is signed in."""
        base = f"http://localhost:{self.site.port}"
        context = browser.new_context(base_url=base, extra_http_headers={"Accept-Language": language}, **options)
        context.add_cookies([{"name": "sessionid", "value": self.known["sessions"][who], "url": base}])
        return context


def told(folder: Path, call: str) -> str:
    """What a function of door_data prints about the database of the server in this folder."""
    done = manage(folder, "shell", "-v", "0", "-c", f"from tests.e2e.door_data import *; {call}", **REAL)
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded(folder: Path) -> dict[str, Any]:
    """Load the small demonstration into a folder; what is known of it."""
    made = manage(folder, "demo", "--size", "small", "--no-serve", **REAL)
    assert made.returncode == 0, made.stderr
    fair = json.loads(made.stdout.splitlines()[-1])["fair"]
    return {"fair": fair} | json.loads(told(folder, f"show_known({fair!r})"))


@contextmanager
def demonstration(folder: Path) -> Iterator[Demonstration]:
    """The small demonstration, served out of a folder."""
    known = loaded(folder)
    with serving(folder, **REAL) as site:
        yield Demonstration(site, known)
