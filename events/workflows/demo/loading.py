"""Loading the demonstration through the services that the product itself uses; offers and halls in bulk beside them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from backend.accounts.actors import SYSTEM, Actor
from backend.accounts.models import Organisation, User
from backend.accounts.services.people import create_organisation
from backend.core.clock import now
from backend.core.errors import DomainError
from events.employers.identifiers import clean_naf
from events.employers.models import Employer, Exhibitor
from events.employers.services import assign_stand, create_employer, create_exhibitor, create_stands
from events.fairs.models import Fair, Hall
from events.fairs.services import create_series, create_venue, generate_fairs, publish_fair
from events.interviews.models import Slot
from events.interviews.services import Schedule, book_interview, set_schedule
from events.offers.enums import OfferStatus
from events.offers.models import Offer
from events.offers.services import fill_keys
from events.registrations.enums import Channel
from events.registrations.models import Registration
from events.registrations.services import register_many
from events.workflows.demo import data
from events.workflows.demo.arrivals import let_people_in
from events.workflows.demo.people import MAIN, NAMES, OTHER, address, browser, make_people

ZONE = ZoneInfo("Europe/Paris")


@dataclass(frozen=True, slots=True)
class Size:
    """How large a demonstration is. `advised` of the registrations are an adviser's."""

    employers: int
    registrations: int
    advised: int
    bookings: int
    capacity: int


SIZES = {
    "small": Size(employers=20, registrations=200, advised=12, bookings=90, capacity=500),
    "fair": Size(employers=85, registrations=1500, advised=30, bookings=700, capacity=3000),
    "large": Size(employers=85, registrations=7000, advised=60, bookings=1500, capacity=9000),
}


@transaction.atomic
def load_demo(size: str, *, seed: int) -> None:
    """Load two organisations with a published fair each, the first of the given size, all or nothing.

    The same seed gives the same people and employers. The fairs are open from yesterday 00:00 to tomorrow 23:59 of
    their zone, whatever the hour. Raises `already_exists` where the demonstration is there.
    """
    dice = random.Random(seed)
    wanted = SIZES[size]
    _Loader("Département de démonstration", "Forum de l'emploi en Provence", MAIN, wanted, dice).load()
    small = Size(employers=3, registrations=12, advised=2, bookings=3, capacity=100)
    _Loader("Agglomération voisine", "Job dating de l'agglomération", OTHER, small, dice).load()


def demo_window(today: date) -> tuple[datetime, datetime]:
    """From yesterday 00:00 to tomorrow 23:59 of the demonstration's zone."""
    starts_at = datetime.combine(today - timedelta(days=1), time.min, tzinfo=ZONE)
    return starts_at, datetime.combine(today + timedelta(days=1), time(23, 59), tzinfo=ZONE)


