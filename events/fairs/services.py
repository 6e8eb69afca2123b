"""Writes of series, fairs, venues and halls."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.core import audit
from backend.core.clock import now
from backend.core.errors import DomainError, invalid
from backend.core.events import announce
from backend.core.slugs import insert_with_slug
from backend.core.text import fold
from events.fairs import permissions, selectors
from events.fairs.enums import FairStatus
from events.fairs.models import Fair, Hall, Series, Venue
from events.fairs.recurrence import Occurrence, validate_rrule

LONGEST = timedelta(days=366)
NUMBERS = 2**24
CHANGEABLE = (FairStatus.DRAFT, FairStatus.PUBLISHED)


@transaction.atomic
def create_venue(values: Mapping[str, Any], *, actor: Actor, organisation_id: UUID | None = None) -> Venue:
    """Make a venue of the organisation given, else of the one the actor works in.

    `values`: name, address, postcode, commune, latitude, longitude (degrees). Raises `forbidden`.
    """
    venue = Venue(organisation_id=_organised_by(actor, organisation_id), **values)
    venue.commune_key = fold(venue.commune)[:220]
    venue.search_key = fold(f"{venue.name} {venue.commune} {venue.address}")[:420]
    venue.save(force_insert=True)
    audit.record("venue.created", venue, actor=actor, organisation_id=venue.organisation_id)
    return venue


@transaction.atomic
def create_series(values: Mapping[str, Any], *, actor: Actor) -> Series:
    """Make a series of the actor's organisation.

    `values`: name, venue, time_zone, starts_at (DTSTART), duration_minutes, rrule, exdates, rdates (ISO texts of days
    and instants), capacity. Raises `forbidden`, and `invalid` for a rule that RFC 5545 does not know.
    """
    series = Series(organisation_id=actor.home_organisation(), **values)
    _check_series(series)
    insert_with_slug(series, name=series.name, otherwise="series")
    audit.record("series.created", series, actor=actor, organisation_id=series.organisation_id)
    return series


@transaction.atomic
def change_series(series: Series, *, actor: Actor, values: Mapping[str, Any]) -> Series:
    """Change the series; fairs made of it stay as they are. Same `values` and errors as `create_series`."""
    series = Series.objects.select_for_update(of=("self",), no_key=True).get(pk=series.pk)
    if not permissions.can_change_series(actor, series):
        raise DomainError("forbidden")
    changed = _assign(series, values)
    if changed:
        _check_series(series)
        series.save(update_fields=[*changed, "search_key", "updated_at"])
        organisation = series.organisation_id
        audit.record("series.changed", series, actor=actor, organisation_id=organisation, reason=", ".join(changed))
    return series


@transaction.atomic
def generate_fairs(series: Series, *, actor: Actor, until: datetime) -> tuple[list[Fair], list[Fair]]:
    """Make a draft of every occurrence from the first to `until`, included, that has no fair yet.

    Answers (made now, there before). However often and from wherever it is asked, an occurrence becomes one fair: the
    series is locked. Raises `forbidden`, and `invalid` for more than ten years or 2,000 dates.
    """
    series = Series.objects.select_for_update(of=("self",), no_key=True).select_related("venue").get(pk=series.pk)
    if not permissions.can_change_series(actor, series):
        raise DomainError("forbidden")
    dates = selectors.occurrences_between(series, series.starts_at, until, field="until")
    fairs = selectors.fairs_of_occurrences(series, dates)
    existing = [fairs[date.starts_at] for date in dates if date.starts_at in fairs]
    created = [_draft_of(series, date) for date in dates if date.starts_at not in fairs]
    audit.record_all(_fair_entry("fair.created", fair, actor=actor, to_state=FairStatus.DRAFT) for fair in created)
    return created, existing


@transaction.atomic
def create_fair(
    values: Mapping[str, Any],
    *,
    actor: Actor,
    organisation_id: UUID | None = None,
    new_venue: Mapping[str, Any] | None = None,
) -> Fair:
    """Make a draft of a fair of the organisation given, else of the one the actor works in.

    `values`: the fields of contract §2.5; `new_venue`: those of a venue to make for it. Raises `forbidden`,
    `slug_taken`, and `invalid` naming what does not fit together.
    """
    fair = Fair(organisation_id=_organised_by(actor, organisation_id), **values)
    if new_venue:
        fair.venue = create_venue(new_venue, actor=actor, organisation_id=fair.organisation_id)
    _check_fair(fair)
    _insert_fair(fair, wanted=fair.slug, name=fair.name)
    audit.record("fair.created", fair, actor=actor, organisation_id=fair.organisation_id, to_state=fair.status)
    return fair


@transaction.atomic
def change_fair(
    fair: Fair, *, actor: Actor, values: Mapping[str, Any], new_venue: Mapping[str, Any] | None = None
) -> Fair:
    """Change a draft or a published fair; what is booked stays booked (see workflows.change_fair for what follows).

    `values`, `new_venue`, `slug_taken` and `invalid` as `create_fair`; raises also `forbidden`, and `wrong_state` for a
    cancelled or archived one.
    """
    fair = _locked(fair, actor)
    if fair.status not in CHANGEABLE:
        raise DomainError("wrong_state")
    if new_venue:
        venue = create_venue(new_venue, actor=actor, organisation_id=fair.organisation_id)
        values = {**values, "venue": venue}
    changed = _assign(fair, values)
    if not changed:
        return fair
    _check_fair(fair)
    _save_changed_fair(fair, changed)
    audit.record("fair.changed", fair, actor=actor, organisation_id=fair.organisation_id, reason=", ".join(changed))
    _announce("fair.changed", fair)
    return fair


@transaction.atomic
def publish_fair(fair: Fair, *, actor: Actor) -> Fair:
    """Show a draft to everybody; again, nothing changes. Raises `forbidden`, `wrong_state` for a cancelled one."""
    fair = _locked(fair, actor)
    if fair.status == FairStatus.PUBLISHED:
        return fair
    if fair.status != FairStatus.DRAFT:
        raise DomainError("wrong_state")
    fair.status, fair.published_at = FairStatus.PUBLISHED, now()
    _check_fair(fair)
    fair.save(update_fields=["status", "published_at", "updated_at"])
    audit.record(
        "fair.published",
        fair,
        actor=actor,
        organisation_id=fair.organisation_id,
        from_state=FairStatus.DRAFT,
        to_state=fair.status,
    )
    _announce("fair.published", fair)
    return fair


@transaction.atomic
def create_hall(fair: Fair, *, actor: Actor, values: Mapping[str, Any]) -> Hall:
    """Make a hall of the fair. `values`: name, width_m, depth_m (metres).

    Raises `forbidden`, `already_exists` with `hall` (id) for a name that the fair has.
    """
    if not permissions.can_organise(actor, fair):
        raise DomainError("forbidden")
    hall = Hall(fair=fair, **values)
    try:
        with transaction.atomic():
            hall.save(force_insert=True)
    except IntegrityError as error:
        known = Hall.objects.filter(fair=fair, name=hall.name).first()
        if known is None:
            raise
        raise DomainError("already_exists", extra={"hall": str(known.id)}) from error
    audit.record("hall.created", hall, actor=actor, organisation_id=fair.organisation_id)
    return hall


def _organised_by(actor: Actor, organisation_id: UUID | None) -> UUID:
    """The organisation in which something new is made. Raises `forbidden` for one the actor does not organise."""
    if organisation_id is None:
        return actor.home_organisation()
    if not actor.acts_in(organisation_id, Scope.ORGANISER):
        raise DomainError("forbidden")
    return organisation_id


def _locked(fair: Fair, actor: Actor) -> Fair:
    fair = Fair.objects.select_for_update(of=("self",), no_key=True).get(pk=fair.pk)
    if not permissions.can_organise(actor, fair):
        raise DomainError("forbidden")
    return fair


def _assign(row: Fair | Series, values: Mapping[str, Any]) -> list[str]:
    """Set the values and answer the names of those that were different."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return sorted(changed)


