"""Everybody at once, in threads and in processes: nothing double, nothing lost, nobody locked up."""

import multiprocessing
import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connections, transaction

from backend.accounts.actors import Actor
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.enums import IN_LINE, BookingStatus, PlaceKind
from events.interviews.models import Place, Slot, WaitlistEntry
from events.registrations.models import Registration
from events.workflows.cancel_registration import cancel_registration
from tests.factories.accounts import actor_of, organiser_of
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_slot
from tests.interviews import standing

pytestmark = pytest.mark.django_db(transaction=True)
MINUTE = timedelta(minutes=1)
Work = Callable[[], Any]
in_threads_and_processes = pytest.mark.parametrize("processes", [0, 4], ids=["threads", "processes"])


def storm(works: Sequence[Work], *, processes: int, threads: int = 12) -> Counter[str]:
    """Do the works at once; how often it ended how. What is no refusal of ours stands there with its name and words.

    With processes each of these does its share in a few threads, all begun together, with connections of their own.
    """
    if not processes:
        return Counter(_share(works, threads))
    context = multiprocessing.get_context("fork")
    connections.close_all()
    start, answers = context.Barrier(processes), context.SimpleQueue()

    def run(number: int) -> None:
        start.wait(30)
        answers.put(_share(works[number::processes], threads // processes))

    children = [context.Process(target=run, args=(number,)) for number in range(processes)]
    for child in children:
        child.start()
    ended = [end for _child in children for end in answers.get()]
    for child in children:
        child.join()
    assert [child.exitcode for child in children] == [0] * processes
    return Counter(ended)


def _share(works: Sequence[Work], threads: int) -> list[str]:
    """How each ended, done by so many threads with a connection each."""

    def run(number: int) -> list[str]:
        try:
            return [_ended(work) for work in works[number::threads]]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(threads) as pool:
        return [end for ends in pool.map(run, range(threads)) for end in ends]


def _ended(work: Work) -> str:
    try:
        work()
    except DomainError as refusal:
        return refusal.code
    except Exception as failure:
        return f"{type(failure).__name__}: {failure}"
    else:
        return "ok"


def own(person: Registration) -> Actor:
    assert person.user is not None
    return actor_of(person.user)


def book(slot: Slot, person: Registration) -> Place:
    return services.book_interview(slot.id, actor=own(person), registration_id=person.id)


def crowd(fair: Fair, number: int) -> list[Registration]:
    """So many candidates."""
    with transaction.atomic():
        return [make_candidate(fair) for _ in range(number)]


@in_threads_and_processes
def test_two_hundred_at_once_for_twenty_places(processes: int) -> None:
    fair = make_fair()
    slot, people = make_slot(fair, capacity=20), crowd(fair, 200)
    ended = storm([partial(book, slot, person) for person in people], processes=processes)
    assert ended == {"ok": 20, "slot_full": 180}
    seats = Place.objects.filter(slot=slot, is_live=True).values_list("seat", flat=True)
    assert sorted(seats) == list(range(1, 21))


@in_threads_and_processes
def test_fifty_people_at_two_overlapping_times(processes: int) -> None:
    """The second of each pair begins before the walk from the first is over."""
    fair = make_fair(walking_gap_minutes=5)
    one, other = make_slot(fair, capacity=50), make_slot(fair, capacity=50, starts_at=_in(74))
    Slot.objects.filter(pk=one.pk).update(starts_at=_in(60), ends_at=_in(70))
    works = [partial(book, slot, person) for person in crowd(fair, 50) for slot in (one, other)]
    assert storm(works, processes=processes) == {"ok": 50, "overlapping_booking": 50}
    standing.check_fair(fair)


def _in(minutes: int) -> Any:
    return now().replace(second=0, microsecond=0) + minutes * MINUTE


@in_threads_and_processes
def test_each_place_given_up_is_offered_once_and_in_order(processes: int) -> None:
    """A hundred wait, and whoever does not tries to be quicker."""
    fair = make_fair()
    slot, strangers = make_slot(fair, capacity=20), crowd(fair, 40)
    with transaction.atomic():
        places = [book(slot, person) for person in crowd(fair, 20)]
        entries = [
            services.join_waitlist(slot.id, actor=own(person), registration_id=person.id)[0]
            for person in crowd(fair, 100)
        ]
    cancels = [
        partial(services.cancel_booking, place.id, actor=own(place.registration)) for place in places for _twice in "ab"
    ]
    works = [*cancels, *(partial(book, slot, person) for person in strangers)]
    random.Random(1).shuffle(works)
    assert storm(works, processes=processes) == {"ok": 40, "slot_full": 40}
    line = WaitlistEntry.objects.filter(slot=slot).order_by("joined_at", "id")
    assert [(entry.id, entry.status) for entry in line] == [
        (entry.id, "offered" if number < 20 else "waiting") for number, entry in enumerate(entries)
    ]
    offered = AuditEntry.objects.filter(action="waitlist.offered").values_list("object_id", flat=True)
    assert Counter(offered) == {entry.id: 1 for entry in entries[:20]}
    standing.check_fair(fair)


@in_threads_and_processes
def test_rings_of_people_who_change_places(processes: int) -> None:
    """Some turn one way round, others the other way: two slots are never locked crosswise."""
    fair = make_fair()
    slots = [make_slot(fair, capacity=2) for _ in range(6)]
    with transaction.atomic():
        places = [book(slots[number % 6], person) for number, person in enumerate(crowd(fair, 10))]
    works = [
        partial(
            services.switch_booking,
            place.id,
            actor=own(place.registration),
            slot_id=slots[(number + step * (1 if number % 2 else -1)) % 6].id,
        )
        for step in range(1, 9)
        for number, place in enumerate(places)
    ]
    ended = storm(works, processes=processes)
    assert set(ended) == {"ok", "slot_full"}, ended
    live = Place.objects.filter(is_live=True)
    assert {place.id for place in live} == {place.id for place in places}
    moves = AuditEntry.objects.filter(action="booking.moved").count()
    assert sum(place.sequence for place in live) == moves <= ended["ok"]
    standing.check_fair(fair)


@in_threads_and_processes
def test_registrations_given_up_while_whoever_follows_tries_to_book(processes: int) -> None:
    """Who gives up makes somebody else confirmed, who has just asked for the very place: registrations before slots."""
    fair = make_fair(capacity=20)
    slot, people = make_slot(fair, capacity=20), crowd(fair, 20)
    with transaction.atomic():
        for person in people:
            book(slot, person)
        following = [make_candidate(fair, status="waitlisted", waitlisted_at=now()) for _ in range(20)]
    works = [partial(cancel_registration, person, actor=own(person)) for person in people]
    works += [partial(book, slot, person) for person in following for _again in range(3)]
    random.Random(2).shuffle(works)
    ended = storm(works, processes=processes)
    assert set(ended) <= {"ok", "not_registered", "already_booked", "slot_full"}, ended
    live = Place.objects.filter(slot=slot, is_live=True)
    assert ended["ok"] == 20 + live.count()
    confirmed = Registration.objects.filter(fair=fair, status="confirmed")
    assert set(confirmed) == set(following)
    standing.check_fair(fair)


REFUSALS = {
    *("ok", "slot_full", "slot_free", "slot_closed", "not_registered", "already_booked", "overlapping_booking"),
    *("booking_limit", "hold_expired", "wrong_state", "not_offered", "offer_expired", "invalid"),
}


@in_threads_and_processes
def test_anything_at_once_locks_nobody_up(processes: int) -> None:
    fair = make_fair(one_booking_per_employer=False, booking_limit=3, walking_gap_minutes=5, capacity=14)
    organiser = organiser_of(fair.organisation)
    one, two = make_slot(fair, capacity=2, starts_at=_in(120)), make_slot(fair, starts_at=_in(125))
    slots = [one, two]
    for before, minutes in ((one, 130), (two, 135), (one, 140), (two, 150)):
        values = {"stand": before.stand, "interviewer": before.interviewer, "starts_at": _in(minutes)}
        slots.append(make_slot(fair, capacity=2, **values))
    people = crowd(fair, 14)
    waitlisted = [make_candidate(fair, status="waitlisted", waitlisted_at=now()) for _ in range(3)]
    works = [
        partial(_anything, random.Random(number), fair, organiser, slots, [*people, *waitlisted])
        for number in range(240)
    ]
    works[80:80] = [partial(cancel_registration, person, actor=own(person)) for person in people[:3]]
    ended = storm(works, processes=processes)
    assert set(ended) <= REFUSALS, ended
    assert ended["ok"] > 60, ended
    assert not Place.objects.filter(registration__in=people[:3], is_live=True).exists()
    standing.check_fair(fair)


def _anything(
    dice: random.Random, fair: Fair, organiser: Actor, slots: Sequence[Slot], people: Sequence[Registration]
) -> None:
    """One thing that anybody might do to the fair as it is at this moment."""
    slot, person = dice.choice(slots), dice.choice(people)
    actor, whom = own(person), {"actor": own(person), "registration_id": person.id}
    booked = list(Place.objects.filter(slot__fair=fair, kind=PlaceKind.BOOKING, status=BookingStatus.BOOKED))
    line = list(WaitlistEntry.objects.filter(status__in=IN_LINE).select_related("registration__user"))
    place = dice.choice(booked) if booked else None
    entry = dice.choice(line) if line else None
    works: list[Work] = [
        partial(services.book_interview, slot.id, **whom),
        partial(services.hold_slot, slot.id, **whom),
        partial(services.join_waitlist, slot.id, **whom),
        partial(services.join_waitlist, slot.id, **whom),
        partial(services.block_slot, slot.id, actor=organiser),
        partial(services.reopen_slot, slot.id, actor=organiser),
        partial(services.reopen_slot, slot.id, actor=organiser),
        partial(
            services.shift_interviewer,
            slot.stand,
            actor=organiser,
            interviewer_id=slot.interviewer_id,
            minutes=dice.choice([-3, 2, 4]),
            starting_at=_in(100),
        ),
    ]
    if place:
        works += [
            partial(services.cancel_booking, place.id, actor=organiser),
            partial(services.switch_booking, place.id, actor=organiser, slot_id=slot.id),
            partial(services.switch_booking, place.id, actor=organiser, slot_id=slot.id),
            partial(services.mark_no_show, place.id, actor=organiser),
        ]
    if entry:
        actor = own(entry.registration)
        works += [
            partial(services.accept_offer, entry.id, actor=actor),
            partial(services.accept_offer, entry.id, actor=actor),
            partial(services.decline_offer, entry.id, actor=actor),
        ]
    dice.choice(works)()
