"""The rules of interviews again, plain and in memory, to hold the services against (B1 to B6 of domain.md)."""

from dataclasses import dataclass, field

MINUTE = 60
HOLD = 300
GAP = 5 * MINUTE
OFFER = 20 * MINUTE
END = 8 * 60 * MINUTE
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
    overridden: set[int] = field(default_factory=set)
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
            if seat.status != "booked":
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
        if waiter.status == "accepted":
            raise Refused("wrong_state")
        return self.left(waiter) if waiter.status in ("waiting", "offered") else waiter

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
        if waiter.status == "accepted":
            if waiter.has_led_to is not None:
                return self.seats[waiter.has_led_to]
            moved_here = [seat for seat in self.bookings(waiter.person) if seat.slot == waiter.slot]
            if not moved_here:
                raise Refused("not_offered")
            return moved_here[0]
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
        last = max((slot.starts for slot in moving), default=0) + by
        if moving and (start < -60 * MINUTE or last >= END or any(s.ends > start for s in own if s not in moving)):
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

    def pass_on_now(self, name: str) -> None:
        """What an action brings about in its slot even where it is refused."""
        if any(seat.until is not None and seat.until <= self.clock for seat in self.live(name)):
            self.pass_on(name)

    def job(self) -> None:
        for name, slot in self.slots.items():
            if slot.starts > self.clock and self.in_line(name):
                self.pass_on_now(name)
            if slot.starts <= self.clock:
                for waiter in self.in_line(name):
                    waiter.status = "expired"
