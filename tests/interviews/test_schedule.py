"""Laying a stand's schedule: the grid, what it replaces, what it never touches."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.employers.models import Stand
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.enums import SlotState
from events.interviews.models import Slot
from events.interviews.services import Schedule
from tests.factories.accounts import actor_of, make_user, organiser_of
from tests.factories.employers import make_exhibitor, make_recruiter, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_interviewer, make_slot

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 28, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _the_evening_before() -> Any:
    with time_machine.travel(datetime(2026, 11, 27, 18, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def fair() -> Fair:
    """A fair from 09:00 to 17:00 of Paris, the day after."""
    return make_fair(starts_at=NINE, ends_at=NINE + timedelta(hours=8))


@pytest.fixture
def stand(fair: Fair) -> Stand:
    """A stand with its exhibitor."""
    return make_stand(fair, exhibitor=make_exhibitor(fair))


def at(minutes: int) -> datetime:
    """So many minutes after the doors open."""
    return NINE + timedelta(minutes=minutes)


def lay(stand: Stand, *, interviewers: Any = 1, begin: int = 0, end: int = 60, **values: Any) -> tuple[list[int], bool]:
    """Lay a schedule as an organiser; answers the starts in minutes after nine, and whether something changed."""
    values = {"slot_minutes": 10} | values
    schedule = Schedule(starts_at=at(begin), ends_at=at(end), **values)
    actor = organiser_of(stand.fair.organisation)
    slots, is_changed = services.set_schedule(stand, actor=actor, interviewers=interviewers, schedule=schedule)
    return [int((slot.starts_at - NINE).total_seconds()) // 60 for slot in slots], is_changed


def test_grid_with_breaks(stand: Stand) -> None:
    assert lay(stand, break_minutes=5) == ([0, 15, 30, 45], True)
    assert Slot.objects.count() == 4


def test_an_exception_moves_the_row_to_its_end(stand: Stand) -> None:
    starts, _changed = lay(stand, end=90, exceptions=((at(25), at(47)),))
    assert starts == [0, 10, 47, 57, 67, 77]


def test_touching_an_exception_is_no_overlap(stand: Stand) -> None:
    starts, _changed = lay(stand, end=60, exceptions=((at(20), at(30)), (at(50), at(55))))
    assert starts == [0, 10, 30, 40]


def test_first_n_interviewers_made_if_missing(stand: Stand) -> None:
    named = make_interviewer(stand, name="Claire")
    starts, _changed = lay(stand, interviewers=3, end=10)
    assert starts == [0, 0, 0]
    assert list(stand.interviewers.order_by("position").values_list("position", flat=True)) == [1, 2, 3]
    assert named.slots.count() == 1


def test_the_same_again_changes_nothing(stand: Stand) -> None:
    lay(stand, interviewers=2)
    before = set(Slot.objects.values_list("id", flat=True))
    assert lay(stand, interviewers=2)[1] is False
    assert set(Slot.objects.values_list("id", flat=True)) == before
    assert AuditEntry.objects.filter(action="schedule.set").count() == 1


def test_replaces_unbooked_slots_in_between_and_touches_nothing_else(stand: Stand) -> None:
    lay(stand, end=120)
    other = make_interviewer(stand)
    elsewhere = make_slot(stand.fair, stand=stand, interviewer=other, starts_at=at(30))
    outside = set(Slot.objects.filter(starts_at__gte=at(60)).values_list("id", flat=True))
    ids = list(stand.interviewers.filter(position=1).values_list("id", flat=True))
    assert lay(stand, interviewers=ids, end=60, slot_minutes=20) == ([0, 20, 40], True)
    assert set(Slot.objects.filter(starts_at__gte=at(60)).values_list("id", flat=True)) == outside
    assert Slot.objects.filter(pk=elsewhere.pk, state=SlotState.OPEN).exists()


def test_a_slot_across_the_border_is_gone_around(stand: Stand) -> None:
    lay(stand, begin=0, end=60, slot_minutes=20)
    starts, _changed = lay(stand, begin=30, end=80)
    assert starts == [40, 50, 60, 70]
    assert Slot.objects.filter(starts_at=at(20), ends_at=at(40)).exists()


def book(slot: Slot) -> None:
    """Somebody books the slot."""
    registration = make_candidate(slot.fair)
    assert registration.user is not None
    services.book_interview(slot.id, actor=actor_of(registration.user), registration_id=registration.id)


def test_a_taken_slot_that_would_go_refuses_all(stand: Stand) -> None:
    lay(stand)
    taken = Slot.objects.get(starts_at=at(10))
    book(taken)
    before = set(Slot.objects.values_list("id", "ends_at", "state"))
    for values in ({"slot_minutes": 20}, {"slot_minutes": 15}, {"exceptions": ((at(0), at(30)),)}):
        with pytest.raises(DomainError) as refusal:
            lay(stand, **values)
        assert refusal.value.code == "slots_booked"
        assert [slot.id for slot in refusal.value.extra["slots"]] == [taken.id]
    assert set(Slot.objects.values_list("id", "ends_at", "state")) == before


def test_a_taken_slot_of_the_same_start_but_another_end_refuses(stand: Stand) -> None:
    lay(stand)
    book(Slot.objects.get(starts_at=at(0)))
    with pytest.raises(DomainError, match="slots_booked"):
        lay(stand, slot_minutes=30)


def test_a_taken_slot_of_the_new_grid_stays(stand: Stand) -> None:
    lay(stand, end=30)
    taken = Slot.objects.get(starts_at=at(10))
    book(taken)
    assert lay(stand, end=60) == ([0, 10, 20, 30, 40, 50], True)
    assert Slot.objects.get(starts_at=at(10)).id == taken.id


def test_capacity_below_the_people_refuses_above_is_taken(stand: Stand) -> None:
    lay(stand, end=10, capacity=3)
    slot = Slot.objects.get()
    book(slot)
    book(slot)
    with pytest.raises(DomainError, match="slots_booked"):
        lay(stand, end=10, capacity=1)
    assert lay(stand, end=10, capacity=2)[1] is True
    assert Slot.objects.get().capacity == 2


def test_a_slot_with_a_history_is_closed_and_can_come_back(stand: Stand) -> None:
    lay(stand, end=10)
    slot = Slot.objects.get()
    book(slot)
    place = slot.places.get()
    services.cancel_booking(place.id, actor=organiser_of(stand.fair.organisation))
    assert lay(stand, end=10, exceptions=((at(0), at(5)),)) == ([], True)
    slot.refresh_from_db()
    assert slot.state == SlotState.CLOSED
    assert lay(stand, end=10)[0] == [0]
    slot.refresh_from_db()
    assert slot.state == SlotState.OPEN


def test_a_closed_slot_that_ends_after_the_schedule_comes_back_at_its_start(stand: Stand) -> None:
    lay(stand, begin=0, end=80, slot_minutes=20)
    slot = Slot.objects.get(starts_at=at(60))
    book(slot)
    services.cancel_booking(slot.places.get().id, actor=organiser_of(stand.fair.organisation))
    lay(stand, begin=0, end=80, slot_minutes=20, exceptions=((at(60), at(80)),))
    assert Slot.objects.get(pk=slot.pk).state == SlotState.CLOSED
    assert lay(stand, begin=0, end=70, slot_minutes=10)[0] == [0, 10, 20, 30, 40, 50, 60]
    assert Slot.objects.get(pk=slot.pk).ends_at == at(70)


@pytest.mark.parametrize(
    ("begin", "end", "field"), [(-10, 60, "from"), (0, 8 * 60 + 10, "to"), (60, 60, "to"), (60, 30, "to")]
)
def test_outside_the_fair_or_backwards(stand: Stand, begin: int, end: int, field: str) -> None:
    with pytest.raises(DomainError) as refusal:
        lay(stand, begin=begin, end=end)
    assert (refusal.value.code, list(refusal.value.errors)) == ("invalid", [field])


def test_too_many_slots(fair: Fair, stand: Stand) -> None:
    Fair.objects.filter(pk=fair.pk).update(ends_at=NINE + timedelta(days=3))
    with pytest.raises(DomainError, match="invalid"):
        lay(stand, end=3 * 24 * 60, slot_minutes=1)
    with pytest.raises(DomainError, match="invalid"):
        lay(stand, interviewers=50, end=8 * 60, slot_minutes=10)
    assert stand.interviewers.count() == 0


def test_needs_an_exhibitor_and_its_team_or_an_organiser(fair: Fair, stand: Stand) -> None:
    with pytest.raises(DomainError, match="not_accepted"):
        lay(make_stand(fair))
    schedule = Schedule(starts_at=at(0), ends_at=at(60), slot_minutes=10)
    for stranger in (actor_of(make_user()), organiser_of(make_fair().organisation)):
        with pytest.raises(DomainError, match="not_found"):
            services.set_schedule(stand, actor=stranger, interviewers=1, schedule=schedule)
    assert stand.exhibitor is not None
    services.set_schedule(
        stand, actor=actor_of(make_recruiter(stand.exhibitor.employer)), interviewers=1, schedule=schedule
    )


def test_unknown_interviewer(stand: Stand) -> None:
    foreign = make_interviewer(make_stand(stand.fair))
    with pytest.raises(DomainError, match="invalid"):
        lay(stand, interviewers=[foreign.id])


@pytest.mark.parametrize(
    ("change_day", "slots"),
    [(datetime(2026, 3, 29, tzinfo=UTC), 4), (datetime(2026, 10, 25, tzinfo=UTC), 4)],
)
def test_clock_change_days_count_elapsed_minutes(change_day: datetime, slots: int) -> None:
    """The hour that does not exist, and the one that comes twice: two elapsed hours are four half hours."""
    with time_machine.travel(change_day - timedelta(days=1), tick=False):
        fair = make_fair(starts_at=change_day, ends_at=change_day + timedelta(hours=6))
        stand = make_stand(fair, exhibitor=make_exhibitor(fair))
        schedule = Schedule(
            starts_at=change_day.astimezone(fair.zone),
            ends_at=(change_day + timedelta(hours=2)).astimezone(fair.zone),
            slot_minutes=30,
        )
        laid, _changed = services.set_schedule(
            stand, actor=organiser_of(fair.organisation), interviewers=1, schedule=schedule
        )
        assert len(laid) == slots
        assert {slot.ends_at - slot.starts_at for slot in laid} == {timedelta(minutes=30)}
