"""A fair of its own for each benchmark, made through the services that the product itself uses."""

from datetime import datetime, time, timedelta
from itertools import count
from zoneinfo import ZoneInfo

from backend.accounts.actors import SYSTEM, Actor
from backend.accounts.enums import Scope
from backend.accounts.models import Membership, User
from backend.accounts.services.people import create_organisation
from backend.accounts.services.tokens import create_token
from backend.core.clock import now
from backend.core.models import uuid7
from events.employers.services import assign_stand, create_employer, create_exhibitor, create_stands
from events.fairs.models import Fair
from events.fairs.services import create_fair, create_venue, publish_fair
from events.interviews.models import Slot
from events.interviews.services import Schedule, set_schedule
from events.registrations.enums import Channel
from events.registrations.models import Registration, Ticket
from events.registrations.selectors import ticket_text
from events.registrations.services import register_many

ZONE = ZoneInfo("Europe/Paris")
SCOPES = (Scope.ORGANISER, Scope.CHECKIN, Scope.READ)
SLOTS_OF_A_DAY = 48
LATIN = [("Amélie", "Dupont"), ("Jean-Christophe", "de La Rochefoucauld"), ("Łukasz", "Żółkiewski"), ("Zoé", "Lê")]
SHAPED = [("محمد", "بن عبد الله"), ("आराध्या", "श्रीवास्तव"), ("ธนพล", "ศรีสวัสดิ์"), ("தமிழ்ச்செல்வி", "இராமச்சந்திரன்")]
_numbers = count(1)


class Ground:
    """A published fair under way until tomorrow evening, its organiser, and the text of the organiser's token."""

    def __init__(self) -> None:
        key = uuid7().hex[-10:]
        organisation = create_organisation(
            f"Bench {key}", actor=SYSTEM, organiser_email=f"{key}@bench.example", organiser_name="Organiser"
        )
        self.user: User = Membership.objects.select_related("user").get(organisation=organisation).user
        self.actor = Actor(kind="user", user=self.user)
        self.today = now().astimezone(ZONE).date()
        values = {
            "name": f"Forum de l'emploi {key}",
            "venue": create_venue({"name": "Parc", "commune": "Marseille", "postcode": "13008"}, actor=self.actor),
            "time_zone": ZONE.key,
            "starts_at": self.at(-1, 0),
            "ends_at": self.at(1, 23, 59),
            "description": "Rencontrez ceux qui recrutent près de chez vous. " * 5,
        }
        self.fair: Fair = publish_fair(create_fair(values, actor=self.actor), actor=self.actor)
        self.token = create_token(self.user, actor=SYSTEM, name="bench", scopes=SCOPES)[1]

    def at(self, day: int, hour: int, minute: int = 0) -> datetime:
        """A time of the clock so many days from today."""
        return datetime.combine(self.today + timedelta(days=day), time(hour, minute), tzinfo=ZONE)

    def register(self, number: int, *, names: list[tuple[str, str]] = LATIN) -> list[Registration]:
        """So many confirmed candidates with tickets."""
        people = []
        for _ in range(number):
            given_name, family_name = names[(person := next(_numbers)) % len(names)]
            people.append(
                {
                    "given_name": given_name,
                    "family_name": family_name,
                    "email": f"{self.fair.slug}.{person}@bench.example",
                    "kind": "candidate",
                    "consents": {"privacy": True},
                }
            )
        return register_many(self.fair, people, actor=self.actor, channel=Channel.IMPORT)

    def secrets_of(self, registrations: list[Registration]) -> list[str]:
        """The texts of their QR codes."""
        tickets = Ticket.objects.filter(registration__in=registrations, revoked_at=None)
        return [ticket_text(ticket, self.fair) for ticket in tickets]

    def slots(self, number: int, *, capacity: int = 1) -> list[Slot]:
        """At least so many free slots of tomorrow, at as many employers as that takes."""
        have: list[Slot] = []
        while len(have) < number:
            employer = create_employer(
                {"name": f"Employeur {uuid7().hex[-10:]}", "sector": "industrie"}, actor=self.actor
            )
            exhibitor = create_exhibitor(self.fair, actor=self.actor, employer=employer)
            [stand] = create_stands(self.fair, actor=self.actor, labels=[f"A{next(_numbers)}"])
            stand = assign_stand(stand, actor=self.actor, exhibitor=exhibitor)
            grid = Schedule(starts_at=self.at(1, 9), ends_at=self.at(1, 17), slot_minutes=10, capacity=capacity)
            interviewers = min(4, -(-(number - len(have)) // SLOTS_OF_A_DAY))
            have += set_schedule(stand, actor=self.actor, interviewers=interviewers, schedule=grid)[0]
        return have
