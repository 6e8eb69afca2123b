"""The line for a full slot: first come, first served by the time of joining (B6 of domain.md).

A place that becomes free is offered in the transaction that frees it, so nobody can slip in between. Whoever frees one
has the slot locked and calls `pass_on`. An offer that ran out goes on within a minute, or when somebody asks.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from backend.accounts.actors import SYSTEM, Actor
from backend.core import audit
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.interviews import notifications, permissions, realtime, rules, selectors
from events.interviews.enums import IN_LINE, PlaceKind, SlotState, WaitlistStatus
from events.interviews.models import Place, Slot, WaitlistEntry
from events.interviews.services import earlier, seating
from events.registrations.models import Registration

LOOKED_AT_ONCE = 100
"""So many of a line are read at a time."""


def join_waitlist(slot_id: UUID, *, actor: Actor, registration_id: UUID) -> tuple[WaitlistEntry, bool]:
    """Stand in the line for a full slot. Answers the entry, and whether it is new: nobody stands in a line twice.

    Raises `not_found`, `slot_free` (book instead; a place that one holds is free for oneself), or `not_registered`,
    `booking_not_open`, `booking_closed`, `slot_closed`, `already_booked` of contract §4. A clash is no hindrance: it
    may be gone when a place is free.
    """
    with transaction.atomic():
        registration, slot = seating.lock(registration_id, slot_id)
        at = now()
        if not permissions.can_book_interview(actor, registration):
            raise DomainError("not_found")
        code = rules.access(registration, slot, at=at, is_override=False)
        taken = selectors.live_bookings(registration)
        if code is None and rules.clash(rules.window_of(slot), taken, registration.fair) == "already_booked":
            code = "already_booked"
        if code:
            raise seating.refusal(code, slot, registration, at)
        seats = pass_on(slot, at)
        known = slot.waitlist.filter(registration=registration, status__in=IN_LINE).first()
        if known:
            return known, False
        if seating.free_seat(slot, seats) is not None or seating.kept_for(registration, seats, at):
            raise DomainError("slot_free")
        entry = WaitlistEntry.objects.create(slot=slot, registration=registration, joined_at=at)
        _tell("joined", entry, actor=actor)
        return entry, True


def leave_waitlist(entry_id: UUID, *, actor: Actor) -> WaitlistEntry:
    """Give up one's place in the line, or an offered place, which goes to the next.

    Left already, or run out: the entry as it is. Raises `not_found`, `wrong_state` (accepted: that is a booking now).
    """
    _pass_on_first(entry_id)
    with transaction.atomic():
        entry = _locked(entry_id, actor)
        if entry.status == WaitlistStatus.ACCEPTED:
            raise DomainError("wrong_state")
        if entry.status in IN_LINE:
            _leave([entry], actor=actor, at=now())
        return entry


def decline_offer(entry_id: UUID, *, actor: Actor) -> WaitlistEntry:
    """Do not take the offered place; the line goes on. Declined already: the same entry.

    Raises `not_found`, `not_offered`, `offer_expired`.
    """
    _pass_on_first(entry_id)
    with transaction.atomic():
        entry = _locked(entry_id, actor)
        if entry.status != WaitlistStatus.LEFT:
            _require_offer(entry)
            _leave([entry], actor=actor, at=now())
        return entry


def accept_offer(entry_id: UUID, *, actor: Actor) -> tuple[Place, bool]:
    """Make the offered place a booking. Answers it, and whether it is new: accepted already, it is the same.

    Raises `not_found`, `not_offered`, `offer_expired`, or what booking would raise by now (a clash, a limit), with
    `alternatives`; the offer is then kept until its end.
    """
    slot_id, registration_id = _whose(entry_id)
    _pass_on_first(entry_id)
    with seating.transaction_of(slot_id, registration_id):
        entry = _locked(entry_id, actor)
        at = now()
        if entry.status == WaitlistStatus.ACCEPTED:
            return _accepted(entry), False
        place = _require_offer(entry)
        registration, slot = entry.registration, entry.slot
        taken = selectors.live_bookings(registration)
        seating.refuse(registration, slot, taken, at)
        become_booking(place, slot, registration)
        place.save(update_fields=[*seating.COPIED, "kind", "expires_at", "updated_at"])
        close_entry(slot, registration, place, actor=actor)
        audit.record(
            "booking.created",
            place,
            actor=actor,
            organisation_id=registration.organisation_id,
            to_state=place.status,
            reason="waitlist",
        )
        realtime.booking_facts("booking.created", [place])
        notifications.tell_booked(place, actor=actor)
        return place, True


def _accepted(entry: WaitlistEntry) -> Place:
    """What came of an accepted entry. Raises `not_offered` where that has moved on to another slot."""
    if entry.place is not None:
        return selectors.bookings().get(pk=entry.place.pk)
    live = selectors.bookings().filter(slot=entry.slot, registration=entry.registration, is_live=True).first()
    if live is None:
        raise DomainError("not_offered")
    return live


def become_booking(place: Place, slot: Slot, registration: Registration, *, is_override: bool = False) -> None:
    """Turn a hold or an offer, on the object, into a booking by the rules of now."""
    seating.copy_slot(place, slot, registration, is_override=is_override)
    place.kind, place.expires_at = PlaceKind.BOOKING, None


def close_entry(slot: Slot, registration: Registration, place: Place | None, *, actor: Actor) -> None:
    """End the standing in line of somebody who got into the slot, by an offer or otherwise, in the transaction of that.

    `place` is what the entry led to; None where a booking moved here that may be what another entry led to.
    """
    for entry in slot.waitlist.filter(registration=registration, status__in=IN_LINE):
        entry.slot, entry.registration, entry.place = slot, registration, place
        _move(entry, WaitlistStatus.ACCEPTED, actor=actor)


def after_giving_up(registrations: Sequence[Registration], slots: Iterable[Slot], at: datetime) -> None:
    """What becomes possible where these locked registrations gave up or moved a booking, with these slots locked: the
    ones that were left, and those in whose lines the registrations stand (`lines_of`).

    Free seats go on, also those for which somebody was passed over until now; a clash that is gone is no longer marked.
    """
    marked = Place.objects.filter(registration__in=registrations, is_live=True, has_shifted_clash=True)
    for place in marked:
        if not seating.clashes(place, selectors.live_bookings(place.registration)):
            place.has_shifted_clash = False
            place.save(update_fields=["has_shifted_clash", "updated_at"])
    for slot in slots:
        pass_on(slot, at)


def lines_of(*registrations: Registration) -> list[UUID]:
    """The ids of the slots in whose lines these registrations stand."""
    entries = WaitlistEntry.objects.filter(registration__in=registrations, status__in=IN_LINE)
    return list(entries.values_list("slot_id", flat=True))


def leave_all(registration: Registration, *, actor: Actor) -> None:
    """Take a registration out of every line, in the transaction of the caller who locked it and the slots."""
    entries = WaitlistEntry.objects.select_related("slot__fair", "slot__interviewer", "registration", "place")
    _leave(list(entries.filter(registration=registration, status__in=IN_LINE)), actor=actor, at=now())


def close_lines(slots: Iterable[Slot], *, actor: Actor, status: WaitlistStatus = WaitlistStatus.LEFT) -> None:
    """End the lines of locked slots that are taken out of a schedule, or over, in the transaction of that."""
    entries = WaitlistEntry.objects.select_related("slot", "registration", "place")
    for entry in entries.filter(slot__in=list(slots), status__in=IN_LINE):
        if entry.place is not None and entry.place.is_live:
            seating.end_places([entry.place], now())
        _move(entry, status, actor=actor)


def back_in_line(slot: Slot, at: datetime) -> None:
    """Take back what is held and offered in a locked slot that is no longer offered: who had an offer waits again."""
    kept = list(slot.places.filter(is_live=True).exclude(kind=PlaceKind.BOOKING))
    seating.end_places(kept, at)
    offers = slot.waitlist.select_related("registration", "slot").filter(place__in=kept)
    for entry in offers.filter(status=WaitlistStatus.OFFERED):
        entry.place = entry.offered_until = None
        _move(entry, WaitlistStatus.WAITING, actor=SYSTEM)


def pass_on_due() -> int:
    """Offer anew whatever ran out, and end the lines of slots that are over: a job, every minute.

    Answers how many slots something ran out of.
    """
    moment = now()
    due = Place.objects.filter(is_live=True, expires_at__lte=moment, slot__starts_at__gt=moment)
    slot_ids = sorted(set(due.filter(slot__waitlist__status__in=IN_LINE).values_list("slot_id", flat=True)))
    for slot_id in slot_ids:
        pass_on_now(slot_id)
    # While a slot is under way, the seat of somebody who has not come can still go to the line (`release_place`).
    over = WaitlistEntry.objects.filter(status__in=IN_LINE, slot__ends_at__lte=moment)
    for slot_id in sorted(set(over.values_list("slot_id", flat=True))):
        with transaction.atomic():
            close_lines(seating.lock_slots([slot_id]).values(), actor=SYSTEM, status=WaitlistStatus.EXPIRED)
    return len(slot_ids)


def pass_on_now(slot_id: UUID) -> None:
    """Offer anew whatever ran out in this slot, in a transaction of its own; nothing where nothing did."""
    if Place.objects.filter(slot_id=slot_id, is_live=True, expires_at__lte=now()).exists():
        with transaction.atomic():
            for slot in seating.lock_slots([slot_id]).values():
                pass_on(slot, now())


def pass_on(slot: Slot, at: datetime) -> list[Place]:
    """End what ran out in the locked slot and offer its free seats to those in line. Answers its live places.

    The head of the line comes first; who could not book it now is passed over, the reason is on record, and keeps the
    rank.
    """
    seats = list(slot.places.filter(is_live=True))
    ended = seating.run_out(seats, at)
    if ended:
        seating.end_places(ended, at)
        offers = slot.waitlist.select_related("registration", "slot").filter(place__in=ended)
        for entry in offers.filter(status=WaitlistStatus.OFFERED):
            _move(entry, WaitlistStatus.EXPIRED, actor=SYSTEM)
            earlier.note_free([slot])
        seats = [place for place in seats if place not in ended]
    free = slot.capacity - len(seats)
    if free > 0 and slot.state == SlotState.OPEN and slot.starts_at > at:
        for entry in _next_in_line(slot, free, at):
            seats.append(_offer(entry, slot, seats, at))
    return seats


def _next_in_line(slot: Slot, number: int, at: datetime) -> list[WaitlistEntry]:
    line = slot.waitlist.filter(status=WaitlistStatus.WAITING).select_related("registration__fair")
    line = line.order_by("joined_at", "id")
    heads: list[WaitlistEntry] = []
    passed_over: list[tuple[WaitlistEntry, str]] = []
    looked_at = 0
    while len(heads) < number and (waiting := list(line[looked_at : looked_at + LOOKED_AT_ONCE])):
        looked_at += LOOKED_AT_ONCE
        taken = _taken_by([entry.registration_id for entry in waiting])
        for entry in waiting:
            registration = entry.registration
            reason = rules.access(registration, slot, at=at, is_override=False) or rules.clash(
                rules.window_of(slot), taken[registration.id], registration.fair
            )
            if reason is not None:
                passed_over.append((entry, reason))
            elif len(heads) < number:
                heads.append(entry)
            else:
                break
    _record_passed_over(passed_over)
    return heads


def _record_passed_over(passed_over: Sequence[tuple[WaitlistEntry, str]]) -> None:
    """Note who was passed over and why, once for each reason: a free seat is looked at again and again."""
    if passed_over:
        ids = [entry.pk for entry, _reason in passed_over]
        noted = AuditEntry.objects.filter(action="waitlist.passed_over", object_id__in=ids).order_by("at", "id")
        known = dict(noted.values_list("object_id", "reason"))
        audit.record_all(
            _entry_of_trail("passed_over", entry, actor=SYSTEM, reason=reason)
            for entry, reason in passed_over
            if known.get(entry.pk) != reason
        )


def _taken_by(people: Iterable[UUID]) -> dict[UUID, list[Place]]:
    """The live bookings of these registrations, by registration."""
    taken: dict[UUID, list[Place]] = defaultdict(list)
    for place in Place.objects.filter(registration__in=people, is_live=True, kind=PlaceKind.BOOKING):
        taken[place.registration_id].append(place)
    return taken


def waiting_for(slot_id: UUID) -> list[UUID]:
    """The registrations that wait for a slot, first come first, as many as are looked at for one place."""
    line = WaitlistEntry.objects.filter(slot_id=slot_id, status=WaitlistStatus.WAITING).order_by("joined_at", "id")
    return list(line.values_list("registration_id", flat=True)[:LOOKED_AT_ONCE])


def head_inside(slot: Slot, people: Mapping[UUID, Registration], at: datetime) -> Registration | None:
    """The first in line of the locked slot who can sit down at once, out of these locked registrations.

    Whoever stands before and cannot is passed over, the reason is on record, and keeps the rank.
    """
    waiting = slot.waitlist.filter(registration__in=people, status=WaitlistStatus.WAITING)
    taken = _taken_by(people)
    passed_over: list[tuple[WaitlistEntry, str]] = []
    head = None
    for entry in waiting.select_related("registration").order_by("joined_at", "id"):
        registration = people[entry.registration_id]
        reason = rules.sitting_down(registration, slot, taken[registration.id], at=at)
        if reason is None:
            head = registration
            break
        passed_over.append((entry, reason))
    _record_passed_over(passed_over)
    return head


def _offer(entry: WaitlistEntry, slot: Slot, seats: Sequence[Place], at: datetime) -> Place:
    """Give the entry a seat until it is answered: half of the time that is left, at most what the fair allows."""
    registration = entry.registration
    longest = timedelta(minutes=registration.fair.waitlist_offer_minutes)
    until = at + min(longest, (slot.starts_at - at) / 2)
    seat = seating.free_seat(slot, seats)
    assert seat is not None
    place = Place(registration=registration, kind=PlaceKind.OFFER, seat=seat, expires_at=until)
    seating.copy_slot(place, slot, registration)
    place.save(force_insert=True)
    entry.slot, entry.place, entry.offered_until = slot, place, until
    _move(entry, WaitlistStatus.OFFERED, actor=SYSTEM)
    notifications.tell_offered(entry, slot)
    return place


def _require_offer(entry: WaitlistEntry) -> Place:
    place = entry.place
    if entry.status == WaitlistStatus.EXPIRED:
        raise DomainError("offer_expired")
    if entry.status != WaitlistStatus.OFFERED or place is None or not place.is_live:
        raise DomainError("not_offered")
    return place


def _leave(entries: Sequence[WaitlistEntry], *, actor: Actor, at: datetime) -> None:
    for entry in entries:
        if entry.place is not None and entry.place.is_live:
            seating.end_places([entry.place], at)
            earlier.note_free([entry.slot])
        _move(entry, WaitlistStatus.LEFT, actor=actor)
        pass_on(entry.slot, at)


def _whose(entry_id: UUID) -> tuple[UUID, UUID]:
    ids = WaitlistEntry.objects.filter(pk=entry_id).values_list("slot_id", "registration_id").first()
    if ids is None:
        raise DomainError("not_found")
    return ids


def _pass_on_first(entry_id: UUID) -> None:
    """Pass on what ran out before the request begins: a refusal takes back what its own transaction did."""
    pass_on_now(_whose(entry_id)[0])


def _locked(entry_id: UUID, actor: Actor) -> WaitlistEntry:
    """The entry, with its registration and slot locked, and what ran out passed on."""
    slot_id, registration_id = _whose(entry_id)
    registration, slot = seating.lock(registration_id, slot_id)
    if not permissions.can_book_interview(actor, registration):
        raise DomainError("not_found")
    pass_on(slot, now())
    entry = WaitlistEntry.objects.select_related("place").get(pk=entry_id)
    entry.registration, entry.slot = registration, slot
    return entry


def _move(entry: WaitlistEntry, status: WaitlistStatus, *, actor: Actor) -> None:
    before, entry.status = entry.status, status
    entry.save(update_fields=["status", "place", "offered_until", "updated_at"])
    _tell(status.value, entry, actor=actor, before=before)
    if before == WaitlistStatus.OFFERED:
        notifications.take_back_offers([entry])


def _tell(what: str, entry: WaitlistEntry, *, actor: Actor, before: str = "") -> None:
    trail = _entry_of_trail(what, entry, actor=actor, before=before)
    audit.record_all([trail])
    realtime.waitlist_changed(what, entry)


def _entry_of_trail(what: str, entry: WaitlistEntry, *, actor: Actor, before: str = "", reason: str = "") -> AuditEntry:
    return audit.entry(
        f"waitlist.{what}",
        entry,
        actor=actor,
        organisation_id=entry.registration.organisation_id,
        from_state=before,
        to_state=entry.status,
        reason=reason,
    )