def _check_series(series: Series) -> None:
    try:
        validate_rrule(series.rrule)
    except ValueError as error:
        raise invalid("rrule", str(error)) from error
    try:
        selectors.recurrence_of(series)
    except ValueError as error:
        raise invalid("starts_at", str(error)) from error
    _check_venue(series)
    series.search_key = fold(series.name)[:220]


def _check_venue(row: Fair | Series) -> None:
    if row.venue is not None and row.venue.organisation_id != row.organisation_id:
        raise invalid("venue", _("This venue is not known here."))


def _check_fair(fair: Fair) -> None:
    errors: dict[str, list[Any]] = {}
    if fair.ends_at <= fair.starts_at:
        errors["ends_at"] = [_("A fair ends after it starts.")]
    elif fair.ends_at - fair.starts_at > LONGEST:
        errors["ends_at"] = [_("A fair lasts a year at most.")]
    else:
        for window, opens_at, closes_at in (
            ("registration", fair.registration_opens_at, fair.registration_window[1]),
            ("booking", fair.booking_opens_at, fair.booking_window[1]),
            ("checkin", *fair.checkin_window),
        ):
            if opens_at is not None and opens_at >= fair.ends_at:
                errors[f"{window}_opens_at"] = [_("This window opens after the fair is over.")]
            elif opens_at is not None and opens_at >= closes_at:
                errors[f"{window}_closes_at"] = [_("This window closes before it opens.")]
    if errors:
        raise DomainError("invalid", errors=errors)
    _check_venue(fair)
    place = f"{fair.venue.name} {fair.venue.commune}" if fair.venue else ""
    fair.search_key = fold(f"{fair.name} {place}")[:420]


