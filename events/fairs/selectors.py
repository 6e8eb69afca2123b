"""Reads of series, fairs and venues."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.core.api import found_by_slug
from backend.core.errors import invalid
from backend.core.prepared import Given, Prepared
from events.fairs.enums import FairStatus
from events.fairs.models import Fair, Series, Venue
from events.fairs.recurrence import Occurrence, Recurrence, occurrences


def visible_venues(actor: Actor) -> QuerySet[Venue]:
    """The venues of the organisations the actor organises or reads."""
    return Venue.objects.filter(organisation_id__in=actor.readable_organisations())


def visible_fairs(actor: Actor) -> QuerySet[Fair]:
    """Published fairs for everybody; all of their organisation's for organisers, staff and advisers."""
    public = Q(status__in=(FairStatus.PUBLISHED, FairStatus.CANCELLED))
    own = actor.readable_organisations() | actor.organisations(Scope.CHECKIN) | actor.organisations(Scope.ADVISER)
    return Fair.objects.filter(public | Q(organisation_id__in=own))


def organised_fairs(actor: Actor) -> QuerySet[Fair]:
    """The fairs the actor may change."""
    if actor.is_system:
        return Fair.objects.all()
    return Fair.objects.filter(organisation_id__in=actor.organisations(Scope.ORGANISER))


def scannable_fairs(actor: Actor) -> QuerySet[Fair]:
    """The fairs at whose entrance the actor may scan."""
    return Fair.objects.filter(organisation_id__in=actor.organisations(Scope.CHECKIN))


def scannable_fair(actor: Actor, key: str) -> Fair:
    """One of `scannable_fairs` by its slug, or else its id, as every scan asks for it. Raises `not_found`."""
    fairs = [fair for fair in _OF_SLUG.rows(slug=key) if fair.organisation_id in actor.organisations(Scope.CHECKIN)]
    return fairs[0] if fairs else found_by_slug(scannable_fairs(actor), key)


_OF_SLUG = Prepared(lambda: Fair.objects.filter(slug=Given("slug", CharField())))


def readable_fairs(actor: Actor) -> QuerySet[Fair]:
    """The fairs whose lists of people the actor may read: organisers, auditors, and the entrance's staff."""
    return Fair.objects.filter(organisation_id__in=actor.readable_organisations() | actor.organisations(Scope.CHECKIN))


def visible_series(actor: Actor) -> QuerySet[Series]:
    """The series of the organisations the actor organises or reads."""
    return Series.objects.filter(organisation_id__in=actor.readable_organisations()).select_related("venue")


def series_with_calendar(actor: Actor) -> QuerySet[Series]:
    """The series of which the actor may see a fair, and those that are theirs."""
    shown = Exists(visible_fairs(actor).filter(series=OuterRef("pk")))
    return Series.objects.filter(shown | Q(organisation_id__in=actor.readable_organisations()))


def recurrence_of(series: Series) -> Recurrence:
    """The rule of the series as dates are worked out from it. ValueError, readable, if it makes no sense."""
    return Recurrence(
        starts_at=series.starts_at,
        time_zone=series.time_zone,
        duration=timedelta(minutes=series.duration_minutes),
        rrule=series.rrule,
        exdates=tuple(map(_day_or_instant, series.exdates)),
        rdates=tuple(map(_day_or_instant, series.rdates)),
    )


def occurrences_between(series: Series, from_at: datetime, to_at: datetime, *, field: str) -> list[Occurrence]:
    """The dates of the series between two instants, both included.

    Raises `invalid` for `field` where that is more than ten years or 2,000 dates.
    """
    try:
        return occurrences(recurrence_of(series), from_at, to_at)
    except ValueError as error:
        raise invalid(field, str(error)) from error


def fairs_of_occurrences(series: Series, dates: Iterable[Occurrence]) -> dict[datetime, Fair]:
    """The fairs already made of these dates, by the instant at which the series has them begin."""
    starts = [date.starts_at for date in dates]
    if not starts:
        return {}
    fairs = Fair.objects.filter(series=series, occurrence_at__range=(starts[0], starts[-1]))
    return {fair.occurrence_at: fair for fair in fairs if fair.occurrence_at is not None}


def _day_or_instant(text: str) -> date | datetime:
    return date.fromisoformat(text) if len(text) == len("2026-11-28") else datetime.fromisoformat(text)
