"""The line for a full slot (B6): first come, first served; a freed place reaches its head exactly once."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine

from backend.accounts.actors import Actor
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry, Event
from events.fairs.models import Fair
from events.interviews import selectors, services
from events.interviews.enums import SlotState
from events.interviews.models import Place, Slot, WaitlistEntry
from events.interviews.services import waitlist
from events.interviews.tasks import pass_on_places
from events.registrations.models import Registration
from events.workflows.cancel_registration import cancel_registration
from tests.factories.accounts import actor_of, organiser_of
from tests.factories.client import body_of, refused
from tests.factories.fairs import make_fair
from tests.factories.interviews import candidate_client, make_candidate, make_slot
from tests.factories.threads import at_once

HOUR = timedelta(hours=1)


def own(registration: Registration) -> Actor:
    assert registration.user is not None
    return actor_of(registration.user)


def book(slot: Slot, person: Registration) -> Place:
    return services.book_interview(slot.id, actor=own(person), registration_id=person.id)


def join(slot: Slot, person: Registration) -> WaitlistEntry:
    return services.join_waitlist(slot.id, actor=own(person), registration_id=person.id)[0]


def cancel(place: Place) -> Place:
    return services.cancel_booking(place.id, actor=own(place.registration))


def accept(entry: WaitlistEntry) -> Place:
    return services.accept_offer(entry.id, actor=own(entry.registration))[0]


def code_of(action: Any, *args: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        action(*args)
    return refusal.value.code


def full(fair: Fair, *, capacity: int = 1, **values: Any) -> tuple[Slot, list[Place]]:
    """A slot without a free place, and who has them."""
    slot = make_slot(fair, capacity=capacity, **values)
    return slot, [book(slot, make_candidate(fair)) for _ in range(capacity)]


def statuses(*entries: WaitlistEntry) -> list[str]:
    for entry in entries:
        entry.refresh_from_db()
    return [entry.status for entry in entries]


@pytest.mark.django_db
class TestJoining:
    def test_in_order_and_once(self) -> None:
        fair = make_fair()
        slot, _places = full(fair)
        people = [make_candidate(fair) for _ in range(3)]
        entries = [join(slot, person) for person in people]
        assert services.join_waitlist(slot.id, actor=own(people[1]), registration_id=people[1].id) == (
            entries[1],
            False,
        )
        ranks = {row.pk: row.rank for row in selectors.waitlist().filter(slot=slot)}
        assert [ranks[entry.pk] for entry in entries] == [1, 2, 3]
        services.leave_waitlist(entries[0].id, actor=own(people[0]))
        ranks = {row.pk: row.rank for row in selectors.waitlist().filter(slot=slot)}
        assert [ranks[entry.pk] for entry in entries] == [None, 1, 2]
        assert AuditEntry.objects.filter(action="waitlist.joined").count() == 3
        assert Event.objects.filter(name="waitlist.joined").count() == 3

    def test_refusals(self) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        assert code_of(join, make_slot(fair), make_candidate(fair)) == "slot_free"
        assert code_of(join, slot, place.registration) == "already_booked"
        assert code_of(join, slot, make_candidate(fair, status="pending")) == "not_registered"
        assert code_of(join, full(fair, starts_at=now() + HOUR)[0], make_candidate(make_fair())) == "not_registered"
        Slot.objects.filter(pk=slot.pk).update(state=SlotState.BLOCKED)
        assert code_of(join, slot, make_candidate(fair)) == "slot_closed"

    def test_a_clash_is_no_hindrance(self) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        person = make_candidate(fair)
        book(make_slot(fair), person)
        entry, later = join(slot, person), join(slot, make_candidate(fair))
        cancel(place)
        assert statuses(entry, later) == ["waiting", "offered"]
        trail = AuditEntry.objects.get(action="waitlist.passed_over")
        assert (trail.object_id, trail.reason) == (entry.id, "overlapping_booking")


@pytest.mark.django_db
class TestOffers:
    def test_a_freed_place_is_offered_at_once_and_full_for_others(self) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        head, second = join(slot, make_candidate(fair)), join(slot, make_candidate(fair))
        cancel(place)
        assert statuses(head, second) == ["offered", "waiting"]
        assert code_of(book, slot, make_candidate(fair)) == "slot_full"
        assert code_of(accept, second) == "not_offered"
        booked = accept(head)
        assert (booked.kind, booked.is_live, booked.registration_id) == ("booking", True, head.registration_id)
        assert accept(head) == booked
        assert statuses(head) == ["accepted"]

    def test_an_offer_ends_at_half_of_the_time_left_at_most(self) -> None:
        fair = make_fair(waitlist_offer_minutes=120)
        for hours, minutes in ((1, 30), (6, 120)):
            slot, [place] = full(fair, starts_at=now() + hours * HOUR)
            entry = join(slot, make_candidate(fair))
            cancel(place)
            entry.refresh_from_db()
            assert entry.offered_until is not None
            assert abs(entry.offered_until - now() - timedelta(minutes=minutes)) < timedelta(seconds=30)

    def test_booking_the_offered_slot_accepts_it(self) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        person = make_candidate(fair)
        entry = join(slot, person)
        cancel(place)
        book(slot, person)
        assert statuses(entry) == ["accepted"]
        assert Place.objects.filter(slot=slot, is_live=True).count() == 1

    @pytest.mark.parametrize("ends", [services.decline_offer, services.leave_waitlist])
    def test_who_does_not_want_it_passes_it_on(self, ends: Any) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        head, second = join(slot, make_candidate(fair)), join(slot, make_candidate(fair))
        cancel(place)
        for _twice in range(2):
            ends(head.id, actor=own(head.registration))
        assert statuses(head, second) == ["left", "offered"]

    def test_an_offer_that_ran_out_goes_on_by_the_clock(self) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        head, second = join(slot, make_candidate(fair)), join(slot, make_candidate(fair))
        cancel(place)
        with time_machine.travel(now() + timedelta(minutes=31), tick=False):
            pass_on_places()
            pass_on_places()
            assert statuses(head, second) == ["expired", "offered"]
            assert accept(second).registration_id == second.registration_id

    @pytest.mark.parametrize("asks", ["accept", "leave", "stranger books", "stranger holds"])
    def test_an_offer_that_ran_out_goes_on_when_somebody_asks_though_refused(self, asks: str) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        head, second = join(slot, make_candidate(fair)), join(slot, make_candidate(fair))
        cancel(place)
        stranger = make_candidate(fair)
        with time_machine.travel(now() + timedelta(minutes=31), tick=False):
            if asks == "accept":
                assert code_of(accept, head) == "offer_expired"
            elif asks == "leave":
                assert services.leave_waitlist(head.id, actor=own(head.registration)).status == "expired"
            elif asks == "stranger books":
                assert code_of(book, slot, stranger) == "slot_full"
            else:
                held = partial(services.hold_slot, slot.id, actor=own(stranger), registration_id=stranger.id)
                assert code_of(held) == "slot_full"
            assert statuses(head, second) == ["expired", "offered"]

    def test_who_is_passed_over_again_for_the_same_reason_is_noted_once(self) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        person = make_candidate(fair)
        book(make_slot(fair), person)
        join(slot, person)
        cancel(place)
        for _again in range(3):
            stranger = make_candidate(fair)
            cancel(book(slot, stranger))
        assert AuditEntry.objects.filter(action="waitlist.passed_over").count() == 1

    def test_behind_many_who_cannot_somebody_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(waitlist, "LOOKED_AT_ONCE", 2)
        fair = make_fair()
        slot, [place] = full(fair)
        for _each in range(5):
            person = make_candidate(fair)
            book(make_slot(fair), person)
            join(slot, person)
        last = join(slot, make_candidate(fair))
        cancel(place)
        assert statuses(last) == ["offered"]

    def test_the_line_of_a_slot_ends_with_it(self) -> None:
        """While it is under way, the seat of somebody who has not come can still go to the line."""
        fair = make_fair()
        slot, _places = full(fair)
        entry = join(slot, make_candidate(fair))
        with time_machine.travel(slot.starts_at, tick=False):
            pass_on_places()
        assert statuses(entry) == ["waiting"]
        with time_machine.travel(slot.ends_at, tick=False):
            pass_on_places()
        assert statuses(entry) == ["expired"]

    def test_moving_into_the_offered_slot_accepts_and_says_so_again(self) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        person = make_candidate(fair)
        entry = join(slot, person)
        other = book(make_slot(fair, starts_at=now() + 3 * HOUR), person)
        cancel(place)
        services.switch_booking(other.id, actor=own(person), slot_id=slot.id)
        assert statuses(entry) == ["accepted"]
        assert accept(entry) == other

    def test_a_hold_that_ran_out_goes_to_the_line_and_not_to_the_quickest(self) -> None:
        fair = make_fair()
        slot = make_slot(fair)
        holder = make_candidate(fair)
        services.hold_slot(slot.id, actor=own(holder), registration_id=holder.id)
        entry = join(slot, make_candidate(fair))
        with time_machine.travel(now() + timedelta(minutes=6), tick=False):
            assert code_of(book, slot, make_candidate(fair)) == "slot_full"
            pass_on_places()
            assert statuses(entry) == ["offered"]
            assert code_of(book, slot, holder) == "hold_expired"

    def test_a_clash_by_now_keeps_the_offer(self) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        person = make_candidate(fair)
        entry = join(slot, person)
        cancel(place)
        other = book(make_slot(fair), person)
        assert code_of(accept, entry) == "overlapping_booking"
        cancel(other)
        assert accept(entry).slot_id == slot.id

    def test_moving_away_frees_a_place_too(self) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        entry = join(slot, make_candidate(fair))
        elsewhere = make_slot(fair, starts_at=now() + 3 * HOUR)
        services.switch_booking(place.id, actor=own(place.registration), slot_id=elsewhere.id)
        assert statuses(entry) == ["offered"]

    def test_a_cancelled_registration_leaves_all_lines_and_passes_its_places_on(self) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        other_slot, _others = full(fair, starts_at=now() + 3 * HOUR)
        waiting, next_one = join(other_slot, place.registration), join(slot, make_candidate(fair))
        cancel_registration(place.registration, actor=own(place.registration))
        assert statuses(waiting, next_one) == ["left", "offered"]

    def test_a_blocked_slot_takes_its_offer_back_and_reopened_makes_it_again(self) -> None:
        fair = make_fair()
        slot, [place] = full(fair)
        entry = join(slot, make_candidate(fair))
        cancel(place)
        organiser = organiser_of(fair.organisation)
        services.block_slot(slot.id, actor=organiser)
        assert statuses(entry) == ["waiting"]
        assert code_of(accept, entry) == "not_offered"
        services.reopen_slot(slot.id, actor=organiser)
        assert statuses(entry) == ["offered"]


@pytest.mark.django_db
def test_over_rest() -> None:
    fair = make_fair()
    slot, [place] = full(fair)
    person = make_candidate(fair)
    api = candidate_client(person)
    entry = body_of(api.post(f"slots/{slot.id}/waitlist/", {"registration": str(person.id)}), 201)
    assert (entry["status"], entry["rank"], entry["offered_until"]) == ("waiting", 1, None)
    again = body_of(api.post(f"slots/{slot.id}/waitlist/", {"registration": str(person.id)}), 200)
    assert again["id"] == entry["id"]
    refused(api.post(f"waitlist/{entry['id']}/accept/"), 409, "not_offered")
    cancel(place)
    offered = body_of(api.get(f"waitlist/{entry['id']}/"), 200)
    assert offered["status"] == "offered"
    assert offered["offered_until"] is not None
    booked = body_of(api.post(f"waitlist/{entry['id']}/accept/"), 201)
    assert (booked["slot"], booked["status"]) == (str(slot.id), "booked")
    assert body_of(api.post(f"waitlist/{entry['id']}/accept/"), 200)["id"] == booked["id"]
    refused(api.delete(f"waitlist/{entry['id']}/"), 409, "wrong_state")
    free = make_slot(fair, starts_at=now() + 3 * HOUR)
    refused(api.post(f"slots/{free.id}/waitlist/", {"registration": str(person.id)}), 409, "slot_free")


@pytest.mark.django_db(transaction=True)
def test_accepting_booking_cancelling_and_declining_at_once_lock_nobody_up() -> None:
    fair = make_fair()
    slot, places = full(fair, capacity=4)
    other, _places = full(fair, capacity=1, starts_at=now() + 3 * HOUR)
    people = [make_candidate(fair) for _ in range(8)]
    entries = [join(slot, person) for person in people]
    for place in places[:2]:
        cancel(place)
    ends = at_once(
        *(partial(accept, entry) for entry in entries[:4]),
        *(partial(book, slot, person) for person in people[2:6]),
        *(partial(cancel, place) for place in places[2:]),
        *(partial(join, other, person) for person in people[:4]),
        partial(services.decline_offer, entries[1].id, actor=own(people[1])),
    )
    codes = {end for end in ends if isinstance(end, str)}
    assert codes <= {"not_offered", "slot_full", "already_booked", "offer_expired"}, codes
    live = list(Place.objects.filter(slot=slot, is_live=True))
    assert len(live) <= 4
    assert len({place.registration_id for place in live}) == len(live)
