"""Where the service saw a place free and the database did not, the refusal is as if the service had given it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from backend.core.errors import DomainError
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.models import Place, Slot
from events.interviews.services import booking, seating
from events.registrations.models import Registration
from tests.factories.accounts import actor_of
from tests.factories.employers import make_exhibitor, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair() -> Fair:
    """A fair under way, everything open."""
    return make_fair()


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The service sees no places, as if those there are had been taken just after it looked."""
    monkeypatch.setattr(seating, "places_near", lambda registration, slot: ([], []))
    return monkeypatch


def book(slot: Slot, registration: Registration) -> Place:
    assert registration.user is not None
    return services.book_interview(slot.id, actor=actor_of(registration.user), registration_id=registration.id)


def refused(slot: Slot, registration: Registration) -> tuple[str, list[Slot]]:
    """The code of the refusal and the slots offered instead; nothing is booked."""
    before = Place.objects.count()
    with pytest.raises(DomainError) as refusal:
        book(slot, registration)
    assert Place.objects.count() == before
    return refusal.value.code, list(refusal.value.extra.get("alternatives", []))


def test_the_last_seat_went_meanwhile(fair: Fair, blind: pytest.MonkeyPatch) -> None:
    slot = make_slot(fair)
    later = make_slot(fair, stand=slot.stand, starts_at=slot.ends_at + timedelta(minutes=30))
    book(slot, make_candidate(fair))
    assert refused(slot, make_candidate(fair)) == ("slot_full", [later])


def test_one_is_elsewhere_at_that_time_meanwhile(fair: Fair, blind: pytest.MonkeyPatch) -> None:
    slot, person = make_slot(fair), make_candidate(fair)
    other = make_slot(fair, starts_at=slot.starts_at)
    book(slot, person)
    assert refused(other, person)[0] == "overlapping_booking"


def test_the_same_employer_was_booked_meanwhile(fair: Fair, blind: pytest.MonkeyPatch) -> None:
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    slot, person = make_slot(fair, stand=stand), make_candidate(fair)
    later = make_slot(fair, stand=stand, starts_at=slot.starts_at + timedelta(hours=1))
    book(slot, person)
    assert refused(later, person) == ("already_booked", [])


def test_the_limit_was_reached_meanwhile(fair: Fair, blind: pytest.MonkeyPatch) -> None:
    Fair.objects.filter(pk=fair.pk).update(booking_limit=1)
    slot, person = make_slot(fair), make_candidate(fair)
    book(slot, person)
    assert refused(make_slot(fair, starts_at=slot.starts_at + timedelta(hours=2)), person) == ("booking_limit", [])


def test_what_else_the_database_refuses_is_a_mistake_of_ours(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(booking, "_free_seat", lambda *_args: 0)
    with pytest.raises(IntegrityError):
        book(make_slot(fair), make_candidate(fair))
