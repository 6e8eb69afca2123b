"""Each code of contract §4 over REST, and each answer again for the same Idempotency-Key."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from backend.accounts.actors import SYSTEM
from backend.core.clock import now
from backend.core.models import AuditEntry, Event
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.models import Place, Slot, WaitlistEntry
from events.registrations.models import Registration
from tests.factories.client import refused
from tests.factories.fairs import make_fair
from tests.factories.interviews import candidate_client, make_candidate, make_slot

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def book(slot: Slot, person: Registration) -> Place:
    return services.book_interview(slot.id, actor=SYSTEM, registration_id=person.id)


def book_elsewhere(slot: Slot, person: Registration, **values: Any) -> None:
    book(make_slot(slot.fair, **values), person)


def hold_and_be_late(slot: Slot, person: Registration) -> None:
    with time_machine.travel(now() - timedelta(minutes=10), tick=False):
        services.hold_slot(slot.id, actor=SYSTEM, registration_id=person.id)
    book(slot, make_candidate(slot.fair))


def change_fair(slot: Slot, **values: Any) -> None:
    Fair.objects.filter(pk=slot.fair_id).update(**values)


def limit(slot: Slot, person: Registration) -> None:
    book_elsewhere(slot, person, starts_at=now() + 4 * HOUR)
    change_fair(slot, booking_limit=1)


PROVOKED: dict[str, Callable[[Slot, Registration], Any]] = {
    "not_registered": lambda _slot, person: Registration.objects.filter(pk=person.pk).update(status="pending"),
    "booking_not_open": lambda slot, _person: change_fair(slot, booking_opens_at=now() + HOUR),
    "booking_closed": lambda slot, _person: change_fair(slot, booking_closes_at=now() - HOUR),
    "slot_closed": lambda slot, _person: Slot.objects.filter(pk=slot.pk).update(state="blocked"),
    "already_booked": lambda slot, person: book_elsewhere(slot, person, stand=slot.stand, starts_at=now() + 4 * HOUR),
    "overlapping_booking": lambda slot, person: book_elsewhere(slot, person, starts_at=slot.ends_at),
    "booking_limit": limit,
    "hold_expired": hold_and_be_late,
    "slot_full": lambda slot, _person: book(slot, make_candidate(slot.fair)),
}
"""Code -> what makes this slot refuse this person with it."""
HELPED = ("slot_closed", "overlapping_booking", "hold_expired", "slot_full")


@pytest.mark.parametrize("code", PROVOKED)
@pytest.mark.parametrize("action", ["bookings", "hold", "switch"])
def test_refused_with_its_code_and_with_what_helps(action: str, code: str) -> None:
    fair = make_fair(walking_gap_minutes=5)
    slot, person = make_slot(fair), make_candidate(fair)
    other = make_slot(fair, stand=slot.stand, starts_at=now() + 3 * HOUR)
    own = book(make_slot(fair, starts_at=now() + 6 * HOUR), person) if action == "switch" else None
    PROVOKED[code](slot, person)
    path, body = (
        (f"bookings/{own.id}/switch/", {"slot": str(slot.id)})
        if own
        else (f"slots/{slot.id}/{action}/", {"registration": str(person.id)})
    )
    before = list(Place.objects.order_by("id").values())
    problem = refused(candidate_client(person).post(path, body), 409, code)
    assert [row["id"] for row in problem["alternatives"]] == ([str(other.id)] if code in HELPED else [])
    assert list(Place.objects.order_by("id").values()) == before


@pytest.mark.parametrize("code", [code for code in PROVOKED if code not in ("hold_expired", "slot_full")])
def test_an_offer_is_accepted_by_the_rules_of_now(code: str) -> None:
    fair = make_fair(walking_gap_minutes=5)
    slot, person = make_slot(fair), make_candidate(fair)
    other = make_slot(fair, stand=slot.stand, starts_at=now() + 3 * HOUR)
    entry = offered(slot, person)
    PROVOKED[code](slot, person)
    problem = refused(candidate_client(person).post(f"waitlist/{entry.id}/accept/"), 409, code)
    assert [row["id"] for row in problem["alternatives"]] == ([str(other.id)] if code in HELPED else [])
    entry.refresh_from_db()
    assert (entry.status, entry.place is not None and entry.place.is_live) == ("offered", True)


@pytest.mark.parametrize("action", ["cancel", "switch"])
def test_too_late_to_cancel(action: str) -> None:
    fair = make_fair(cancel_until_minutes=90)
    person = make_candidate(fair)
    place, other = book(make_slot(fair), person), make_slot(fair, starts_at=now() + 4 * HOUR)
    answer = candidate_client(person).post(f"bookings/{place.id}/{action}/", {"slot": str(other.id)})
    refused(answer, 409, "too_late_to_cancel")


Request = tuple[str, dict[str, str]]


def booking(slot: Slot, person: Registration) -> Request:
    return f"slots/{slot.id}/bookings/", {"registration": str(person.id)}


def holding(slot: Slot, person: Registration) -> Request:
    return f"slots/{slot.id}/hold/", {"registration": str(person.id)}


def switching(slot: Slot, person: Registration) -> Request:
    place = book(make_slot(slot.fair, starts_at=now() + 6 * HOUR), person)
    return f"bookings/{place.id}/switch/", {"slot": str(slot.id)}


def offered(slot: Slot, person: Registration) -> WaitlistEntry:
    place = book(slot, make_candidate(slot.fair))
    entry, _is_new = services.join_waitlist(slot.id, actor=SYSTEM, registration_id=person.id)
    services.cancel_booking(place.id, actor=SYSTEM)
    return entry


def accepting(slot: Slot, person: Registration) -> Request:
    return f"waitlist/{offered(slot, person).id}/accept/", {}


def declining(slot: Slot, person: Registration) -> Request:
    return f"waitlist/{offered(slot, person).id}/decline/", {}


def joining(slot: Slot, person: Registration) -> Request:
    book(slot, make_candidate(slot.fair))
    return f"slots/{slot.id}/waitlist/", {"registration": str(person.id)}


def cancelling(slot: Slot, person: Registration) -> Request:
    return f"bookings/{book(slot, person).id}/cancel/", {}


@pytest.mark.parametrize(
    ("prepare", "status"),
    [
        (booking, 201),
        (holding, 201),
        (switching, 200),
        (accepting, 201),
        (declining, 200),
        (joining, 201),
        (cancelling, 200),
    ],
)
def test_the_same_key_gets_the_same_answer_and_does_nothing_more(
    prepare: Callable[[Slot, Registration], Request], status: int
) -> None:
    fair = make_fair()
    slot, person = make_slot(fair), make_candidate(fair)
    path, body = prepare(slot, person)
    client = candidate_client(person)
    first = client.post(path, body, headers={"Idempotency-Key": "once"})
    done = _all_there_is()
    # Time passes, and things change: the answer is still the one that was given.
    with time_machine.travel(now() + timedelta(minutes=20), tick=False):
        again = client.post(path, body, headers={"Idempotency-Key": "once"})
    assert (first.status_code, again.status_code, again.content) == (status, status, first.content)
    assert _all_there_is() == done


def _all_there_is() -> list[Any]:
    """Places, entries, trail and facts."""
    return [
        list(Place.objects.order_by("id").values()),
        list(WaitlistEntry.objects.order_by("id").values()),
        AuditEntry.objects.count(),
        Event.objects.count(),
    ]
