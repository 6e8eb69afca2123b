"""Any order of what candidates, employers and time do, against a plain model of the rules (B1 to B6 of domain.md)."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from backend.accounts.actors import Actor
from backend.core.clock import now
from backend.core.errors import DomainError
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.enums import PlaceKind
from events.interviews.models import Place, Slot, WaitlistEntry
from events.interviews.tasks import pass_on_places
from events.workflows.cancel_registration import cancel_registration
from tests.factories.accounts import actor_of, organiser_of
from tests.factories.employers import make_exhibitor, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_interviewer, make_slot
from tests.interviews import standing

MINUTE = 60
HOLD = 300
GAP = 5 * MINUTE
OFFER = 20 * MINUTE
COLUMNS = {"a": ("acme", "A1"), "b": ("acme", "A2"), "c": ("bolt", "B1")}
"""Which employer and stand an interviewer is of."""
SLOTS = {
    "a1": ("a", 120, 10, 1),
    "a2": ("a", 130, 10, 1),
    "b1": ("b", 122, 10, 2),
    "c1": ("c", 132, 10, 1),
    "c2": ("c", 156, 10, 1),
}
"""Interviewer, first minute, minutes, seats."""
PEOPLE = "uvwxyz"


class Refused(Exception):
    """What the model answers instead of a result."""


@dataclass
class Time:
    """A slot of the model; instants are seconds since the beginning of the example."""

    name: str
    column: str
    starts: int
    ends: int
    capacity: int
    state: str = "open"

    @property
    def employer(self) -> str:
        return COLUMNS[self.column][0]

    @property
    def stand(self) -> str:
        return COLUMNS[self.column][1]


@dataclass
class Seat:
    """A booking, a hold or an offer of the model."""

    number: int
    person: str
    slot: str
    seat: int
    kind: str = "booking"
    status: str = "booked"
    is_live: bool = True
    until: int | None = None
    has_clash: bool = False


@dataclass
class Waiter:
    """Somebody in a line of the model."""

    number: int
    person: str
    slot: str
    status: str = "waiting"
    seat: int | None = None
    has_led_to: int | None = None


@dataclass
class Model:
    """The rules again, in memory and without any care for speed. An action raises `Refused` or changes the whole."""

    limit: int | None
    is_single: bool
    notice: int
    clock: int = 0
    slots: dict[str, Time] = field(default_factory=dict)
    seats: dict[int, Seat] = field(default_factory=dict)
    line: dict[int, Waiter] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    late_holders: set[tuple[str, str]] = field(default_factory=set)
    count: int = 0

    def number(self) -> int:
        self.count += 1
        return self.count

    def live(self, slot: str) -> list[Seat]:
        return [seat for seat in self.seats.values() if seat.is_live and seat.slot == slot]

    def bookings(self, person: str) -> list[Seat]:
        return [s for s in self.seats.values() if s.is_live and s.person == person and s.kind == "booking"]

    def in_line(self, slot: str) -> list[Waiter]:
        return [w for w in self.line.values() if w.slot == slot and w.status in ("waiting", "offered")]

    def lines(self, person: str) -> list[str]:
        return [w.slot for w in self.line.values() if w.person == person and w.status in ("waiting", "offered")]

    def too_close(self, one: Time, other: Time) -> bool:
        gap = 0 if one.stand == other.stand else GAP
        return one.starts < other.ends + gap and other.starts < one.ends + gap

    def access(self, person: str, slot: Time) -> str | None:
        if person in self.gone:
            return "not_registered"
        return "slot_closed" if slot.state != "open" or slot.starts <= self.clock else None

    def clash(self, person: str, slot: Time, *, but: int | None = None, is_override: bool = False) -> str | None:
        others = [self.slots[seat.slot] for seat in self.bookings(person) if seat.number != but]
        if self.is_single and any(other.employer == slot.employer for other in others):
            return "already_booked"
        if any(self.too_close(slot, other) for other in others):
            return "overlapping_booking"
        if not is_override and self.limit is not None and len(others) >= self.limit:
            return "booking_limit"
        return None

    def require(self, code: str | None) -> None:
        if code:
            raise Refused(code)

    def free_seat(self, slot: Time) -> int | None:
        taken = {seat.seat for seat in self.live(slot.name)}
        return next((n for n in range(1, slot.capacity + 1) if n not in taken), None)

    def kept(self, person: str, slot: str) -> Seat | None:
        own = [s for s in self.live(slot) if s.person == person and s.until is not None and s.until > self.clock]
        assert len(own) <= 1
        return own[0] if own else None

    def end(self, seat: Seat) -> None:
        seat.is_live = False
        if seat.kind == "hold":
            self.late_holders.add((seat.person, seat.slot))

    def pass_on(self, name: str) -> None:
        slot = self.slots[name]
        for seat in self.live(name):
            if seat.until is not None and seat.until <= self.clock:
                self.end(seat)
                for waiter in self.in_line(name):
                    if waiter.seat == seat.number and waiter.status == "offered":
                        waiter.status = "expired"
        if slot.state != "open" or slot.starts <= self.clock:
            return
        for waiter in self.in_line(name):
            free = self.free_seat(slot)
            if free is None:
                return
            is_bookable = not (self.access(waiter.person, slot) or self.clash(waiter.person, slot))
            if waiter.status == "waiting" and is_bookable:
                until = self.clock + min(OFFER, (slot.starts - self.clock) // 2)
                seat = Seat(self.number(), waiter.person, name, free, "offer", until=until)
                self.seats[seat.number] = seat
                waiter.status, waiter.seat = "offered", seat.number

    def give_up(self, person: str, *names: str) -> None:
        for seat in self.bookings(person):
            others = [self.slots[other.slot] for other in self.bookings(person) if other is not seat]
            seat.has_clash &= any(self.too_close(self.slots[seat.slot], other) for other in others)
        for name in {*names, *self.lines(person)}:
            self.pass_on(name)

    def take(self, person: str, slot: Time) -> int:
        self.pass_on(slot.name)
        free = self.free_seat(slot)
        if free is None:
            raise Refused("hold_expired" if (person, slot.name) in self.late_holders else "slot_full")
        return free

    def got_in(self, person: str, slot: str, seat: Seat | None) -> None:
        for waiter in self.in_line(slot):
            if waiter.person == person:
                waiter.status, waiter.has_led_to = "accepted", seat.number if seat else None

    # --- actions

    def book(self, person: str, name: str, *, is_override: bool = False) -> Seat:
        slot = self.slots[name]
        self.require(self.access(person, slot) or self.clash(person, slot, is_override=is_override))
        seat = self.kept(person, name) or Seat(0, person, name, self.take(person, slot))
        seat.number = seat.number or self.number()
        seat.kind, seat.until = "booking", None
        self.seats[seat.number] = seat
        self.got_in(person, name, seat)
        return seat

    def hold(self, person: str, name: str) -> Seat:
        slot = self.slots[name]
        self.require(self.access(person, slot) or self.clash(person, slot))
        kept = self.kept(person, name)
        if kept and kept.kind == "offer":
            return kept
        former = [s for s in self.seats.values() if s.is_live and s.person == person and s.kind == "hold"]
        seat = Seat(0, person, name, kept.seat if kept else self.take(person, slot), "hold", until=self.clock + HOLD)
        for other in former:
            del self.seats[other.number]
            if other.slot == name:
                self.late_holders.discard((person, name))
        seat.number = self.number()
        self.seats[seat.number] = seat
        for other_slot in {name, *(other.slot for other in former)}:
            self.pass_on(other_slot)
        return seat

    def require_in_time(self, seat: Seat) -> None:
        if self.clock > self.slots[seat.slot].starts - self.notice:
            raise Refused("too_late_to_cancel")

    def switch(self, number: int, name: str) -> Seat:
        seat, slot = self.seats[number], self.slots[name]
        if seat.slot == name:
            return seat
        if seat.status != "booked":
            raise Refused("wrong_state")
        self.require_in_time(seat)
        self.require(self.access(seat.person, slot) or self.clash(seat.person, slot, but=number))
        kept = self.kept(seat.person, name)
        if kept:
            del self.seats[kept.number]
        before, seat.seat = seat.slot, kept.seat if kept else self.take(seat.person, slot)
        self.got_in(seat.person, name, None)
        seat.slot, seat.has_clash = name, False
        self.give_up(seat.person, before, name)
        return seat

    def cancel(self, number: int) -> Seat:
        seat = self.seats[number]
        if seat.status != "cancelled":
            if seat.status in ("done", "no_show"):
                raise Refused("wrong_state")
            self.require_in_time(seat)
            seat.status, seat.is_live = "cancelled", False
            self.give_up(seat.person, seat.slot)
        return seat

    def start(self, number: int) -> Seat:
        seat = self.seats[number]
        if seat.status == "in_progress":
            return seat
        if seat.status not in ("booked", "no_show"):
            raise Refused("wrong_state")
        if seat.status == "no_show":
            slot = self.slots[seat.slot]
            self.pass_on(slot.name)
            if seat.seat in {other.seat for other in self.live(slot.name)}:
                free = self.free_seat(slot)
                if free is None:
                    raise Refused("slot_full")
                seat.seat = free
            self.require(self.clash(seat.person, slot, but=number, is_override=seat.number in self.overridden))
            seat.is_live, seat.has_clash = True, False
        seat.status = "in_progress"
        return seat

    overridden: set[int] = field(default_factory=set)

    def end_meeting(self, number: int, status: str) -> Seat:
        seat = self.seats[number]
        if seat.status != status:
            if seat.status not in (("booked", "in_progress") if status == "done" else ("booked",)):
                raise Refused("wrong_state")
            seat.status, seat.is_live = status, False
            self.give_up(seat.person, seat.slot)
        return seat

    def join(self, person: str, name: str) -> Waiter:
        slot = self.slots[name]
        self.require(self.access(person, slot))
        if self.clash(person, slot) == "already_booked":
            raise Refused("already_booked")
        self.pass_on(name)
        for waiter in self.in_line(name):
            if waiter.person == person:
                return waiter
        if self.free_seat(slot) is not None or self.kept(person, name):
            raise Refused("slot_free")
        waiter = Waiter(self.number(), person, name)
        self.line[waiter.number] = waiter
        return waiter

    def leave(self, number: int) -> Waiter:
        waiter = self.line[number]
        self.pass_on(waiter.slot)
        if waiter.status not in ("waiting", "offered", "left"):
            raise Refused("wrong_state")
        return self.left(waiter)

    def left(self, waiter: Waiter) -> Waiter:
        if waiter.status == "offered" and waiter.seat is not None:
            self.seats[waiter.seat].is_live = False
        waiter.status = "left"
        self.pass_on(waiter.slot)
        return waiter

    def offered(self, number: int) -> Waiter:
        waiter = self.line[number]
        if waiter.status != "offered":
            raise Refused("offer_expired" if waiter.status == "expired" else "not_offered")
        return waiter

    def decline(self, number: int) -> Waiter:
        waiter = self.line[number]
        self.pass_on(waiter.slot)
        return waiter if waiter.status == "left" else self.left(self.offered(number))

    def accept(self, number: int) -> Seat:
        waiter = self.line[number]
        self.pass_on(waiter.slot)
        if waiter.status == "accepted" and waiter.has_led_to is not None:
            return self.seats[waiter.has_led_to]
        waiter, slot = self.offered(number), self.slots[waiter.slot]
        self.require(self.access(waiter.person, slot) or self.clash(waiter.person, slot))
        assert waiter.seat is not None
        seat = self.seats[waiter.seat]
        seat.kind, seat.until = "booking", None
        self.got_in(waiter.person, slot.name, seat)
        return seat

    def block(self, name: str) -> None:
        if self.slots[name].state == "open":
            self.slots[name].state = "blocked"
            for seat in self.live(name):
                if seat.kind != "booking":
                    self.end(seat)
            for waiter in self.in_line(name):
                waiter.status, waiter.seat = "waiting", None

    def reopen(self, name: str) -> None:
        if self.slots[name].state == "blocked":
            self.slots[name].state = "open"
            self.pass_on(name)

    def shift(self, column: str, minutes: int, first: int) -> set[int]:
        by = minutes * MINUTE
        own = [slot for slot in self.slots.values() if slot.column == column]
        moving = [slot for slot in own if slot.starts >= first]
        start = min((slot.starts for slot in moving), default=0) + by
        if moving and (start < -60 * MINUTE or any(slot.ends > start for slot in own if slot not in moving)):
            raise Refused("invalid")
        for slot in moving:
            slot.starts, slot.ends = slot.starts + by, slot.ends + by
        moved = [seat for slot in moving for seat in self.live(slot.name)]
        for seat in moved:
            if seat.kind == "booking":
                others = [self.slots[other.slot] for other in self.bookings(seat.person) if other is not seat]
                seat.has_clash = any(self.too_close(self.slots[seat.slot], other) for other in others)
        for person in {seat.person for seat in moved}:
            self.give_up(person)
        for slot in moving:
            self.pass_on(slot.name)
        return {seat.number for seat in moved if seat.has_clash}

    def cancel_person(self, person: str) -> None:
        if person in self.gone:
            return
        self.gone.add(person)
        names = self.lines(person)
        for waiter in self.line.values():
            if waiter.person == person and waiter.status in ("waiting", "offered"):
                self.left(waiter)
        for seat in list(self.seats.values()):
            if seat.person == person and seat.is_live:
                names.append(seat.slot)
                seat.is_live, seat.status = False, "cancelled"
                if seat.kind == "hold":
                    del self.seats[seat.number]
        for name in names:
            self.pass_on(name)

    def job(self) -> None:
        for name, slot in self.slots.items():
            has_run_out = any(seat.until is not None and seat.until <= self.clock for seat in self.live(name))
            if has_run_out and slot.starts > self.clock and self.in_line(name):
                self.pass_on(name)


class World:
    """The fair of the machine, made once; each example begins with it."""

    def __init__(self) -> None:
        moment = now().replace(second=0, microsecond=0)
        self.began = moment
        self.fair = make_fair(waitlist_offer_minutes=OFFER // MINUTE, walking_gap_minutes=GAP // MINUTE)
        self.organiser = organiser_of(self.fair.organisation)
        self.people = {name: make_candidate(self.fair) for name in PEOPLE}
        exhibitors = {employer: make_exhibitor(self.fair) for employer in ("acme", "bolt")}
        self.stands = {
            stand: make_stand(self.fair, exhibitor=exhibitors[employer]) for employer, stand in COLUMNS.values()
        }
        self.tables = {column: make_interviewer(self.stands[stand]) for column, (_e, stand) in COLUMNS.items()}
        self.slots = {
            name: make_slot(
                self.fair,
                stand=self.stands[COLUMNS[column][1]],
                interviewer=self.tables[column],
                starts_at=moment + timedelta(minutes=starts),
                minutes=minutes,
                capacity=capacity,
            )
            for name, (column, starts, minutes, capacity) in SLOTS.items()
        }


slots = st.sampled_from(sorted(SLOTS))
people = st.sampled_from(PEOPLE)
picks = st.integers(0, 11)


class Interviews(RuleBasedStateMachine):
    """Does the same to the services and to the model, and compares what they answer and what is there afterwards."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.traveller = time_machine.travel(self.world.began, tick=False)
        self.clock = self.traveller.start()
        self.places: dict[int, Any] = {}
        self.entries: dict[int, Any] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)
        self.traveller.stop()

    @initialize(
        limit=st.sampled_from([None, None, 2]),
        is_single=st.booleans(),
        notice=st.sampled_from([0, 30]),
        wishes=st.lists(st.tuples(people, slots), min_size=8, max_size=16),
    )
    def begin(self, limit: int | None, is_single: bool, notice: int, wishes: list[tuple[str, str]]) -> None:
        """A fair on which some have booked already, and others wait."""
        Fair.objects.filter(pk=self.world.fair.pk).update(
            booking_limit=limit, one_booking_per_employer=is_single, cancel_until_minutes=notice
        )
        self.model = Model(limit, is_single, notice * MINUTE)
        for name, (column, starts, minutes, capacity) in SLOTS.items():
            begins = starts * MINUTE
            self.model.slots[name] = Time(name, column, begins, begins + minutes * MINUTE, capacity)
        for person, slot in wishes:
            self.want(person, slot)

    def pass_time(self, seconds: int) -> None:
        self.clock.shift(timedelta(seconds=seconds))
        self.model.clock += seconds

    def do(self, predicted: Callable[[Model], Any], action: Callable[[], Any]) -> tuple[Any, Any]:
        """Both answers; a refusal must be the same on both sides, and then nothing has changed."""
        self.pass_time(1)
        trial = deepcopy(self.model)
        try:
            expected = predicted(trial)
        except Refused as refused:
            code = str(refused)
        else:
            code = ""
        if code:
            with pytest.raises(DomainError) as raised:
                action()
            assert raised.value.code == code
            return None, None
        answer = action()
        self.model = trial
        return expected, answer

    def actor(self, person: str) -> Actor:
        user = self.world.people[person].user
        assert user is not None
        return actor_of(user)

    def a_booking(self, pick: int) -> Seat | None:
        """A booking, the live ones first; None while there is none."""
        known = [seat for seat in self.model.seats.values() if seat.kind == "booking"]
        known.sort(key=lambda seat: (not seat.is_live, seat.number))
        return known[pick % len(known)] if known else None

    def a_waiter(self, pick: int) -> Waiter | None:
        """Somebody in a line, who has an offer first; None while there is nobody."""
        known = sorted(self.model.line.values(), key=lambda w: (w.status != "offered", w.status != "waiting", w.number))
        return known[pick % len(known)] if known else None

    @rule(person=people, slot=slots, is_override=st.sampled_from([False, False, False, True]))
    def book(self, person: str, slot: str, is_override: bool = False) -> None:
        actor = self.world.organiser if is_override else self.actor(person)
        seat, place = self.do(
            lambda model: model.book(person, slot, is_override=is_override),
            lambda: services.book_interview(
                self.world.slots[slot].id,
                actor=actor,
                registration_id=self.world.people[person].id,
                is_override=is_override,
                reason="Asked for" if is_override else "",
            ),
        )
        if seat:
            self.places[seat.number] = place.id
            if is_override:
                self.model.overridden.add(seat.number)

    @rule(person=people, slot=slots)
    def want(self, person: str, slot: str) -> None:
        """What most do: book, and wait where everything is taken."""
        is_full = self.model.free_seat(self.model.slots[slot]) is None
        (self.join if is_full else self.book)(person, slot)

    @rule(person=people, slot=slots)
    def hold(self, person: str, slot: str) -> None:
        seat, place = self.do(
            lambda model: model.hold(person, slot),
            lambda: services.hold_slot(
                self.world.slots[slot].id, actor=self.actor(person), registration_id=self.world.people[person].id
            ),
        )
        if seat:
            assert (place.kind, place.seat) == (seat.kind, seat.seat)

    @rule(minutes=st.sampled_from([1, 4, 6, 6, 11, 21, 45]))
    def time_goes_by(self, minutes: int) -> None:
        self.pass_time(minutes * MINUTE)

    @rule()
    def job(self) -> None:
        self.do(Model.job, pass_on_places)

    @rule(pick=picks)
    def cancel(self, pick: int) -> None:
        if seat := self.a_booking(pick):
            self.do(
                lambda model: model.cancel(seat.number),
                lambda: services.cancel_booking(self.places[seat.number], actor=self.actor(seat.person)),
            )

    @rule(pick=picks, slot=slots)
    def switch(self, pick: int, slot: str) -> None:
        if seat := self.a_booking(pick):
            moved, place = self.do(
                lambda model: model.switch(seat.number, slot),
                lambda: services.switch_booking(
                    self.places[seat.number], actor=self.actor(seat.person), slot_id=self.world.slots[slot].id
                ),
            )
            if moved:
                assert place.id == self.places[seat.number]
                self.model.overridden.discard(seat.number)

    @rule(pick=picks, what=st.sampled_from(["start", "start", "done", "no_show", "no_show"]))
    def meet(self, pick: int, what: str) -> None:
        actions = {"done": services.finish_interview, "no_show": services.mark_no_show}
        if seat := self.a_booking(pick):
            action = actions.get(what, services.start_interview)
            self.do(
                lambda model: model.start(seat.number) if what == "start" else model.end_meeting(seat.number, what),
                lambda: action(self.places[seat.number], actor=self.world.organiser),
            )

    @rule(person=people, slot=slots)
    def join(self, person: str, slot: str) -> None:
        waiter, answer = self.do(
            lambda model: model.join(person, slot),
            lambda: services.join_waitlist(
                self.world.slots[slot].id, actor=self.actor(person), registration_id=self.world.people[person].id
            ),
        )
        if waiter:
            assert answer[1] == (waiter.number not in self.entries)
            assert self.entries.setdefault(waiter.number, answer[0].id) == answer[0].id

    @rule(pick=picks)
    def accept(self, pick: int) -> None:
        if waiter := self.a_waiter(pick):
            seat, answer = self.do(
                lambda model: model.accept(waiter.number),
                lambda: services.accept_offer(self.entries[waiter.number], actor=self.actor(waiter.person)),
            )
            if seat:
                assert answer[1] == (seat.number not in self.places)
                assert self.places.setdefault(seat.number, answer[0].id) == answer[0].id

    @rule(pick=picks, action=st.sampled_from(["leave", "decline"]))
    def leave(self, pick: int, action: str) -> None:
        service = services.leave_waitlist if action == "leave" else services.decline_offer
        if waiter := self.a_waiter(pick):
            self.do(
                lambda model: getattr(model, action)(waiter.number),
                lambda: service(self.entries[waiter.number], actor=self.actor(waiter.person)),
            )

    @rule(slot=slots, action=st.sampled_from(["block", "reopen", "reopen"]))
    def set_state(self, slot: str, action: str) -> None:
        service = services.block_slot if action == "block" else services.reopen_slot
        self.do(
            lambda model: getattr(model, action)(slot),
            lambda: service(self.world.slots[slot].id, actor=self.world.organiser),
        )

    @rule(slot=slots, minutes=st.sampled_from([-12, -5, 3, 8, 15]))
    def shift(self, slot: str, minutes: int) -> None:
        first = self.model.slots[slot]
        clashing, answer = self.do(
            lambda model: model.shift(first.column, minutes, first.starts),
            lambda: services.shift_interviewer(
                self.world.stands[first.stand],
                actor=self.world.organiser,
                interviewer_id=self.world.tables[first.column].id,
                minutes=minutes,
                starting_at=self.world.began + timedelta(seconds=first.starts),
            ),
        )
        if answer:
            assert {place.id for place in answer[1]} == {self.places[number] for number in clashing}

    @rule(person=people, is_meant=st.sampled_from([True, False, False, False]))
    def cancel_registration(self, person: str, is_meant: bool) -> None:
        if is_meant:
            registration = self.world.people[person]
            self.do(
                lambda model: model.cancel_person(person),
                lambda: cancel_registration(registration, actor=self.actor(person)),
            )

    # --- what must be so, whatever was done

    @invariant()
    def look(self) -> None:
        """Read the tables once, and hold them against the model and against the rules themselves."""
        fair = Fair.objects.get(pk=self.world.fair.pk)
        slots = list(Slot.objects.filter(fair=fair))
        places = list(Place.objects.filter(slot__fair=fair))
        line = list(WaitlistEntry.objects.filter(slot__fair=fair).order_by("joined_at", "id"))
        self.all_is_as_predicted(slots, places, line)
        standing.check(fair, slots, places, line)

    def all_is_as_predicted(self, slots: list[Slot], places: list[Place], line: list[WaitlistEntry]) -> None:
        names = {slot.id: name for name, slot in self.world.slots.items()}
        persons = {row.id: name for name, row in self.world.people.items()}
        assert {
            names[slot.id]: (int((slot.starts_at - self.world.began).total_seconds()), slot.state) for slot in slots
        } == {slot.name: (slot.starts, slot.state) for slot in self.model.slots.values()}
        assert sorted(
            (names[p.slot_id], p.seat, persons[p.registration_id], p.kind, p.status, p.has_shifted_clash)
            for p in places
            if p.is_live
        ) == sorted(
            (s.slot, s.seat, s.person, s.kind, s.status, s.has_clash) for s in self.model.seats.values() if s.is_live
        )
        assert sorted(
            (names[p.slot_id], persons[p.registration_id], p.status)
            for p in places
            if not p.is_live and p.kind == PlaceKind.BOOKING
        ) == sorted(
            (s.slot, s.person, s.status) for s in self.model.seats.values() if not s.is_live and s.kind == "booking"
        )
        assert [(names[e.slot_id], persons[e.registration_id], e.status) for e in line] == [
            (waiter.slot, waiter.person, waiter.status) for waiter in self.model.line.values()
        ]


@pytest.mark.django_db
def test_any_order_of_anything_is_as_the_model_says() -> None:
    Interviews.world = World()
    run_state_machine_as_test(
        Interviews,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            derandomize=True,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )
