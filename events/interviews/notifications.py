"""Who gets which message about an interview. Each is written in the transaction that gives the reason for it.

Whoever has no address gets none. Before something new is said of a booking, what still waits to be sent of it is
withdrawn. The registration's language and the fair's zone hold for the words.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from backend.accounts.actors import Actor
from backend.core.formats import format_instant, format_range, format_time
from backend.mail.services import Letter, post_messages, withdraw_messages
from events.employers.models import Employer, EmployerMember, Stand
from events.fairs.models import Fair
from events.interviews.enums import BookingStatus, CancelledBy
from events.interviews.models import Place, Slot, WaitlistEntry
from events.registrations.models import Registration
from events.registrations.notifications import address_of, language_of
from events.registrations.permissions import is_own

TEAM_NOTICE = timedelta(hours=24)
"""A recruiter is written to about an interview that falls away so shortly before; earlier, the agenda says it."""


@dataclass(frozen=True, slots=True)
class Appointment:
    """When and where somebody is expected, at a fair."""

    fair: Fair
    employer: Employer
    stand: Stand
    starts_at: datetime
    ends_at: datetime


def appointment_of(row: Place | Slot) -> Appointment:
    """When and where a booking takes place now, to tell afterwards what it was."""
    fair = row.fair if isinstance(row, Slot) else row.slot.fair
    return Appointment(fair, row.employer, row.stand, row.starts_at, row.ends_at)


def tell_booked(place: Place, *, actor: Actor) -> None:
    """Confirm a booking, whoever made it."""
    post_messages(_letters(place, "interview_booked", is_own=is_own(actor, place.registration)))


def tell_moved(place: Place, was: Appointment, *, actor: Actor, at: datetime) -> None:
    """Tell the person the old and the new time; and the team it leaves shortly before, if it is another one now."""
    withdraw_messages([place.id])
    letters = _letters(place, "interview_moved", was=was, is_own=is_own(actor, place.registration))
    if was.employer.id != place.employer_id and at < was.starts_at <= at + TEAM_NOTICE:
        letters += _team_letters({was.employer.id: [(was, place.registration.given_name)]})
    post_messages(letters)


def tell_shifted(places: Sequence[Place], by: timedelta) -> None:
    """Tell everybody in a column the old and the new time, and whose interviews now meet that they do."""
    told = [place for place in places if place.status == BookingStatus.BOOKED]
    withdraw_messages([place.id for place in told])
    letters = []
    for place in told:
        now_is = appointment_of(place)
        was = Appointment(now_is.fair, now_is.employer, now_is.stand, place.starts_at - by, place.ends_at - by)
        letters += _letters(place, "interview_moved", was=was, is_shifted=True, is_clashing=place.has_shifted_clash)
    post_messages(letters)


def tell_cancelled(places: Sequence[Place], *, actor: Actor, at: datetime) -> None:
    """Tell each person once which interviews are cancelled and by whom, and the teams who expected them shortly.

    Of interviews that are over nothing is said.
    """
    withdraw_messages([place.id for place in places])
    ahead = [place for place in places if place.ends_at > at]
    of_person: dict[Registration, list[Place]] = defaultdict(list)
    of_team: dict[Any, list[tuple[Appointment, str]]] = defaultdict(list)
    for place in ahead:
        of_person[place.registration].append(place)
        if place.cancelled_by != CancelledBy.EMPLOYER and place.starts_at <= at + TEAM_NOTICE:
            of_team[place.employer_id].append((appointment_of(place), place.registration.given_name))
    letters = []
    for registration, theirs in of_person.items():
        by = "self" if is_own(actor, registration) else theirs[0].cancelled_by
        others = f"book/{theirs[0].employer.slug}/" if len(theirs) == 1 else "book/"
        link = _link(registration, theirs[0].slot.fair, others)
        lines = _lines_in(language_of(registration), [appointment_of(place) for place in theirs])
        letters += _letters(theirs[0], "interview_cancelled", by=by, link=link, lines=lines, count=len(theirs))
    post_messages(letters + _team_letters(of_team))


def tell_offered(entry: WaitlistEntry, slot: Slot) -> None:
    """Tell somebody in line that a place is kept for them, and until when."""
    until = entry.offered_until
    assert until is not None
    registration = entry.registration
    with translation.override(language_of(registration)):
        shown = format_instant(until, slot.fair.zone)
    context: dict[str, Any] = {"until": shown, "link": _link(registration, slot.fair)}
    post_messages(
        _to(registration, appointment_of(slot), "interview_offered", about=entry, not_after_at=until, **context)
    )


def take_back_offers(entries: Iterable[WaitlistEntry]) -> None:
    """Do not send what still waits of an offer that is over."""
    withdraw_messages([entry.id for entry in entries])


def remind(places: Iterable[Place], at: datetime) -> None:
    """Remind of interviews that are near; not sent by their start, it is not sent."""
    letters = []
    for place in places:
        zone = place.slot.fair.zone
        is_today = place.starts_at.astimezone(zone).date() == at.astimezone(zone).date()
        letters += _letters(
            place,
            "interview_reminder",
            not_after_at=place.starts_at,
            is_today=is_today,
            time=format_time(place.starts_at, zone),
        )
    post_messages(letters)


def tell_earlier(slot: Slot, places: Iterable[Place]) -> None:
    """Tell those who asked to hear of it that an earlier time of the same employer is free, first come first served."""
    letters = []
    for place in places:
        with translation.override(language_of(place.registration)):
            earlier = format_instant(slot.starts_at, slot.fair.zone)
        letters += _letters(place, "interview_earlier", not_after_at=slot.starts_at, earlier=earlier)
    post_messages(letters)


def _letters(place: Place, template: str, **context: Any) -> list[Letter]:
    """The message to the person of a booking, if they have an address."""
    registration = place.registration
    link = _link(registration, place.slot.fair, f"interviews/{place.id}/")
    return _to(registration, appointment_of(place), template, about=place, **{"link": link} | context)


def _to(
    registration: Registration,
    what: Appointment,
    template: str,
    *,
    about: Place | WaitlistEntry,
    not_after_at: datetime | None = None,
    was: Appointment | None = None,
    **context: Any,
) -> list[Letter]:
    address, channel = address_of(registration)
    if not address:
        return []
    language = language_of(registration)
    venue = what.fair.venue
    with translation.override(language):
        values = {
            "given_name": registration.given_name,
            "fair": what.fair.name,
            "employer": what.employer.name,
            "stand": what.stand.label,
            "when": _when(what),
            "where": ", ".join(part for part in (venue.name, venue.commune) if part) if venue else "",
            "was": _when(was) if was else "",
            "was_with": was.employer.name if was else "",
        }
    return [
        Letter(
            template,
            to=address,
            channel=channel,
            language=language,
            context=values | context,
            user_id=registration.user_id,
            organisation_id=registration.organisation_id,
            about_id=about.id,
            not_after_at=not_after_at,
        )
    ]


def _team_letters(of_team: dict[Any, list[tuple[Appointment, str]]]) -> list[Letter]:
    """One message to each recruiter of these employers about the interviews that fall away."""
    if not of_team:
        return []
    members = EmployerMember.objects.filter(employer__in=of_team, user__is_active=True).exclude(user__email="")
    letters = []
    for member in members.select_related("user").order_by("id"):
        gone = of_team[member.employer_id]
        first = gone[0][0]
        lines = _lines_in(member.user.language, [what for what, _name in gone], [name for _what, name in gone])
        context = {
            "employer": first.employer.name,
            "fair": first.fair.name,
            "lines": lines,
            "count": len(gone),
            "link": f"{settings.SITE_URL}/employer/stands/{first.stand.id}/",
        }
        letters.append(
            Letter(
                "interview_team_cancelled",
                to=member.user.email,
                language=member.user.language,
                context=context,
                user_id=member.user_id,
                organisation_id=first.employer.organisation_id,
            )
        )
    return letters


def _lines_in(language: str, appointments: Sequence[Appointment], names: Sequence[str] = ()) -> list[str]:
    """A line for each: when, and with whom; to a team by the given names, which is all a mail needs to say."""
    with translation.override(language):
        whom = names or [
            _("%(employer)s, stand %(stand)s") % {"employer": what.employer.name, "stand": what.stand.label}
            for what in appointments
        ]
        return [f"{_when(what)}: {name}" for what, name in zip(appointments, whom, strict=True)]


def _when(what: Appointment) -> str:
    return format_range(what.starts_at, what.ends_at, what.fair.zone)


def _link(registration: Registration, fair: Fair, path: str = "") -> str:
    """The address of a page of the person's day. Several people may have one account, so it says whose."""
    return f"{settings.SITE_URL}/me/fairs/{fair.slug}/{path}?registration={registration.id}"
