"""Changing a published fair: who is confirmed by it, and whose booking no longer fits."""

from datetime import timedelta
from typing import Any

import pytest

from backend.core.clock import now
from backend.core.errors import DomainError
from events.fairs.enums import FairStatus
from events.interviews.enums import PlaceKind
from events.interviews.models import Place, Slot
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from events.workflows.change_fair import change_fair
from tests.factories.accounts import make_organisation, organiser_client, organiser_of
from tests.factories.client import body_of
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_slot

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def book(slot: Slot, person: Registration) -> Place:
    return Place.objects.create(
        slot=slot,
        registration=person,
        kind=PlaceKind.BOOKING,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        day_on=slot.starts_at.date(),
        stand=slot.stand,
        employer=slot.employer,
        gap_minutes=0,
        is_single_per_employer=False,
    )


def unfit(fair: Any, **values: Any) -> list[str]:
    client = organiser_client(fair.organisation)
    answer: list[str] = body_of(client.patch(f"fairs/{fair.slug}/", values), 200)["no_longer_fits"]
    return answer


def test_bookings_outside_the_new_dates() -> None:
    fair = make_fair()
    kept = book(make_slot(fair, starts_at=fair.ends_at - 2 * HOUR, minutes=60), make_candidate(fair))
    out = book(make_slot(fair, starts_at=fair.ends_at - HOUR), make_candidate(fair))
    assert unfit(fair, name="Autre nom") == []
    assert unfit(fair, ends_at=(fair.ends_at - HOUR).isoformat()) == [str(out.id)]
    kept.refresh_from_db()
    assert kept.is_live


def test_the_later_booked_are_over_the_new_limit() -> None:
    fair = make_fair()
    person = make_candidate(fair)
    times = [now() + hours * HOUR for hours in (3, 1, 2)]
    _first, second, third = (book(make_slot(fair, starts_at=at), person) for at in times)
    book(make_slot(fair), make_candidate(fair))
    assert unfit(fair, booking_limit=1) == [str(second.id), str(third.id)]
    assert unfit(fair, booking_limit=2) == [str(third.id)]
    assert unfit(fair, booking_limit=3) == []


def test_a_limit_per_day_counts_days_of_the_fair_s_zone() -> None:
    start = now().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=10)
    fair = make_fair(starts_at=start, ends_at=start + timedelta(days=3), time_zone="America/Cayenne")
    person = make_candidate(fair)
    _evening, night, _morning = (
        book(make_slot(fair, starts_at=start + hours * HOUR), person) for hours in (23, 26, 33)
    )
    assert unfit(fair, booking_limit_per_day=1) == [str(night.id)]


def test_a_wider_gap_counts_between_stands_only() -> None:
    fair = make_fair(walking_gap_minutes=5)
    person = make_candidate(fair)
    first = make_slot(fair)
    book(first, person)
    same = make_slot(fair, stand=first.stand, interviewer=first.interviewer, starts_at=first.ends_at)
    other = make_slot(fair, starts_at=same.ends_at + 6 * MINUTE)
    booked = [book(slot, person) for slot in (same, other)]
    fits = {"one_booking_per_employer": False}
    assert unfit(fair, walking_gap_minutes=6, **fits) == []
    assert unfit(fair, walking_gap_minutes=7, **fits) == [str(booked[1].id)]
    assert unfit(fair, walking_gap_minutes=5, one_booking_per_employer=True) == [str(booked[0].id)]


def test_what_is_cancelled_or_elsewhere_is_not_named() -> None:
    fair, other = make_fair(), make_fair()
    gone = book(make_slot(fair), make_candidate(fair))
    Place.objects.filter(pk=gone.pk).update(status="cancelled", is_live=False)
    book(make_slot(other), make_candidate(other))
    assert unfit(fair, starts_at=(fair.ends_at - HOUR).isoformat()) == []


@pytest.mark.parametrize(("capacity", "confirmed"), [(1, 1), (2, 2), (3, 3), (None, 4)])
def test_a_raised_capacity_confirms_the_first_who_wait(capacity: int | None, confirmed: int) -> None:
    fair = make_fair(capacity=1)
    make_candidate(fair)
    waiting = [
        make_candidate(fair, status=RegistrationStatus.WAITLISTED, waitlisted_at=now() - minutes * MINUTE)
        for minutes in (1, 3, 2)
    ]
    change_fair(fair, actor=organiser_of(fair.organisation), values={"capacity": capacity})
    in_order = sorted(waiting, key=lambda person: person.waitlisted_at)
    for person in waiting:
        person.refresh_from_db()
    statuses = [person.status for person in in_order]
    assert statuses == ["confirmed"] * (confirmed - 1) + ["waitlisted"] * (4 - confirmed)


def test_a_lowered_capacity_takes_nobody_s_place() -> None:
    fair = make_fair(capacity=5)
    people = [make_candidate(fair) for _ in range(3)]
    make_candidate(fair, status=RegistrationStatus.WAITLISTED, waitlisted_at=now())
    organiser = organiser_of(fair.organisation)
    change_fair(fair, actor=organiser, values={"capacity": 2})
    change_fair(fair, actor=organiser, values={"capacity": 3})
    assert Registration.objects.filter(fair=fair, status="confirmed").count() == len(people)


def test_what_the_change_refuses_changes_nothing() -> None:
    fair = make_fair(capacity=1)
    waiting = make_candidate(fair, status=RegistrationStatus.WAITLISTED, waitlisted_at=now())
    with pytest.raises(DomainError, match="forbidden"):
        change_fair(fair, actor=organiser_of(make_organisation()), values={"capacity": 9})
    with pytest.raises(DomainError, match="invalid"):
        change_fair(fair, actor=organiser_of(fair.organisation), values={"capacity": 9, "ends_at": fair.starts_at})
    off = make_fair(status=FairStatus.CANCELLED)
    with pytest.raises(DomainError, match="wrong_state"):
        change_fair(off, actor=organiser_of(off.organisation), values={"capacity": 9})
    waiting.refresh_from_db()
    fair.refresh_from_db()
    assert (waiting.status, fair.capacity) == ("waitlisted", 1)
