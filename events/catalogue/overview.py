"""What the public pages show of fairs and employers: rows with their numbers, in few queries."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from backend.accounts.actors import Actor
from backend.core.text import fold
from events.catalogue.selectors import published_offers, shown_exhibitors, shown_fairs
from events.catalogue.words import PhaseWords, phase_words, place_words
from events.employers.enums import ExhibitorStatus
from events.employers.models import Employer, Exhibitor
from events.fairs.days import first_moment
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.interviews.models import Slot
from events.interviews.selectors import bookable
from events.offers.enums import OfferStatus
from events.offers.models import Offer
from events.registrations.models import Registration
from events.registrations.selectors import own_registrations


@dataclass(frozen=True, slots=True)
class FairCard:
    """A fair among fairs."""

    fair: Fair
    place: str
    phase: PhaseWords
    exhibitors: int
    offers: int
    slots_free: int


@dataclass(frozen=True, slots=True)
class EmployerCard:
    """An employer among those of a fair."""

    exhibitor: Exhibitor
    offers: int
    slots_free: int


@dataclass(frozen=True, slots=True)
class FreeTime:
    """A time at which an employer has room, at one table or several."""

    starts_at: datetime
    tables: int


def coming_fairs(
    actor: Actor, at: datetime, *, place: str = "", from_on: date | None = None, sector: str = ""
) -> QuerySet[Fair]:
    """The public fairs that are not over, the next first: of a place (town, venue, postcode), a day on, of a sector."""
    fairs = shown_fairs(actor).filter(status__in=(FairStatus.PUBLISHED, FairStatus.CANCELLED), ends_at__gt=at)
    if place:
        words = Q()
        for word in fold(place).split():
            words &= Q(venue__search_key__contains=word) | Q(venue__postcode__startswith=word)
        fairs = fairs.filter(words)
    if from_on is not None:
        fairs = fairs.filter(ends_at__gte=first_moment(from_on, _site_zone()))
    if sector:
        accepted = Exhibitor.objects.filter(fair=OuterRef("pk"), status=ExhibitorStatus.ACCEPTED)
        fairs = fairs.filter(Exists(accepted.filter(employer__sector_key=fold(sector))))
    return fairs.order_by("starts_at", "id")


def coming_sectors(at: datetime) -> list[str]:
    """The sectors of the employers of the fairs that are not over, in order."""
    coming = Q(exhibitors__fair__status=FairStatus.PUBLISHED, exhibitors__fair__ends_at__gt=at)
    return _sectors(Employer.objects.filter(coming, exhibitors__status=ExhibitorStatus.ACCEPTED))


def sectors_of(fair: Fair) -> list[str]:
    """The sectors of the fair's accepted employers, in order."""
    return _sectors(Employer.objects.filter(exhibitors__fair=fair, exhibitors__status=ExhibitorStatus.ACCEPTED))


def fair_cards(fairs: Iterable[Fair], at: datetime) -> list[FairCard]:
    """The fairs with their phase and numbers: three queries, however many there are."""
    rows = list(fairs)
    ids = [fair.pk for fair in rows]
    accepted = Exhibitor.objects.filter(fair__in=ids, status=ExhibitorStatus.ACCEPTED)
    takes_part = Exists(accepted.filter(fair=OuterRef("fair"), employer=OuterRef("employer")))
    exhibitors = _counts(accepted, "fair_id")
    offers = _counts(Offer.objects.filter(takes_part, fair__in=ids, status=OfferStatus.PUBLISHED), "fair_id")
    slots = _free_counts(Slot.objects.filter(fair__in=ids), at, "fair_id")
    return [
        FairCard(
            fair, place_words(fair.venue), phase_words(fair, at), exhibitors[fair.pk], offers[fair.pk], slots[fair.pk]
        )
        for fair in rows
    ]


def employers_of(actor: Actor, fair: Fair, *, search: str = "", sector: str = "") -> QuerySet[Exhibitor]:
    """The fair's accepted exhibitors by name: whose name, sector or town holds the words, of the sector."""
    exhibitors = shown_exhibitors(actor, fair).filter(status=ExhibitorStatus.ACCEPTED)
    for word in fold(search).split():
        exhibitors = exhibitors.filter(
            Q(employer__search_key__contains=word) | Q(employer__sector_key__contains=word) | Q(stands__label_key=word)
        )
    if sector:
        exhibitors = exhibitors.filter(employer__sector_key=fold(sector))
    return exhibitors.distinct().order_by("employer__name_key", "id")


def offers_of(fair: Fair, *, search: str = "", contract_type: str = "", domain: str = "") -> QuerySet[Offer]:
    """The fair's published offers by title: whose text or employer holds the words, of the contract, of the domain."""
    offers = published_offers(fair).select_related("employer")
    for word in fold(search).split():
        offers = offers.filter(Q(search_key__contains=word) | Q(employer__search_key__contains=word))
    if contract_type:
        offers = offers.filter(contract_type=contract_type)
    if domain:
        offers = offers.filter(rome_code__startswith=domain)
    return offers.order_by("search_key", "id")


def employer_cards(exhibitors: Iterable[Exhibitor], fair: Fair, at: datetime) -> list[EmployerCard]:
    """The exhibitors with their numbers: two queries, however many there are."""
    rows = list(exhibitors)
    employers = [exhibitor.employer_id for exhibitor in rows]
    offers = _counts(published_offers(fair).filter(employer__in=employers), "employer_id")
    slots = _free_counts(Slot.objects.filter(fair=fair, employer__in=employers), at, "employer_id")
    return [EmployerCard(row, offers[row.employer_id], slots[row.employer_id]) for row in rows]


def free_times(fair: Fair, employer: Employer, at: datetime) -> list[tuple[date, list[FreeTime]]]:
    """The times at which the employer still has room, by day of the fair's zone."""
    slots = bookable(Slot.objects.filter(fair=fair, employer=employer), at)
    tables = Counter(slots.order_by("starts_at").values_list("starts_at", flat=True))
    times = [FreeTime(starts_at, count) for starts_at, count in sorted(tables.items())]
    by_day = groupby(times, key=lambda time: time.starts_at.astimezone(fair.zone).date())
    return [(day, list(of_day)) for day, of_day in by_day]


def registration_at(actor: Actor, fair: Fair) -> Registration | None:
    """The actor's own live registration of the fair, if there is one."""
    return own_registrations(actor).filter(fair=fair).first() if actor.is_person else None


def _counts(rows: QuerySet[Exhibitor] | QuerySet[Offer] | QuerySet[Slot], column: str) -> "Counter[UUID]":
    return Counter(dict(rows.order_by().values_list(column).annotate(Count("pk", distinct=True))))


def _free_counts(slots: QuerySet[Slot], at: datetime, column: str) -> "Counter[UUID]":
    """How many slots somebody could still take. Counted here: to group groups takes the database longer."""
    return Counter(bookable(slots, at).values_list(column, flat=True))


def _sectors(employers: QuerySet[Employer]) -> list[str]:
    named = employers.exclude(sector="").values_list("sector_key", "sector").order_by("sector_key", "sector")
    return list(dict(named.distinct()).values())


def _site_zone() -> ZoneInfo:
    return ZoneInfo(settings.TIME_ZONE)
