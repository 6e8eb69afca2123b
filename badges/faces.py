"""What a badge says of a registration, in the site's language: the fair's visitors read it, not only its wearer."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.dateformat import format as format_date
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backend.core.formats import format_day
from badges.drawing import BadgeFace
from events.fairs.models import Fair
from events.registrations.enums import RegistrationKind
from events.registrations.models import Ticket
from events.registrations.rules import first_day
from events.registrations.selectors import ticket_text

FULL_AGE = 18


@dataclass(frozen=True)
class FairWords:
    """What all badges of a fair have in common; `title` is their document's."""

    fair: Fair
    title: str
    dates: str
    roles: dict[str, str]
    first_day: date
    language: str


def words_of(fair: Fair) -> FairWords:
    """The words of a fair's badges, always in the site's language: a reader's would make every badge a changed one."""
    language = settings.LANGUAGE_CODE
    with translation.override(language):
        return FairWords(
            fair=fair,
            title=_("Badges – %(fair)s") % {"fair": fair.name},
            dates=_dates(fair),
            roles={kind.value: str(kind.label) for kind in RegistrationKind},
            first_day=first_day(fair),
            language=language,
        )


def _dates(fair: Fair) -> str:
    """`Jeudi 28 novembre 2026`; over several days `28–29 novembre 2026`, since weekdays would not fit a label."""
    # A fair that ends at midnight does not last until the next day.
    last_instant = max(fair.starts_at, fair.ends_at - timedelta(microseconds=1))
    first, last = fair.starts_at.astimezone(fair.zone), last_instant.astimezone(fair.zone)
    if first.date() == last.date():
        return capfirst(format_day(first, fair.zone, with_year=True))
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{format_date(last, 'j F Y')}"
    return f"{format_date(first, 'j F' if first.year == last.year else 'j F Y')} – {format_date(last, 'j F Y')}"


def face_of(ticket: Ticket, words: FairWords) -> BadgeFace:
    """The badge of the ticket's registration; who is under 18 on the first day has no family name (contract §2.7)."""
    registration = ticket.registration
    age = registration.age_on(words.first_day)
    is_minor = age is not None and age < FULL_AGE
    return BadgeFace(
        given_name=registration.given_name,
        family_name="" if is_minor else registration.family_name,
        role=words.roles[registration.kind],
        kind=registration.kind,
        employer=registration.employer_name,
        fair=words.fair.name,
        date=words.dates,
        code=registration.code,
        qr_text=ticket_text(ticket, words.fair),
        box=registration.badge_box,
        language=words.language,
    )
