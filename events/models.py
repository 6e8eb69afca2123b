"""The registry of the app's models; import them from their slice."""

from events.employers.models import Employer, EmployerMember, Exhibitor, Stand
from events.fairs.models import Fair, Gate, Hall, Series, Venue
from events.interviews.models import Interviewer, Place, Slot
from events.offers.models import Offer, RomeCode
from events.registrations.models import Registration, Ticket

__all__ = [
    "Employer",
    "EmployerMember",
    "Exhibitor",
    "Fair",
    "Gate",
    "Hall",
    "Interviewer",
    "Offer",
    "Place",
    "Registration",
    "RomeCode",
    "Series",
    "Slot",
    "Stand",
    "Ticket",
    "Venue",
]
