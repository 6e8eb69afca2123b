"""Cancelling a registration with its interviews."""

from datetime import timedelta

import pytest

from backend.accounts.actors import SYSTEM
from backend.core.clock import now
from backend.core.errors import DomainError
from events.interviews.models import Place
from events.interviews.services import book_interview
from events.workflows.cancel_registration import cancel_registration
from tests.factories.accounts import actor_of, make_user, organiser_of
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_slot
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.django_db


def booked(fair=None, **values):
    """A registration with an interview in two hours."""
    fair = fair or make_fair()
    registration = make_registration(fair, **values)
    slot = make_slot(fair=fair, starts_at=now() + timedelta(hours=2))
    book_interview(slot.id, actor=SYSTEM, registration_id=registration.id)
    return registration


@pytest.mark.parametrize("who", ["candidate", "organiser", "system"])
def test_the_interviews_are_cancelled_by_whom_it_was(who):
    registration = booked()
    actor = {
        "candidate": actor_of(registration.user),
        "organiser": organiser_of(registration.organisation),
        "system": SYSTEM,
    }[who]
    cancelled = cancel_registration(registration, actor=actor, reason="ill")
    place = Place.objects.get()
    assert (cancelled.status, place.status, place.is_live, place.cancelled_by) == ("cancelled", "cancelled", False, who)
    assert place.cancel_reason == "ill"


def test_again_changes_nothing():
    registration = booked()
    first = cancel_registration(registration, actor=SYSTEM)
    again = cancel_registration(registration, actor=SYSTEM)
    assert first.cancelled_at == again.cancelled_at


def test_the_place_goes_to_who_waits():
    fair = make_fair(capacity=1)
    registration = booked(fair)
    waiting = make_registration(fair, status="waitlisted")
    cancel_registration(registration, actor=SYSTEM)
    waiting.refresh_from_db()
    assert waiting.status == "confirmed"


def test_a_strangers_interviews_stay():
    registration = booked()
    with pytest.raises(DomainError) as caught:
        cancel_registration(registration, actor=actor_of(make_user()))
    assert caught.value.code == "not_found"
    assert Place.objects.get().is_live