class _Loader:
    """One organisation and its fair, step by step."""

    def __init__(self, organisation: str, fair: str, part: str, size: Size, dice: random.Random) -> None:
        self.organisation_name, self.fair_name, self.part, self.size, self.dice = organisation, fair, part, size, dice
        self.today = now().astimezone(ZONE).date()

    def load(self) -> None:
        organisation = create_organisation(
            self.organisation_name,
            actor=SYSTEM,
            organiser_email=address("organiser", self.part),
            organiser_name=NAMES["organiser"],
        )
        people = make_people(organisation, self.part)
        organiser = browser(people["organiser"])
        fair = self.make_fair(organiser)
        exhibitors = self.make_exhibitors(fair, organiser, people["employer"], organisation)
        self.place_exhibitors(fair, organiser, exhibitors)
        registrations = self.register(fair, organiser, browser(people["adviser"]))
        self.book(fair, registrations, own_employer=exhibitors[0].employer)
        let_people_in(fair, registrations[1:], actor=organiser, dice=self.dice)

    def make_fair(self, organiser: Actor) -> Fair:
        commune, postcode = data.COMMUNES[0 if self.part == MAIN else 3]
        venue = create_venue(
            {
                "name": "Parc Chanot" if self.part == MAIN else "La Halle",
                "address": "Rond-point du Prado" if self.part == MAIN else "Rond-point de l'Hôtel de Ville",
                "postcode": postcode,
                "commune": commune,
                "latitude": 43.2712 if self.part == MAIN else 43.4053,
                "longitude": 5.3925 if self.part == MAIN else 5.0476,
            },
            actor=organiser,
        )
        starts_at, ends_at = demo_window(self.today)
        series = create_series(
            {
                "name": self.fair_name,
                "venue": venue,
                "time_zone": ZONE.key,
                "starts_at": starts_at,
                "duration_minutes": int(ends_at.timestamp() - starts_at.timestamp()) // 60,
                "rrule": "FREQ=MONTHLY;BYMONTHDAY=10;COUNT=6",
                "capacity": self.size.capacity,
            },
            actor=organiser,
        )
        [fair], _existing = generate_fairs(series, actor=organiser, until=starts_at)
        return publish_fair(fair, actor=organiser)

    def make_exhibitors(
        self, fair: Fair, organiser: Actor, recruiter: User, organisation: Organisation
    ) -> list[Exhibitor]:
        exhibitors = []
        for number in range(self.size.employers):
            trade = data.TRADES[number % len(data.TRADES)]
            place = data.PLACES[(number + number // len(data.TRADES)) % len(data.PLACES)]
            commune, postcode = self.dice.choice(data.COMMUNES)
            naf, nomenclature = clean_naf(trade.naf)
            values = {
                "name": f"{trade.word} {place}",
                "siret": "" if number % 17 == 16 else _siret(self.dice),
                "naf": naf,
                "naf_nomenclature": nomenclature,
                "sector": trade.sector,
                "size": self.dice.choice(["1-9", "10-49", "50-249", "250-4999"]),
                "commune": commune,
                "postcode": postcode,
                "description": f"{trade.word} {place}, {commune}. Nous recrutons et formons toute l'année.",
            }
            employer = create_employer(
                values, actor=organiser if number else browser(recruiter), organisation=organisation
            )
            exhibitors.append(create_exhibitor(fair, actor=organiser, employer=employer))
            self.make_offers(fair, employer, trade)
        return exhibitors

    def make_offers(self, fair: Fair, employer: Employer, trade: data.Trade) -> None:
        offers = [
            Offer(
                employer=employer,
                fair=fair,
                title=title,
                rome_code=rome_code,
                contract_type=contract_type,
                positions=self.dice.randint(1, 6),
                commune=employer.commune,
                status=OfferStatus.PUBLISHED,
            )
            for title, rome_code, contract_type in trade.offers
        ]
        for offer in offers:
            fill_keys(offer)
        Offer.objects.bulk_create(offers)

    def place_exhibitors(self, fair: Fair, organiser: Actor, exhibitors: list[Exhibitor]) -> None:
        halls = [Hall(fair=fair, name=name, width_m=60, depth_m=40) for name in ("Palais des Événements", "Hall 2")]
        Hall.objects.bulk_create(halls)
        half = (len(exhibitors) + 5) // 2 + 1
        stands = [
            stand
            for prefix, hall in zip("AB", halls, strict=True)
            for stand in create_stands(
                fair, actor=organiser, labels=[f"{prefix}{n}" for n in range(1, half + 1)], hall=hall
            )
        ]
        for number, (exhibitor, empty) in enumerate(zip(exhibitors, stands, strict=False)):
            stand = assign_stand(empty, actor=organiser, exhibitor=exhibitor)
            for schedule in self.schedules(number):
                set_schedule(stand, actor=organiser, interviewers=1 + number % 2, schedule=schedule)

    def schedules(self, number: int) -> Iterator[Schedule]:
        """Today and tomorrow, nine to five with a lunch break: tomorrow there is a free time whatever the hour."""
        for day in (self.today, self.today + timedelta(days=1)):

            def at(hour: int, minute: int = 0, day: date = day) -> datetime:
                return datetime.combine(day, time(hour, minute), tzinfo=ZONE)

            yield Schedule(
                starts_at=at(9),
                ends_at=at(17),
                slot_minutes=(10, 15, 20)[number % 3],
                break_minutes=(0, 5)[number % 2],
                exceptions=((at(12, 30), at(13, 30)),),
            )

    def register(self, fair: Fair, organiser: Actor, adviser: Actor) -> list[Registration]:
        """The demo candidate first; the last are the adviser's people, half of whom have no address."""
        candidate = {
            "given_name": "Camille",
            "family_name": "Candidate",
            "email": address("candidate", self.part),
            "birth_date": date(1994, 5, 17),
            "commune": "Marseille",
            "postcode": "13003",
            "rome_codes": ["M1805"],
            "contract_types": ["cdi"],
            "consents": {"privacy": True},
        }
        rows = [candidate, *(self.person(number) for number in range(1, self.size.registrations))]
        advised = rows[-self.size.advised :]
        for row in advised[::2]:
            row |= {"kind": "candidate", "email": "", "phone": ""}
        registrations = register_many(fair, rows[: -len(advised)], actor=organiser, channel=Channel.IMPORT)
        return registrations + register_many(fair, advised, actor=adviser, channel=Channel.ADVISER)

    def person(self, number: int) -> dict[str, Any]:
        dice = self.dice
        given_name, family_name = dice.choice(data.GIVEN_NAMES), dice.choice(data.FAMILY_NAMES)
        if number % 12 == 5:
            given_name, family_name = data.OTHER_SCRIPTS[number // 12 % len(data.OTHER_SCRIPTS)]
        commune, postcode = dice.choice(data.COMMUNES)
        by_phone = number % 13 == 7
        return {
            "kind": "visitor" if number % 20 == 3 else "press" if number % 199 == 50 else "candidate",
            "given_name": given_name,
            "family_name": family_name,
            "email": "" if by_phone else f"personne{number}@{self.part}.example.org",
            "phone": _phone(number if self.part == MAIN else number + 9000) if by_phone else "",
            "birth_date": date(dice.randint(1962, 2006), dice.randint(1, 12), dice.randint(1, 28)),
            "language": "en" if number % 25 == 9 else "fr",
            "commune": commune,
            "postcode": postcode,
            "rome_codes": [dice.choice(dice.choice(data.TRADES).offers)[1]],
            "contract_types": [dice.choice(["cdi", "cdd", "apprentissage", "interim", "saisonnier"])],
            "needs": dice.choice(data.NEEDS) if number % 40 == 11 else "",
            "consents": {"privacy": True, "contact_after": number % 3 == 0},
        }

    def book(self, fair: Fair, registrations: list[Registration], *, own_employer: Employer) -> None:
        """The demo candidate has tomorrow's last time of another employer; others take what still fits.

        Of the adviser's people every other one has an interview, the next that is free.
        """
        slots = list(Slot.objects.filter(fair=fair, starts_at__gt=now()).order_by("starts_at", "id"))
        last = next(slot for slot in reversed(slots) if slot.employer_id != own_employer.id)
        book_interview(last.id, actor=SYSTEM, registration_id=registrations[0].id)
        advised = [row for row in registrations if row.channel == Channel.ADVISER and row.kind == "candidate"]
        others = [slot for slot in slots if slot.employer_id != own_employer.id]
        for slot, row in zip(others, advised[::2], strict=False):
            book_interview(slot.id, actor=SYSTEM, registration_id=row.id)
        candidates = [row for row in registrations[1:] if row.kind == "candidate" and row.status == "confirmed"]
        free = [slot for slot in slots if slot.employer_id != own_employer.id or self.dice.random() < 0.3]
        wanted = self.dice.sample(free, min(self.size.bookings, len(free) // 2))
        for slot in wanted:
            try:
                book_interview(slot.id, actor=SYSTEM, registration_id=self.dice.choice(candidates).id)
            except DomainError:
                continue  # this person is elsewhere at that time: as at a real fair, the slot stays free


def _phone(number: int) -> str:
    """A number of the range that Arcep keeps for fiction (06 39 98 00 00 and on)."""
    return f"+3363998{number:04d}"


def _siret(dice: random.Random) -> str:
    """A SIRET whose SIREN and whole number both pass Luhn; the company does not exist."""
    siren = _with_check_digit(f"{dice.randint(10_000_000, 99_999_999)}")
    return _with_check_digit(f"{siren}{dice.randint(1, 999):04d}")


def _with_check_digit(digits: str) -> str:
    total = 0
    for position, digit in enumerate(reversed(digits)):
        doubled = int(digit) * (2 if position % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return f"{digits}{-total % 10}"
