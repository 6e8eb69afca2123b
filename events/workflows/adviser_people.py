"""The people whom an adviser accompanies at a fair, and how their day goes: reads."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.core.text import fold
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.interviews import rules
from events.interviews.candidate_day import live_bookings_of, next_booking
from events.interviews.enums import BookingStatus, PlaceKind
from events.interviews.models import Place
from events.registrations.enums import LIVE, Presence, RegistrationStatus
from events.registrations.selectors import advised_registrations, with_presence

MOST_AHEAD, MOST_OVER = 6, 2
"""How many fairs one can switch between."""
STANDINGS = {"arrived": "is_arrived", "waiting": "is_waiting", "met": "has_met", "absent": "is_absent"}
"""What the list can be narrowed to, and the column that says it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the list. `person` has `present`; `next` is the interview that goes on or comes, if any;
    `bookings` are live."""

    person: Any
    next: Place | None
    bookings: int
    can_book: bool

    @property
    def presence(self) -> Presence:
        """Where the person is."""
        return Presence(self.person.present)


def advised_fairs(actor: Actor) -> QuerySet[Fair]:
    """The fairs to which an adviser brings people: published ones of the organisations they advise for."""
    fairs = Fair.objects.filter(organisation_id__in=actor.organisations(Scope.ADVISER))
    return fairs.exclude(status=FairStatus.DRAFT)


def fairs_to_choose(actor: Actor, at: datetime) -> list[Fair]:
    """Those under way and ahead, the next first, then the latest that are over; a few of each."""
    fairs = advised_fairs(actor).filter(status=FairStatus.PUBLISHED).select_related("venue")
    ahead = fairs.filter(ends_at__gt=at).order_by("starts_at", "id")
    over = fairs.filter(ends_at__lte=at).order_by("-starts_at", "id")
    return [*ahead[:MOST_AHEAD], *over[:MOST_OVER]]


def people_of(fair: Fair, actor: Actor, at: datetime) -> QuerySet[Any]:
    """The adviser's people at a fair by name.

    Each has `present`, and how they stand at that instant: `is_arrived` came at least once, `is_waiting` are inside and
    have an interview to come, `has_met` had one while they were here, `is_absent` did not come to one, or not at all.
    """
    own = Place.objects.filter(registration=OuterRef("pk"), kind=PlaceKind.BOOKING)
    over = Q(status=BookingStatus.BOOKED, ends_at__lte=at, ends_at__gt=OuterRef("first_admitted_at"))
    held = own.filter(Q(status__in=(BookingStatus.IN_PROGRESS, BookingStatus.DONE)) | over)
    is_over = Q(fair__ends_at__lte=at, status=RegistrationStatus.CONFIRMED)
    people = with_presence(advised_registrations(actor).filter(fair=fair), fair)
    is_arrived = Q(first_admitted_at__isnull=False)
    missed = Exists(own.filter(is_live=True, starts_at__lte=at))
    return people.annotate(
        is_arrived=is_arrived,
        is_waiting=Q(present=Presence.INSIDE) & Exists(own.filter(is_live=True, ends_at__gt=at)),
        has_met=Exists(held),
        is_absent=(~is_arrived & (missed | is_over)) | Exists(own.filter(status=BookingStatus.NO_SHOW)),
    ).order_by("sort_key", "id")


def counts_of(people: QuerySet[Any]) -> dict[str, int]:
    """How many there are (`all`, without those who cancelled), and how many of each standing: one statement."""
    counts = {name: Count("pk", filter=Q(**{column: True})) for name, column in STANDINGS.items()}
    return people.filter(status__in=LIVE).aggregate(all=Count("pk"), **counts)


def narrowed(people: QuerySet[Any], *, query: str, standing: str) -> QuerySet[Any]:
    """Those whose name or code has each word of the query, and, if one is named, of a standing."""
    for word in fold(query).split():
        people = people.filter(Q(sort_key__contains=word) | Q(code__icontains=word.replace("-", "")))
    return people.filter(status__in=LIVE, **{STANDINGS[standing]: True}) if standing in STANDINGS else people


def lines(fair: Fair, people: list[Any], at: datetime) -> list[Line]:
    """These people of a fair with what comes next for each: one statement."""
    bookings = live_bookings_of(people)
    return [
        Line(
            person,
            next_booking(bookings[person.pk], at),
            len(bookings[person.pk]),
            can_book=rules.opening(person, fair, at=at) is None,
        )
        for person in people
    ]
