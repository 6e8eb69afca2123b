"""Interviews as calendars: one to take along with the ticket, and feeds to subscribe to.

They name nobody but the candidate by the given name, and that to the interviewer only.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _
from icalendar import Event

from backend.core.api import found
from backend.core.clock import now
from backend.core.crypto import hash_secret
from events.fairs.calendars import calendar_text, event_of, event_of_fair, place_words
from events.interviews import selectors
from events.interviews.enums import BookingStatus
from events.interviews.models import CalendarFeed, Interviewer, Place
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from events.registrations.notifications import language_of

KEEP_CANCELLED = timedelta(days=30)
"""So long a subscribed calendar shows a cancelled interview as cancelled; then it is simply gone."""


def calendar_of_ticket(registration: Registration) -> bytes:
    """The fair and the live interviews of a confirmed registration, as they are now."""
    places = selectors.bookings().filter(registration=registration, is_live=True).order_by("starts_at", "id")
    with translation.override(language_of(registration)):
        events = [event_of_fair(registration.fair), *map(_for_candidate, places)]
        return calendar_text(registration.fair.name, events, uid=registration.id)


def calendar_of_feed(feed: CalendarFeed) -> bytes:
    """What a subscribed calendar shows now."""
    if feed.interviewer is not None:
        return _interviewers(feed, feed.interviewer)
    registration = feed.registration
    assert registration is not None
    places = _kept().filter(registration=registration)
    with translation.override(language_of(registration)):
        is_coming = registration.status == RegistrationStatus.CONFIRMED
        events = [event_of_fair(registration.fair)] if is_coming else []
        return calendar_text(registration.fair.name, [*events, *map(_for_candidate, places)], uid=feed.id)


def feed_of(secret: str) -> CalendarFeed:
    """The subscribed calendar with this secret in its address. Raises `not_found`, for one that was renewed too."""
    rows = CalendarFeed.objects.select_related("registration__fair__venue", "interviewer__stand__fair__venue")
    return found(rows, secret_hash=hash_secret(secret))


def has_feed(registration: Registration) -> bool:
    """Whether the registration has an address to subscribe to."""
    return CalendarFeed.objects.filter(registration=registration).exists()


def _interviewers(feed: CalendarFeed, interviewer: Interviewer) -> bytes:
    stand = interviewer.stand
    with translation.override(settings.LANGUAGE_CODE):
        events = [_for_interviewer(place) for place in _kept().filter(slot__interviewer=interviewer)]
        name = _("Stand %(label)s, %(table)s: %(fair)s")
        words = {"label": stand.label, "table": str(interviewer), "fair": stand.fair.name}
        return calendar_text(name % words, events, uid=feed.id)


def _kept() -> QuerySet[Place]:
    is_kept = ~Q(status=BookingStatus.CANCELLED) | Q(cancelled_at__gt=now() - KEEP_CANCELLED)
    return selectors.bookings().filter(is_kept).order_by("starts_at", "id")


def _for_candidate(place: Place) -> Event:
    path = f"/me/fairs/{place.slot.fair.slug}/interviews/{place.id}/?registration={place.registration_id}"
    return _event(place, _("Interview: %(who)s") % {"who": place.employer.name}, path)


def _for_interviewer(place: Place) -> Event:
    return _event(
        place, _("Interview: %(who)s") % {"who": place.registration.given_name}, f"/employer/bookings/{place.id}/"
    )


def _event(place: Place, summary: str, path: str) -> Event:
    fair = place.slot.fair
    return event_of(
        place.id,
        fair.zone,
        summary=summary,
        starts_at=place.starts_at,
        ends_at=place.ends_at,
        location=place_words(fair, _("Stand %(stand)s") % {"stand": place.stand.label}),
        url=f"{settings.SITE_URL}{path}",
        sequence=place.sequence,
        changed_at=place.updated_at,
        is_cancelled=place.status == BookingStatus.CANCELLED,
    )
