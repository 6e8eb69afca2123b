"""Holding a place and moving a booking: they work, they refuse with each code, twice and at once."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.test import override_settings

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry, Event, uuid7
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.enums import BookingStatus, PlaceKind, SlotState
from events.interviews.models import Place, Slot
from events.registrations.models import Registration
from tests.factories.accounts import actor_of, make_token, organiser_of
from tests.factories.client import body_of, client_of, refused
from tests.factories.employers import make_recruiter
from tests.factories.fairs import make_fair
from tests.factories.interviews import candidate_client, make_candidate, make_slot
from tests.factories.threads import at_once

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def own(registration: Registration) -> Actor:
    assert registration.user is not None
    return actor_of(registration.user)


def hold(slot: Slot, person: Registration, **values: Any) -> Place:
    return services.hold_slot(slot.id, registration_id=person.id, **{"actor": own(person)} | values)


def book(slot: Slot, person: Registration) -> Place:
    return services.book_interview(slot.id, actor=own(person), registration_id=person.id)


def switch(place: Place, slot: Slot, *, actor: Actor | None = None) -> Place:
    return services.switch_booking(place.id, actor=actor or own(place.registration), slot_id=slot.id)


def code_of(action: Any, *args: Any, **values: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        action(*args, **values)
    return refusal.value.code


@pytest.mark.django_db
class TestHold:
    def test_keeps_the_place_for_its_person(self) -> None:
        fair = make_fair()
        slot, person = make_slot(fair), make_candidate(fair)
        held = hold(slot, person)
        assert held.expires_at is not None
        assert timedelta(seconds=295) < held.expires_at - now() <= timedelta(seconds=300)
        assert code_of(book, slot, make_candidate(fair)) == code_of(hold, slot, make_candidate(fair)) == "slot_full"
        assert book(slot, person).id == held.id
        assert list(Event.objects.values_list("name", flat=True)) == ["slot.changed", "booking.created"]

    def test_a_second_hold_replaces_the_first(self) -> None:
        fair = make_fair()
        person, one, other = make_candidate(fair), make_slot(fair), make_slot(fair)
        hold(one, person)
        again = hold(one, person)
        hold(other, person)
        assert not Place.objects.filter(pk=again.pk).exists()
        assert [place.slot_id for place in Place.objects.filter(is_live=True)] == [other.id]
        book(one, make_candidate(fair))

    def test_is_not_the_candidates_booking(self) -> None:
        fair = make_fair(booking_limit=1)
        person, one, same_time = make_candidate(fair), make_slot(fair), make_slot(fair)
        hold(one, person)
        book(same_time, person)
        assert code_of(hold, make_slot(fair, starts_at=now() + 3 * HOUR), person) == "booking_limit"

    def test_runs_out_by_the_clock_alone(self) -> None:
        fair = make_fair()
        slot, late, quick = make_slot(fair), make_candidate(fair), make_candidate(fair)
        hold(slot, late)
        with time_machine.travel(now() + timedelta(seconds=301), tick=False):
            book(slot, quick)
            assert code_of(book, slot, late) == "hold_expired"
            assert code_of(book, slot, make_candidate(fair)) == "slot_full"

    def test_a_late_holder_whose_place_nobody_wanted_books_it(self) -> None:
        fair = make_fair()
        slot, person = make_slot(fair), make_candidate(fair)
        held = hold(slot, person)
        with time_machine.travel(now() + HOUR / 2, tick=False):
            assert book(slot, person).seat == held.seat

    @override_settings(HOLD_SECONDS=10)
    def test_its_length_is_a_setting(self) -> None:
        fair = make_fair()
        held = hold(make_slot(fair), make_candidate(fair))
        assert held.expires_at is not None
        assert held.expires_at - now() <= timedelta(seconds=10)

    def test_refuses_what_booking_would(self) -> None:
        fair = make_fair()
        person, slot = make_candidate(fair), make_slot(fair)
        booked = book(slot, person)
        assert code_of(hold, make_slot(fair, stand=slot.stand, starts_at=now() + 3 * HOUR), person) == "already_booked"
        assert code_of(hold, make_slot(fair, starts_at=booked.starts_at), person) == "overlapping_booking"
        assert code_of(hold, make_slot(fair, state=SlotState.BLOCKED), person) == "slot_closed"
        assert code_of(hold, slot, make_candidate(fair, status="pending")) == "not_registered"
        assert code_of(hold, slot, person, actor=own(make_candidate(fair))) == "not_found"
        assert code_of(services.hold_slot, uuid7(), actor=own(person), registration_id=person.id) == "not_found"

    def test_over_rest(self) -> None:
        fair = make_fair()
        slot, person = make_slot(fair), make_candidate(fair)
        api = candidate_client(person)
        held = body_of(api.post(f"/api/v1/slots/{slot.id}/hold/", {"registration": str(person.id)}), 201)
        assert (held["slot"], held["registration"]) == (str(slot.id), str(person.id))
        assert held["expires_at"].endswith(("+01:00", "+02:00"))
        other = make_candidate(fair)
        near = make_slot(fair, stand=slot.stand, starts_at=slot.ends_at)
        problem = refused(
            candidate_client(other).post(f"/api/v1/slots/{slot.id}/hold/", {"registration": str(other.id)}),
            409,
            "slot_full",
        )
        assert [row["id"] for row in problem["alternatives"]] == [str(near.id)]


@pytest.mark.django_db
class TestSwitch:
    def test_a_refusal_names_the_times_that_the_booking_could_move_to(self) -> None:
        fair = make_fair()
        person, old = make_candidate(fair), make_slot(fair, capacity=2)
        place = book(old, person)
        wanted, free = (make_slot(fair, stand=old.stand, starts_at=old.ends_at + n * HOUR) for n in (0, 1))
        book(wanted, make_candidate(fair))
        with pytest.raises(DomainError) as refusal:
            switch(place, wanted)
        assert refusal.value.code == "slot_full"
        assert refusal.value.extra["alternatives"] == [free]

    def test_is_the_same_booking_elsewhere_and_frees_the_old_place(self) -> None:
        fair = make_fair()
        person, old, new = make_candidate(fair), make_slot(fair), make_slot(fair, starts_at=now() + 3 * HOUR)
        place = book(old, person)
        moved = switch(place, new)
        moved.refresh_from_db()
        assert (moved.id, moved.slot_id, moved.stand_id, moved.sequence) == (place.id, new.id, new.stand_id, 1)
        assert (moved.starts_at, moved.ends_at, moved.employer_id) == (new.starts_at, new.ends_at, new.employer_id)
        book(old, make_candidate(fair))
        entry = AuditEntry.objects.get(action="booking.moved")
        assert (entry.from_state, entry.to_state) == (str(old.id), str(new.id))
        topics = Event.objects.get(name="booking.moved").topics
        assert {f"stand.{old.stand_id}", f"stand.{new.stand_id}", f"user.{person.user_id}"} <= set(topics)

    def test_to_a_time_that_only_its_own_old_one_is_against(self) -> None:
        fair = make_fair(booking_limit=1)
        person, old = make_candidate(fair), make_slot(fair)
        near = make_slot(fair, stand=old.stand, starts_at=old.starts_at + 5 * MINUTE)
        assert switch(book(old, person), near).slot_id == near.id

    def test_the_same_slot_again_changes_nothing(self) -> None:
        fair = make_fair()
        place = book(slot := make_slot(fair), make_candidate(fair))
        assert switch(place, slot).sequence == 0
        assert not AuditEntry.objects.filter(action="booking.moved").exists()

    def test_uses_up_a_hold_of_the_new_slot(self) -> None:
        fair = make_fair()
        person, new = make_candidate(fair), make_slot(fair, starts_at=now() + 3 * HOUR)
        place = book(make_slot(fair), person)
        hold(new, person)
        assert switch(place, new).slot_id == new.id
        assert Place.objects.filter(is_live=True).count() == 1

    def test_a_refusal_keeps_the_old_place(self) -> None:
        fair = make_fair()
        person, old, full = make_candidate(fair), make_slot(fair), make_slot(fair, starts_at=now() + 3 * HOUR)
        place = book(old, person)
        book(full, make_candidate(fair))
        other = book(make_slot(fair, starts_at=now() + 5 * HOUR), person)
        assert code_of(switch, place, full) == "slot_full"
        assert code_of(switch, place, make_slot(fair, starts_at=other.starts_at)) == "overlapping_booking"
        near = make_slot(fair, stand=other.stand, starts_at=now() + 7 * HOUR)
        assert code_of(switch, place, near) == "already_booked"
        assert code_of(switch, place, make_slot(make_fair(), starts_at=now() + 7 * HOUR)) == "not_registered"
        place.refresh_from_db()
        assert (place.slot_id, place.is_live) == (old.id, True)

    def test_whose_it_is_and_when_it_is_too_late(self) -> None:
        fair = make_fair(cancel_until_minutes=90)
        person, old, new = make_candidate(fair), make_slot(fair), make_slot(fair, starts_at=now() + 3 * HOUR)
        place = book(old, person)
        assert code_of(switch, place, new, actor=own(make_candidate(fair))) == "not_found"
        assert code_of(switch, place, new, actor=actor_of(make_recruiter(old.employer))) == "not_found"
        assert code_of(switch, place, new) == "too_late_to_cancel"
        assert switch(place, new, actor=organiser_of(fair.organisation)).slot_id == new.id
        Place.objects.filter(pk=place.pk).update(status=BookingStatus.CANCELLED, is_live=False)
        assert code_of(switch, place, old, actor=organiser_of(fair.organisation)) == "wrong_state"
        held = hold(make_slot(fair), make_candidate(fair))
        assert code_of(switch, held, new) == "not_found"

    def test_over_rest(self) -> None:
        fair = make_fair()
        person, old, new = make_candidate(fair), make_slot(fair), make_slot(fair, starts_at=now() + 3 * HOUR)
        place = book(old, person)
        api = candidate_client(person)
        moved = body_of(api.post(f"/api/v1/bookings/{place.id}/switch/", {"slot": str(new.id)}), 200)
        assert (moved["id"], moved["slot"], moved["stand"]) == (str(place.id), str(new.id), str(new.stand_id))
        refused(api.post(f"/api/v1/bookings/{place.id}/switch/", {"slot": str(uuid7())}), 404, "not_found")
        refused(api.post(f"/api/v1/bookings/{place.id}/switch/", {}), 400, "invalid")
        stranger = client_of(make_token(make_recruiter(old.employer), [Scope.EMPLOYER]))
        refused(stranger.post(f"/api/v1/bookings/{place.id}/switch/", {"slot": str(old.id)}), 403, "forbidden")


def _fair_of_pairs(number: int) -> tuple[Fair, list[Place]]:
    fair = make_fair()
    slots = [make_slot(fair, starts_at=now() + HOUR + 20 * MINUTE * place) for place in range(number)]
    return fair, [book(slot, make_candidate(fair)) for slot in slots]


@pytest.mark.django_db(transaction=True)
def test_a_storm_of_switches_loses_no_place_and_locks_nobody_up() -> None:
    """Everybody wants the free slot, and the slots that others give up: each ends with one place, none shared."""
    fair, places = _fair_of_pairs(6)
    slots = [place.slot for place in places] + [make_slot(fair, starts_at=now() + 4 * HOUR)]
    wanted = [(place, slots[(number + step) % 7]) for step in (6, 1, 5, 2) for number, place in enumerate(places)]
    ends = at_once(*(partial(switch, *both) for both in wanted))
    assert any(isinstance(end, Place) for end in ends)
    assert {end for end in ends if not isinstance(end, Place)} <= {"slot_full"}
    live = Place.objects.filter(is_live=True)
    assert live.count() == live.values("slot").distinct().count() == live.values("registration").distinct().count() == 6


@pytest.mark.django_db(transaction=True)
def test_many_hold_one_place_at_once() -> None:
    fair = make_fair()
    slot = make_slot(fair, capacity=2)
    people = [make_candidate(fair) for _ in range(12)]
    assert at_once(*(partial(hold, slot, person) for person in people)).count("slot_full") == 10
    assert Place.objects.filter(kind=PlaceKind.HOLD, is_live=True).count() == 2


@pytest.mark.django_db
def test_whatever_ran_out_in_a_slot_ends_together() -> None:
    fair = make_fair()
    slot = make_slot(fair, capacity=3)
    for _each in range(3):
        hold(slot, make_candidate(fair))
    for _each in range(4):
        person = make_candidate(fair)
        services.join_waitlist(slot.id, actor=own(person), registration_id=person.id)
    with time_machine.travel(now() + 6 * MINUTE, tick=False):
        services.pass_on_due()
        assert [entry.status for entry in slot.waitlist.order_by("joined_at", "id")] == ["offered"] * 3 + ["waiting"]
        assert slot.places.filter(is_live=True, kind=PlaceKind.OFFER).count() == 3
        services.block_slot(slot.id, actor=organiser_of(fair.organisation))
        assert {entry.status for entry in slot.waitlist.all()} == {"waiting"}
        assert not slot.places.filter(is_live=True).exists()
