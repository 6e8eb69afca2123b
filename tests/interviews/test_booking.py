"""Booking and cancelling: it works, it refuses with each code of contract §4, it may be called twice."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from backend.accounts.actors import SYSTEM, Actor
from backend.accounts.enums import Scope
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry, Event, uuid7
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.enums import BookingStatus, PlaceKind, SlotState
from events.interviews.models import Place, Slot
from events.offers.models import Offer
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from tests.factories.accounts import actor_of, make_user, organiser_of
from tests.factories.employers import make_exhibitor, make_recruiter, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_slot

pytestmark = pytest.mark.django_db


def own(registration: Registration) -> Actor:
    """The registered person at a browser."""
    assert registration.user is not None
    return actor_of(registration.user)


def book(slot: Slot, registration: Registration, *, actor: Actor | None = None, **values: Any) -> Place:
    """Book as the person, unless said otherwise."""
    return services.book_interview(slot.id, actor=actor or own(registration), registration_id=registration.id, **values)


def refused(code: str, slot: Slot, registration: Registration, **values: Any) -> list[Slot]:
    """Booking is refused with the code; answers the alternatives."""
    with pytest.raises(DomainError) as refusal:
        book(slot, registration, **values)
    assert refusal.value.code == code
    return list(refusal.value.extra.get("alternatives", []))


def hold(slot: Slot, registration: Registration, *, ends_in: timedelta, kind: str = PlaceKind.HOLD) -> Place:
    """A held place."""
    return Place.objects.create(
        slot=slot,
        registration=registration,
        kind=kind,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        day_on=slot.starts_at.date(),
        stand=slot.stand,
        employer=slot.employer,
        expires_at=now() + ends_in,
    )


@pytest.fixture
def fair() -> Fair:
    """A fair under way, everything open."""
    return make_fair()


def test_books_and_leaves_a_trail(fair: Fair) -> None:
    slot, person = make_slot(fair), make_candidate(fair)
    place = book(slot, person, note="A question about shifts")
    assert (place.status, place.seat, place.is_live, place.note) == ("booked", 1, True, "A question about shifts")
    assert (place.starts_at, place.stand_id, place.employer_id) == (slot.starts_at, slot.stand_id, slot.employer_id)
    assert AuditEntry.objects.get(action="booking.created").object_id == place.id
    event = Event.objects.get(name="booking.created")
    assert set(event.topics) == {f"stand.{slot.stand_id}", f"user.{person.user_id}", f"fair.{fair.id}.live"}
    assert person.given_name not in str(event.data)


def test_statements(fair: Fair, django_assert_max_num_queries: Any) -> None:
    slot, person = make_slot(fair), make_candidate(fair)
    actor = own(person)
    with django_assert_max_num_queries(8):  # SAVEPOINT and RELEASE are two of them
        book(slot, person, actor=actor)


@pytest.mark.parametrize("status", [s for s in RegistrationStatus if s != RegistrationStatus.CONFIRMED])
def test_not_registered_by_status(fair: Fair, status: str) -> None:
    assert refused("not_registered", make_slot(fair), make_candidate(fair, status=status)) == []


def test_not_registered_elsewhere_and_other_kinds(fair: Fair) -> None:
    refused("not_registered", make_slot(fair), make_candidate(make_fair(fair.organisation)))
    refused("not_registered", make_slot(fair), make_candidate(fair, kind="visitor"))


def test_windows() -> None:
    moment = now()
    early = make_fair(booking_opens_at=moment + timedelta(hours=1))
    refused("booking_not_open", make_slot(early), make_candidate(early))
    late = make_fair(booking_closes_at=moment - timedelta(minutes=1))
    refused("booking_closed", make_slot(late), make_candidate(late))
    draft = make_fair(status=FairStatus.DRAFT, published_at=None)
    refused("booking_not_open", make_slot(draft), make_candidate(draft))
    cancelled = make_fair(status=FairStatus.CANCELLED)
    refused("booking_closed", make_slot(cancelled), make_candidate(cancelled))


def test_slot_closed(fair: Fair) -> None:
    person = make_candidate(fair)
    refused("slot_closed", make_slot(fair, state=SlotState.BLOCKED), person)
    refused("slot_closed", make_slot(fair, starts_at=now() - timedelta(minutes=1)), person)
    withdrawn = make_slot(fair)
    withdrawn.interviewer.withdrawn_at = now()
    withdrawn.interviewer.save(update_fields=["withdrawn_at"])
    refused("slot_closed", withdrawn, person)


def test_already_booked_unless_the_fair_says_otherwise(fair: Fair) -> None:
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    slot, person = make_slot(fair, stand=stand), make_candidate(fair)
    later = make_slot(fair, stand=stand, starts_at=slot.starts_at + timedelta(hours=1))
    book(slot, person)
    refused("already_booked", slot, person)
    refused("already_booked", later, person)
    Fair.objects.filter(pk=fair.pk).update(one_booking_per_employer=False)
    Place.objects.update(is_single_per_employer=False)
    book(later, person)


def test_overlap_gap_and_alternatives(fair: Fair) -> None:
    slot, person = make_slot(fair, minutes=10), make_candidate(fair)
    book(slot, person)
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    near = make_slot(fair, stand=stand, starts_at=slot.ends_at + timedelta(minutes=4))
    alone = make_slot(fair, stand=stand, starts_at=slot.ends_at + timedelta(minutes=60))
    full = make_slot(fair, stand=stand, starts_at=slot.ends_at + timedelta(minutes=5))
    book(full, make_candidate(fair))
    make_slot(fair, stand=stand, starts_at=slot.starts_at)  # free, and at the very time of the booking
    fits = make_slot(fair, stand=stand, starts_at=slot.ends_at + timedelta(minutes=20))
    assert [other.id for other in refused("overlapping_booking", near, person)] == [fits.id, alone.id]


def test_limits(fair: Fair) -> None:
    person, slot = make_candidate(fair), make_slot(fair)
    book(slot, person)
    later = make_slot(fair, starts_at=slot.starts_at + timedelta(hours=2))
    Fair.objects.filter(pk=fair.pk).update(booking_limit=1)
    assert refused("booking_limit", later, person) == []
    Fair.objects.filter(pk=fair.pk).update(booking_limit=None, booking_limit_per_day=1)
    if later.starts_at.astimezone(fair.zone).date() == slot.starts_at.astimezone(fair.zone).date():
        refused("booking_limit", later, person)


def test_slot_full_names_three_others(fair: Fair) -> None:
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    slot = make_slot(fair, stand=stand)
    others = [make_slot(fair, stand=stand, starts_at=slot.starts_at + timedelta(minutes=20 * n)) for n in range(1, 6)]
    book(slot, make_candidate(fair))
    found = refused("slot_full", slot, make_candidate(fair))
    assert [other.id for other in found] == [other.id for other in others[:3]]
    assert [other.free for other in found] == [1, 1, 1]  # type: ignore[attr-defined]


def test_first_refusal_that_applies(fair: Fair) -> None:
    slot = make_slot(fair, state=SlotState.BLOCKED)
    refused("not_registered", slot, make_candidate(fair, status="pending"))
    Fair.objects.filter(pk=fair.pk).update(booking_closes_at=now() - timedelta(minutes=1))
    refused("booking_closed", slot, make_candidate(fair))


def test_live_holds_and_offers_count_expired_ones_do_not(fair: Fair) -> None:
    slot = make_slot(fair)
    held = hold(slot, make_candidate(fair), ends_in=timedelta(minutes=5))
    refused("slot_full", slot, make_candidate(fair))
    Place.objects.filter(pk=held.pk).update(expires_at=now() - timedelta(seconds=1), kind=PlaceKind.OFFER)
    book(slot, make_candidate(fair))
    held.refresh_from_db()
    assert (held.is_live, held.status, held.cancelled_by) == (False, "cancelled", "system")


def test_a_hold_becomes_the_booking(fair: Fair) -> None:
    slot, person = make_slot(fair), make_candidate(fair)
    held = hold(slot, person, ends_in=timedelta(minutes=5))
    place = book(slot, person)
    assert (place.id, place.kind, place.expires_at) == (held.id, "booking", None)


def test_group_slots_fill_to_their_capacity(fair: Fair) -> None:
    slot = make_slot(fair, capacity=3)
    assert [book(slot, make_candidate(fair)).seat for _ in range(3)] == [1, 2, 3]
    refused("slot_full", slot, make_candidate(fair))


def test_override_passes_limits_and_windows_never_seats_or_clashes(fair: Fair) -> None:
    organiser = organiser_of(fair.organisation)
    person, slot = make_candidate(fair), make_slot(fair)
    book(slot, person)
    Fair.objects.filter(pk=fair.pk).update(booking_limit=1, booking_closes_at=now() - timedelta(minutes=1))
    later = make_slot(fair, starts_at=slot.starts_at + timedelta(hours=1))
    near = make_slot(fair, starts_at=slot.starts_at)
    with pytest.raises(DomainError, match="invalid"):
        book(later, person, actor=organiser, is_override=True)
    with pytest.raises(DomainError, match="forbidden"):
        book(later, person, is_override=True, reason="please")
    with pytest.raises(DomainError, match="overlapping_booking"):
        book(near, person, actor=organiser, is_override=True, reason="asked at the desk")
    book(later, person, actor=organiser, is_override=True, reason="asked at the desk")
    assert AuditEntry.objects.filter(action="booking.created", reason="asked at the desk").count() == 1


def test_offer_must_be_the_employers(fair: Fair) -> None:
    slot, person = make_slot(fair), make_candidate(fair)
    values = {"title": "Soudeuse, soudeur", "rome_code": "H2913", "contract_type": "cdi", "status": "published"}
    values |= {"employer": slot.employer, "fair": fair}
    mine = Offer.objects.create(**values)
    others = ({"employer": make_slot(fair).employer}, {"status": "draft"}, {"fair": make_fair(fair.organisation)})
    for other in others:
        with pytest.raises(DomainError, match="invalid"):
            book(slot, person, offer_id=Offer.objects.create(**values | other).id)
    assert book(slot, person, offer_id=mine.id).offer_id == mine.id


def test_who_may_book(fair: Fair) -> None:
    slot, person = make_slot(fair), make_candidate(fair)
    strangers = [
        actor_of(make_user()),
        organiser_of(make_fair().organisation),
        actor_of(make_recruiter(slot.employer)),
        actor_of(person.user, [Scope.READ]),  # type: ignore[arg-type]
    ]
    for stranger in strangers:
        with pytest.raises(DomainError, match="not_found"):
            book(slot, person, actor=stranger)
    book(slot, person, actor=organiser_of(fair.organisation))


def test_unknown_slot_and_registration(fair: Fair) -> None:
    person = make_candidate(fair)
    for slot_id, registration_id in ((uuid7(), person.id), (make_slot(fair).id, uuid7())):
        with pytest.raises(DomainError, match="not_found"):
            services.book_interview(slot_id, actor=own(person), registration_id=registration_id)


def test_cancel_frees_the_place_and_may_be_asked_twice(fair: Fair) -> None:
    slot, person = make_slot(fair), make_candidate(fair)
    place = book(slot, person)
    cancelled = services.cancel_booking(place.id, actor=own(person), reason="ill")
    assert (cancelled.status, cancelled.cancelled_by, cancelled.is_live) == ("cancelled", "candidate", False)
    again = services.cancel_booking(place.id, actor=own(person))
    assert again.cancelled_at == cancelled.cancelled_at
    assert AuditEntry.objects.filter(action="booking.cancelled").count() == 1
    book(slot, person)


def test_cancelled_by_whom(fair: Fair) -> None:
    def cancelled_by(actor_for: Any) -> str:
        slot, person = make_slot(fair), make_candidate(fair)
        return services.cancel_booking(book(slot, person).id, actor=actor_for(slot, person)).cancelled_by

    assert cancelled_by(lambda _slot, person: own(person)) == "candidate"
    assert cancelled_by(lambda slot, _person: actor_of(make_recruiter(slot.employer))) == "employer"
    assert cancelled_by(lambda _slot, _person: organiser_of(fair.organisation)) == "organiser"
    assert cancelled_by(lambda _slot, _person: SYSTEM) == "system"
    place = book(make_slot(fair), make_candidate(fair))
    with pytest.raises(DomainError, match="not_found"):
        services.cancel_booking(place.id, actor=actor_of(make_user()))


def test_too_late_to_cancel_for_the_candidate_only() -> None:
    fair = make_fair(cancel_until_minutes=30)
    slot, person = make_slot(fair), make_candidate(fair)
    place = book(slot, person)
    with time_machine.travel(slot.starts_at - timedelta(minutes=29), tick=False):
        with pytest.raises(DomainError, match="too_late_to_cancel"):
            services.cancel_booking(place.id, actor=own(person))
        services.cancel_booking(place.id, actor=organiser_of(fair.organisation))


def test_what_is_done_is_not_cancelled(fair: Fair) -> None:
    person = make_candidate(fair)
    place = book(make_slot(fair), person)
    Place.objects.filter(pk=place.pk).update(status=BookingStatus.DONE, is_live=False)
    with pytest.raises(DomainError, match="wrong_state"):
        services.cancel_booking(place.id, actor=own(person))


def test_cancel_all_of_a_registration(fair: Fair) -> None:
    person = make_candidate(fair)
    first = book(make_slot(fair), person)
    held = hold(make_slot(fair), person, ends_in=timedelta(minutes=5))
    gone = services.cancel_bookings_of(person, actor=SYSTEM, by="system", reason="registration cancelled")
    assert [place.id for place in gone] == [first.id]
    assert not Place.objects.filter(pk=held.pk).exists()
    assert Place.objects.filter(registration=person, is_live=True).count() == 0


def test_the_local_day_counts() -> None:
    """23:50 in Martinique is the next day in UTC: the limit per day is of the fair's zone."""
    moment = now()
    fair = make_fair(
        time_zone="America/Martinique",
        booking_limit_per_day=1,
        starts_at=moment,
        ends_at=moment + timedelta(days=4),
    )
    local = (moment + timedelta(days=1)).astimezone(fair.zone).replace(hour=20, minute=30, second=0, microsecond=0)
    person = make_candidate(fair)
    book(make_slot(fair, starts_at=local - timedelta(hours=9)), person)
    refused("booking_limit", make_slot(fair, starts_at=local), person)
    book(make_slot(fair, starts_at=local + timedelta(hours=5)), person)


def test_who_sits_at_the_table_cannot_cancel_any_more(fair: Fair) -> None:
    slot, person = make_slot(fair), make_candidate(fair)
    place = book(slot, person)
    recruiter = actor_of(make_recruiter(slot.employer))
    services.start_interview(place.id, actor=recruiter)
    with pytest.raises(DomainError, match="wrong_state"):
        services.cancel_booking(place.id, actor=own(person))
    assert services.cancel_booking(place.id, actor=recruiter).status == "cancelled"
