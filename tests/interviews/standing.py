"""What must be so of places and lines at any moment, whatever was done before: B1 to B6 of domain.md, from rows."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from uuid import UUID

from backend.core.clock import now
from events.fairs.models import Fair
from events.interviews.enums import IN_LINE, PlaceKind, SlotState
from events.interviews.models import Place, Slot, WaitlistEntry


def check_fair(fair: Fair) -> None:
    """Check the fair as it is in the tables."""
    fair = Fair.objects.get(pk=fair.pk)
    places = Place.objects.filter(slot__fair=fair)
    check(fair, Slot.objects.filter(fair=fair), list(places), list(WaitlistEntry.objects.filter(slot__fair=fair)))


def check(fair: Fair, slots: Iterable[Slot], places: Sequence[Place], line: Sequence[WaitlistEntry]) -> None:
    """Check all slots, places and entries of a fair."""
    live = [place for place in places if place.is_live]
    booked: dict[UUID, list[Place]] = defaultdict(list)
    for place in live:
        if place.kind == PlaceKind.BOOKING:
            booked[place.registration_id].append(place)
    for slot in slots:
        taken = [place for place in live if place.slot_id == slot.id]
        no_seat_is_given_twice(slot, taken)
        waiting = [entry for entry in line if entry.slot_id == slot.id and entry.status in IN_LINE]
        nobody_waits_for_a_seat_that_is_free(slot, taken, waiting, booked, fair)
    for theirs in booked.values():
        nobody_has_two_at_once_or_too_many(theirs, fair)


def no_seat_is_given_twice(slot: Slot, taken: Sequence[Place]) -> None:
    """B1, and that a place is where its slot is."""
    assert len({place.seat for place in taken}) == len(taken) <= slot.capacity
    assert all(1 <= place.seat <= slot.capacity for place in taken)
    assert all((place.starts_at, place.ends_at) == (slot.starts_at, slot.ends_at) for place in taken)


def nobody_has_two_at_once_or_too_many(theirs: Sequence[Place], fair: Fair) -> None:
    """B2, B3 and B4; a mark of a clash is there only while there is one."""
    meetings = [
        (one, other)
        for number, one in enumerate(theirs)
        for other in theirs[number + 1 :]
        if meet(one, other, fair.walking_gap_minutes)
    ]
    assert all(one.has_shifted_clash or other.has_shifted_clash for one, other in meetings)
    assert all(any(place in pair for pair in meetings) for place in theirs if place.has_shifted_clash)
    if fair.booking_limit is not None and all(place.limit_total is not None for place in theirs):
        assert len(theirs) <= fair.booking_limit
    if fair.one_booking_per_employer:
        assert len({place.employer_id for place in theirs}) == len(theirs)


def nobody_waits_for_a_seat_that_is_free(
    slot: Slot,
    taken: Sequence[Place],
    waiting: Sequence[WaitlistEntry],
    booked: Mapping[UUID, Sequence[Place]],
    fair: Fair,
) -> None:
    """B6: a free seat of a coming slot is there only while nobody in its line could book it."""
    offers = {place.registration_id for place in taken if place.kind == PlaceKind.OFFER}
    assert offers == {entry.registration_id for entry in waiting if entry.status == "offered"}
    if slot.state != SlotState.OPEN or slot.starts_at <= now() or len(taken) == slot.capacity:
        return
    for entry in waiting:
        theirs = booked.get(entry.registration_id, [])
        assert entry.status == "offered" or (
            (fair.booking_limit is not None and len(theirs) >= fair.booking_limit)
            or any(meet(slot, place, fair.walking_gap_minutes) for place in theirs)
            or (fair.one_booking_per_employer and slot.employer_id in {place.employer_id for place in theirs})
        )


def meet(one: Slot | Place, other: Place, gap_minutes: int) -> bool:
    """Whether two times of one person overlap, the walk between two stands included."""
    gap = timedelta(minutes=0 if one.stand_id == other.stand_id else gap_minutes)
    return one.starts_at < other.ends_at + gap and other.starts_at < one.ends_at + gap
