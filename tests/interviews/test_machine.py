"""Any order of what candidates, employers and time do, against a plain model of the rules (B1 to B6 of domain.md)."""

from collections.abc import Callable
from copy import deepcopy
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
from tests.factories.checkin import open_fair
from tests.factories.employers import make_exhibitor, make_stand
from tests.factories.interviews import make_candidate, make_interviewer, make_slot
from tests.interviews import standing
from tests.interviews.model import COLUMNS, GAP, MINUTE, OFFER, PEOPLE, SLOTS, Model, Refused, Seat, Time, Waiter


class World:
    """The fair of the machine, made once; each example begins with it."""

    def __init__(self) -> None:
        moment = now().replace(second=0, microsecond=0)
        self.began = moment
        self.fair = open_fair(waitlist_offer_minutes=OFFER // MINUTE, walking_gap_minutes=GAP // MINUTE)
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

    def do(self, predicted: Callable[[Model], Any], action: Callable[[], Any], *, at: str = "") -> tuple[Any, Any]:
        """Both answers; a refusal must be the same on both sides, and then nothing has changed, but that what ran out
        in the slot `at` goes on."""
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
            if at:
                self.model.pass_on_now(at)
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
            at=slot,
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
            at=slot,
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
                at=slot,
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
                at=waiter.slot,
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
                at=waiter.slot,
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
