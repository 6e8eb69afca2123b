"""Slots of a schedule in use: blocked, reopened, shifted."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from backend.accounts.actors import Actor
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.employers.models import Stand
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.enums import PlaceKind, SlotState
from events.interviews.models import Place, Slot
from events.interviews.services import Schedule
from events.registrations.models import Registration
from tests.factories.accounts import actor_of, make_token, organiser_of
from tests.factories.checkin import open_fair
from tests.factories.client import body_of, client_of, refused
from tests.factories.employers import make_exhibitor, make_recruiter, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_interviewer, make_slot

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def own(registration: Registration) -> Actor:
    assert registration.user is not None
    return actor_of(registration.user)


def book(slot: Slot, person: Registration) -> Place:
    return services.book_interview(slot.id, actor=own(person), registration_id=person.id)


def code_of(action: Any, *args: Any, **values: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        action(*args, **values)
    return refusal.value.code


def column(fair: Fair, number: int = 4, *, starts_at: datetime | None = None) -> tuple[Stand, list[Slot]]:
    """A stand with one interviewer and so many slots of ten minutes, one after the other."""
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    begins = starts_at or now().replace(second=0, microsecond=0) + HOUR
    interviewer = make_interviewer(stand)
    slots = [
        make_slot(fair, stand=stand, interviewer=interviewer, starts_at=begins + 10 * MINUTE * place)
        for place in range(number)
    ]
    return stand, slots


def shift(stand: Stand, minutes: int, starting_at: datetime, *, actor: Actor | None = None, **values: Any) -> Any:
    return services.shift_interviewer(
        stand,
        actor=actor or organiser_of(stand.fair.organisation),
        interviewer_id=values.get("interviewer_id", stand.interviewers.get().id),
        minutes=minutes,
        starting_at=starting_at,
    )


def test_a_blocked_slot_is_offered_no_longer_and_keeps_its_bookings() -> None:
    fair = make_fair()
    slot = make_slot(fair, capacity=2)
    place = book(slot, make_candidate(fair))
    recruiter = actor_of(make_recruiter(slot.employer))
    for _twice in range(2):
        assert services.block_slot(slot.id, actor=recruiter).state == SlotState.BLOCKED
    assert code_of(book, slot, make_candidate(fair)) == "slot_closed"
    place.refresh_from_db()
    assert place.is_live
    for _twice in range(2):
        assert services.reopen_slot(slot.id, actor=recruiter).state == SlotState.OPEN
    book(slot, make_candidate(fair))
    assert list(AuditEntry.objects.filter(object_id=slot.id).order_by("at").values_list("action", flat=True)) == [
        "slot.blocked",
        "slot.reopened",
    ]


def test_blocking_takes_holds_back() -> None:
    fair = make_fair()
    slot, person = make_slot(fair), make_candidate(fair)
    services.hold_slot(slot.id, actor=own(person), registration_id=person.id)
    services.block_slot(slot.id, actor=organiser_of(fair.organisation))
    assert not Place.objects.filter(slot=slot, is_live=True).exists()


@pytest.mark.parametrize("action", [services.block_slot, services.reopen_slot])
def test_whose_slots_may_be_blocked(action: Any) -> None:
    fair = make_fair()
    slot = make_slot(fair)
    for stranger in (
        own(make_candidate(fair)),
        actor_of(make_recruiter(make_slot(fair).employer)),
        organiser_of(make_fair().organisation),
    ):
        assert code_of(action, slot.id, actor=stranger) == "not_found"
    Slot.objects.filter(pk=slot.pk).update(state=SlotState.CLOSED)
    assert code_of(action, slot.id, actor=organiser_of(fair.organisation)) == "wrong_state"


@pytest.mark.parametrize("minutes", [10, 7, 25])
def test_a_shift_moves_what_begins_later_and_its_bookings(minutes: int) -> None:
    fair = make_fair()
    stand, slots = column(fair)
    person = make_candidate(fair)
    place = book(slots[2], person)
    holder = make_candidate(fair)
    services.hold_slot(slots[3].id, actor=own(holder), registration_id=holder.id)
    moved, clashes = shift(stand, minutes, slots[1].starts_at)
    assert clashes == []
    assert [slot.id for slot in moved] == [slot.id for slot in slots[1:]]
    now_there = Slot.objects.in_bulk([slot.pk for slot in slots])
    for before in slots:
        slot = now_there[before.pk]
        by = timedelta(0) if slot.id == slots[0].id else minutes * MINUTE
        assert (slot.starts_at, slot.ends_at) == (before.starts_at + by, before.ends_at + by)
    place.refresh_from_db()
    assert (place.starts_at, place.sequence) == (slots[2].starts_at + minutes * MINUTE, 1)
    held = Place.objects.get(slot=slots[3])
    assert (held.kind, held.starts_at) == (PlaceKind.HOLD, slots[3].starts_at + minutes * MINUTE)


def test_a_shift_back_and_what_it_would_meet() -> None:
    fair = make_fair()
    stand, slots = column(fair)
    shift(stand, 15, slots[1].starts_at)
    assert code_of(shift, stand, -16, slots[1].starts_at) == "invalid"
    moved, _clashes = shift(stand, -15, slots[1].starts_at)
    assert [slot.starts_at for slot in moved] == [slot.starts_at for slot in slots[1:]]


def test_bookings_that_clash_by_a_shift_are_listed_kept_and_compared_with_what_is_new() -> None:
    fair = make_fair(walking_gap_minutes=5)
    stand, slots = column(fair)
    person = make_candidate(fair)
    late = book(slots[3], person)
    after = book(make_slot(fair, starts_at=slots[3].ends_at + 5 * MINUTE), person)
    _moved, clashes = shift(stand, 10, slots[0].starts_at)
    assert clashes == [late]
    late.refresh_from_db()
    after.refresh_from_db()
    assert (late.is_live, late.has_shifted_clash, after.is_live, after.has_shifted_clash) == (True, True, True, False)
    near = make_slot(fair, starts_at=late.starts_at)
    assert code_of(book, near, person) == "overlapping_booking"
    # The same shift back sorts it out.
    _moved, clashes = shift(stand, -10, slots[0].starts_at)
    late.refresh_from_db()
    assert (clashes, late.has_shifted_clash) == ([], False)


def test_two_bookings_of_one_person_in_the_shifted_column() -> None:
    fair = make_fair(one_booking_per_employer=False)
    stand, slots = column(fair)
    person = make_candidate(fair)
    places = [book(slot, person) for slot in slots[1:3]]
    _moved, clashes = shift(stand, 10, slots[0].starts_at)
    assert clashes == []
    for place, slot in zip(places, slots[1:3], strict=True):
        place.refresh_from_db()
        assert place.starts_at == slot.starts_at + 10 * MINUTE


def test_whoever_is_late_today_is_on_time_tomorrow_and_nobody_begins_after_the_fair() -> None:
    moment = now().replace(second=0, microsecond=0)
    fair = open_fair(ends_at=moment + 30 * HOUR)
    stand, slots = column(fair)
    tomorrow = make_slot(fair, stand=stand, interviewer=stand.interviewers.get(), starts_at=moment + 24 * HOUR)
    place = book(tomorrow, make_candidate(fair))
    moved, _clashes = shift(stand, 10, slots[0].starts_at)
    assert len(moved) == 4
    place.refresh_from_db()
    assert place.starts_at == moment + 24 * HOUR
    shift(stand, 240, moment + 24 * HOUR)
    assert code_of(shift, stand, 120, moment + 24 * HOUR) == "invalid"


def test_a_shift_over_the_hour_of_a_clock_change() -> None:
    """On 25 October 2026 the hour from two to three comes twice in Paris: ten minutes are ten minutes."""
    night = datetime.fromisoformat("2026-10-25T02:40:00+02:00")
    fair = make_fair(starts_at=night - 4 * HOUR, ends_at=night + 8 * HOUR, time_zone="Europe/Paris")
    stand, slots = column(fair, 2, starts_at=night)
    moved, _clashes = shift(stand, 15, night)
    assert [slot.starts_at - before.starts_at for slot, before in zip(moved, slots, strict=True)] == [15 * MINUTE] * 2
    assert moved[1].starts_at.astimezone(fair.zone).isoformat() == "2026-10-25T02:05:00+01:00"


def test_what_a_shift_refuses() -> None:
    fair = make_fair()
    stand, slots = column(fair)
    other, _slots = column(fair)
    assert code_of(shift, stand, 0, slots[0].starts_at) == "invalid"
    assert code_of(shift, stand, 241, slots[0].starts_at) == "invalid"
    assert code_of(shift, stand, -240, slots[0].starts_at) == "invalid"
    assert code_of(shift, stand, 5, now(), interviewer_id=other.interviewers.get().id) == "invalid"
    assert code_of(shift, stand, 5, now(), actor=own(make_candidate(fair))) == "not_found"
    assert shift(stand, 5, slots[3].ends_at) == ([], [])


def test_a_larger_capacity_is_offered_to_those_in_line() -> None:
    fair = make_fair()
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    begins = now().replace(second=0, microsecond=0) + HOUR
    organiser = organiser_of(fair.organisation)

    def lay(capacity: int) -> list[Slot]:
        schedule = Schedule(starts_at=begins, ends_at=begins + HOUR, slot_minutes=60, capacity=capacity)
        return services.set_schedule(stand, actor=organiser, interviewers=1, schedule=schedule)[0]

    [slot] = lay(1)
    book(slot, make_candidate(fair))
    person = make_candidate(fair)
    entry, _is_new = services.join_waitlist(slot.id, actor=own(person), registration_id=person.id)
    lay(2)
    entry.refresh_from_db()
    assert entry.status == "offered"


def test_over_rest() -> None:
    fair = make_fair()
    stand, slots = column(fair)
    api = client_of(make_token(make_recruiter(slots[0].employer), ["employer"]))
    assert body_of(api.post(f"slots/{slots[0].id}/block/"), 200)["state"] == "blocked"
    assert body_of(api.post(f"slots/{slots[0].id}/reopen/"), 200)["state"] == "open"
    sent = {"interviewer": str(stand.interviewers.get().id), "minutes": 5, "from": slots[1].starts_at.isoformat()}
    answer = body_of(api.post(f"stands/{stand.id}/shift/", sent), 200)
    assert (len(answer["results"]), answer["clashes"]) == (3, [])
    refused(api.post(f"stands/{stand.id}/shift/", sent | {"minutes": 0}), 400, "invalid")
    refused(api.post(f"stands/{stand.id}/shift/", {}), 400, "invalid")