def _insert_fair(fair: Fair, *, wanted: str = "", name: str) -> None:
    while True:
        fair.number = _free_number()
        try:
            insert_with_slug(fair, wanted=wanted, name=name, otherwise=f"fair-{fair.number}")
            return
        except IntegrityError:
            if not Fair.objects.filter(number=fair.number).exists():
                raise


def _free_number() -> int:
    """A number no fair has: random, since it stands in tickets and shall not tell how many fairs there are."""
    while True:
        number = 1 + secrets.randbelow(NUMBERS - 1)
        if not Fair.objects.filter(number=number).exists():
            return number


def _draft_of(series: Series, date: Occurrence) -> Fair:
    fair = Fair(
        organisation_id=series.organisation_id,
        series=series,
        occurrence_at=date.starts_at,
        name=series.name,
        venue=series.venue,
        time_zone=series.time_zone,
        starts_at=date.starts_at,
        ends_at=date.ends_at,
        capacity=series.capacity,
    )
    _check_fair(fair)
    _insert_fair(fair, name=f"{series.slug[:49]}-{date.starts_at.astimezone(fair.zone):%Y-%m-%d}")
    return fair


def _save_changed_fair(fair: Fair, changed: list[str]) -> None:
    if "slug" in changed and Fair.objects.filter(slug=fair.slug).exists():
        raise DomainError("slug_taken")
    try:
        with transaction.atomic():
            fair.save(update_fields=[*changed, "search_key", "updated_at"])
    except IntegrityError as error:
        if "slug" not in changed:
            raise
        raise DomainError("slug_taken") from error


def _fair_entry(action: str, fair: Fair, *, actor: Actor, to_state: str) -> Any:
    return audit.entry(action, fair, actor=actor, organisation_id=fair.organisation_id, to_state=to_state)


def _announce(name: str, fair: Fair) -> None:
    announce(name, topics=[f"fair.{fair.id}.live"], data={"fair": str(fair.id)})
