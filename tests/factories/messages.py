"""People with an address, interviews of one table, and what is written about them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from backend.accounts.actors import Actor
from backend.jobs import services as jobs
from backend.jobs.worker import Worker
from backend.mail.models import OutboxMessage
from backend.mail.services import enqueue_due_messages
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.models import Place, Slot
from events.registrations.models import Registration
from tests.factories.accounts import actor_of
from tests.factories.employers import make_employer, make_exhibitor, make_stand
from tests.factories.fairs import make_fair, make_venue
from tests.factories.interviews import make_candidate, make_slot

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 6, 11, 8, tzinfo=UTC)
"""Thursday 10:00 in Paris."""


def fair_at_start() -> Fair:
    """A fair from an hour before START to eight hours after it."""
    return make_fair(
        name="Forum de Martigues",
        starts_at=START - HOUR,
        ends_at=START + 8 * HOUR,
        venue=make_venue(),
        published_at=START - 30 * DAY,
    )


def person(fair: Fair, **values: Any) -> Registration:
    """A candidate who reads English, with an e-mail address."""
    return make_candidate(fair, **{"email": "amina@example.org", "language": "en"} | values)


def own(registration: Registration) -> Actor:
    """The person at a browser."""
    assert registration.user is not None
    return actor_of(registration.user)


def book(slot: Slot, registration: Registration, actor: Actor | None = None) -> Place:
    """Book as the person, unless said otherwise."""
    return services.book_interview(slot.id, actor=actor or own(registration), registration_id=registration.id)


def told(**only: Any) -> list[OutboxMessage]:
    """The messages about interviews, the oldest first."""
    return list(OutboxMessage.objects.filter(template__startswith="interview_", **only).order_by("created_at", "id"))


def last() -> OutboxMessage:
    """The newest message about an interview."""
    return told()[-1]


def work() -> None:
    """Send what is due and do all jobs."""
    enqueue_due_messages()
    worker = Worker()
    jobs.beat(worker.id, worker.place)
    while task := jobs.claim_job(worker.id):
        worker._perform(task)


def slots_of_one(fair: Fair, *hours: float, **values: Any) -> list[Slot]:
    """Slots of one interviewer, so many hours after the first."""
    stand = make_stand(fair, "B12", exhibitor=make_exhibitor(fair, make_employer(fair.organisation, name="Airbus")))
    first = make_slot(fair, stand=stand, starts_at=START + hours[0] * HOUR, **values)
    rest = [
        make_slot(fair, stand=stand, interviewer=first.interviewer, starts_at=START + hour * HOUR, **values)
        for hour in hours[1:]
    ]
    return [first, *rest]
