"""A seat whose person did not come, given to somebody who is there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from backend.accounts.actors import Actor
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.fairs.models import Fair
from events.interviews import rules, services
from events.interviews.enums import SlotState
from events.interviews.models import Interviewer, Place, Slot, WaitlistEntry
from events.registrations.enums import Presence, RegistrationStatus
from events.registrations.models import Registration
from tests.factories.accounts import actor_of, organiser_of
from tests.factories.employers import make_recruiter
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_slot

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
NOON = datetime(2026, 11, 28, 11, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    """At noon of Paris: who came in half an hour ago came in today."""
    with time_machine.travel(NOON, tick=False):
        yield


def own(person: Registration) -> Actor:
    assert person.user is not None
    return actor_of(person.user)


def inside(fair: Fair, **values: Any) -> Registration:
    return make_candidate(fair, presence=Presence.INSIDE, presence_at=now() - 30 * MINUTE, **values)


def late(fair: Fair | None = None, *, minutes: int = 6, **values: Any) -> tuple[Place, Actor]:
    """A booking that should have begun so many minutes ago, of 20 minutes, and a recruiter of its employer."""
    fair = fair or make_fair(walking_gap_minutes=0)
    slot = make_slot(fair, starts_at=now() - minutes * MINUTE, minutes=20, **values)
    with time_machine.travel(slot.starts_at - timedelta(hours=1), tick=False):
        fair_opens_before(fair)
        person = make_candidate(fair)
        place = services.book_interview(slot.id, actor=own(person), registration_id=person.id)
    return place, actor_of(make_recruiter(slot.employer))


def fair_opens_before(fair: Fair) -> None:
    Fair.objects.filter(pk=fair.pk).update(booking_opens_at=now() - timedelta(days=1))


def wait(place: Place, person: Registration) -> WaitlistEntry:
    """Stand in line, behind all who do."""
    joined_at = place.starts_at - timedelta(hours=1) + place.slot.waitlist.count() * MINUTE
    return WaitlistEntry.objects.create(slot=place.slot, registration=person, joined_at=joined_at)


def code_of(action: Any, *args: Any, **values: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        action(*args, **values)
    return refusal.value.code


def test_the_seat_goes_to_the_first_in_line_who_is_inside() -> None:
    place, recruiter = late()
    fair = place.slot.fair
    absent, busy, head, next_one = make_candidate(fair), inside(fair), inside(fair), inside(fair)
    services.book_interview(make_slot(fair, starts_at=now() + MINUTE).id, actor=own(busy), registration_id=busy.id)
    entries = [wait(place, person) for person in (absent, busy, head, next_one)]
    missed, seated = services.release_place(place.id, actor=recruiter)
    assert (missed.status, missed.is_live, missed.missed_at) == ("no_show", False, now())
    assert seated is not None
    assert (seated.registration, seated.slot, seated.seat, seated.status) == (head, place.slot, 1, "booked")
    assert [WaitlistEntry.objects.get(pk=entry.pk).status for entry in entries] == [
        *("waiting", "waiting", "accepted", "waiting")
    ]
    over = AuditEntry.objects.filter(action="waitlist.passed_over").values_list("object_id", "reason")
    assert dict(over) == {entries[0].pk: "not_inside", entries[1].pk: "overlapping_booking"}
    made = AuditEntry.objects.get(action="booking.created", object_id=seated.id)
    assert (made.reason, made.actor_user_id) == (services.SEATED_LATE, recruiter.user_id)
    assert services.start_interview(seated.id, actor=recruiter).status == "in_progress"


def test_it_goes_to_whoever_is_named_though_the_booking_window_is_over() -> None:
    place, recruiter = late()
    fair = place.slot.fair
    Fair.objects.filter(pk=fair.pk).update(booking_closes_at=now() - MINUTE)
    head, named = inside(fair), inside(fair)
    entry, other = wait(place, head), wait(place, named)
    _missed, seated = services.release_place(place.id, actor=recruiter, registration_id=named.id)
    assert seated is not None
    assert seated.registration == named
    entry.refresh_from_db()
    other.refresh_from_db()
    assert (entry.status, other.status) == ("waiting", "accepted")


def test_somebody_noted_as_absent_before_and_nobody_in_line() -> None:
    place, recruiter = late()
    services.mark_no_show(place.id, actor=recruiter)
    missed, seated = services.release_place(place.id, actor=recruiter)
    assert (missed.status, seated) == ("no_show", None)
    assert AuditEntry.objects.filter(action="booking.missed").count() == 1
    named = inside(place.slot.fair)
    assert services.release_place(place.id, actor=recruiter, registration_id=named.id)[1] is not None
    assert code_of(services.release_place, place.id, actor=recruiter) == "slot_full"
    assert code_of(services.start_interview, place.id, actor=recruiter) == "slot_full"


def test_the_job_of_every_minute_leaves_the_line_of_a_slot_under_way() -> None:
    place, recruiter = late()
    person = inside(place.slot.fair)
    wait(place, person)
    services.pass_on_due()
    _missed, seated = services.release_place(place.id, actor=recruiter)
    assert seated is not None
    assert seated.registration == person


@pytest.mark.parametrize("action", [services.start_interview, services.finish_interview, services.cancel_booking])
def test_who_came_and_who_cancelled_keeps_it_so(action: Any) -> None:
    place, recruiter = late()
    action(place.id, actor=recruiter)
    assert code_of(services.release_place, place.id, actor=recruiter) == "wrong_state"


def test_the_grace_time_and_the_end() -> None:
    place, recruiter = late()
    with time_machine.travel(place.starts_at + rules.GRACE - timedelta(seconds=1), tick=False):
        assert code_of(services.release_place, place.id, actor=recruiter) == "too_early_to_release"
    with time_machine.travel(place.ends_at, tick=False):
        assert code_of(services.release_place, place.id, actor=recruiter) == "slot_closed"
    place.refresh_from_db()
    assert place.status == "booked"
    with time_machine.travel(place.starts_at + rules.GRACE, tick=False):
        assert services.release_place(place.id, actor=recruiter)[0].status == "no_show"


def test_a_short_interview_waits_for_half_of_its_length() -> None:
    slot = make_slot(make_fair(), minutes=8)
    assert rules.released_from(slot) - slot.starts_at == 4 * MINUTE


@pytest.mark.parametrize("what", ["blocked", "withdrawn"])
def test_a_time_that_is_offered_no_longer(what: str) -> None:
    place, recruiter = late()
    if what == "blocked":
        Slot.objects.filter(pk=place.slot_id).update(state=SlotState.BLOCKED)
    else:
        Interviewer.objects.update(withdrawn_at=now())
    assert code_of(services.release_place, place.id, actor=recruiter) == "slot_closed"


def test_whom_one_cannot_name() -> None:
    place, recruiter = late()
    fair = place.slot.fair
    one = inside(fair)
    services.book_interview(make_slot(fair, starts_at=now() + MINUTE).id, actor=own(one), registration_id=one.id)
    known = inside(fair)
    services.book_interview(
        make_slot(fair, stand=place.stand, starts_at=now() + timedelta(hours=2)).id,
        actor=own(known),
        registration_id=known.id,
    )
    refusals = {
        "not_inside": make_candidate(fair),
        "not_registered": inside(fair, status=RegistrationStatus.CANCELLED),
        "overlapping_booking": one,
        "already_booked": known,
        "not_found": inside(make_fair(fair.organisation)),
        "wrong_state": place.registration,
    }
    for code, person in refusals.items():
        assert code_of(services.release_place, place.id, actor=recruiter, registration_id=person.id) == code
    Fair.objects.filter(pk=fair.pk).update(booking_limit=1, one_booking_per_employer=False)
    assert code_of(services.release_place, place.id, actor=recruiter, registration_id=known.id) == "booking_limit"
    place.refresh_from_db()
    assert place.status == "booked"


def test_whose_seats_one_may_give_away() -> None:
    place, _recruiter = late()
    for stranger in (
        own(place.registration),
        actor_of(make_recruiter(make_slot(place.slot.fair).employer)),
        organiser_of(make_fair().organisation),
    ):
        assert code_of(services.release_place, place.id, actor=stranger) == "not_found"
    assert services.release_place(place.id, actor=organiser_of(place.slot.fair.organisation))[0].status == "no_show"


def test_at_risk_is_who_is_not_inside_when_it_is_near() -> None:
    fair = make_fair()
    slot, person = make_slot(fair, starts_at=now() + timedelta(hours=1)), make_candidate(fair)
    place = services.book_interview(slot.id, actor=own(person), registration_id=person.id)
    near = slot.starts_at - rules.AT_RISK_BEFORE
    assert not rules.is_at_risk(place, Presence.EXPECTED, at=near - MINUTE)
    assert rules.is_at_risk(place, Presence.EXPECTED, at=near)
    assert rules.is_at_risk(place, Presence.LEFT, at=slot.starts_at)
    assert not rules.is_at_risk(place, Presence.INSIDE, at=near)
    assert not rules.is_at_risk(place, Presence.EXPECTED, at=slot.ends_at)
