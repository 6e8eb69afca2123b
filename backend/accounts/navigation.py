"""Where somebody's work is: the entries of the navigation, and the page a sign-in leads to."""

from typing import TypedDict

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope

HOME = "/me/"


class Entry(TypedDict):
    """One link of the navigation."""

    label: str | Promise
    url: str
    current: bool


def entries(actor: Actor, path: str) -> list[Entry]:
    """The navigation of this person on the page at `path`; nothing for who is not signed in."""
    if not actor.is_person:
        return []
    links = [("/", _("Fairs")), *_work(actor), (HOME, _("My fairs"))]
    return [{"label": label, "url": url, "current": _is_current(url, path)} for url, label in links]


def home_of(actor: Actor) -> str:
    """The page somebody's work begins on; a person without a role is a candidate."""
    work = _work(actor)
    return work[0][0] if work else HOME


def _work(actor: Actor) -> list[tuple[str, str | Promise]]:
    pages = [
        ("/organiser/", _("Organise"), bool(actor.organisations(Scope.ORGANISER))),
        ("/staff/", _("Entrance"), bool(actor.organisations(Scope.CHECKIN))),
        ("/employer/", _("My stands"), bool(actor.employers())),
        ("/adviser/", _("My people"), bool(actor.organisations(Scope.ADVISER))),
    ]
    return [(url, label) for url, label, is_theirs in pages if is_theirs]


def _is_current(url: str, path: str) -> bool:
    """The fairs' pages lie beside each other at the root, everybody else's under one address."""
    return path.startswith(url) if url != "/" else path == "/" or path.startswith("/fairs/")
