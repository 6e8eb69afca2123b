"""An interview as it happens: begun, ended, missed, and what came of it."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine

from backend.accounts.actors import Actor
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.enums import OutcomeKind
from events.interviews.models import Outcome, Place
from events.interviews.services import Result
from tests.factories.accounts import actor_of, make_token, organiser_of
from tests.factories.client import body_of, client_of, refused
from tests.factories.employers import make_recruiter
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_slot

pytestmark = pytest.mark.django_db


def booked(fair: Fair | None = None, **values: Any) -> tuple[Place, Actor]:
    """A booking, and a recruiter of its employer."""
    fair = fair or make_fair()
    slot, person = make_slot(fair, **values), make_candidate(fair)
    assert person.user is not None
    place = services.book_interview(slot.id, actor=actor_of(person.user), registration_id=person.id)
    return place, actor_of(make_recruiter(slot.employer))


def code_of(action: Any, *args: Any, **values: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        action(*args, **values)
    return refusal.value.code


def test_an_interview_from_start_to_finish_keeps_its_times() -> None:
    place, recruiter = booked()
    begun_at = now()
    with time_machine.travel(begun_at, tick=False):
        services.start_interview(place.id, actor=recruiter)
        started = services.start_interview(place.id, actor=recruiter)
    assert (started.status, started.is_live, started.started_at) == ("in_progress", True, begun_at)
    with time_machine.travel(begun_at + timedelta(minutes=9), tick=False):
        services.finish_interview(place.id, actor=recruiter)
        done = services.finish_interview(place.id, actor=recruiter)
    assert (done.status, done.is_live) == ("done", False)
    assert (done.started_at, done.finished_at) == (begun_at, begun_at + timedelta(minutes=9))
    moves = AuditEntry.objects.filter(object_id=place.id).order_by("at").values_list("from_state", "to_state")
    assert list(moves) == [("", "booked"), ("booked", "in_progress"), ("in_progress", "done")]


def test_who_did_not_come_may_still_come_while_the_seat_is_free() -> None:
    place, recruiter = booked()
    missed = services.mark_no_show(place.id, actor=recruiter)
    assert (missed.status, missed.is_live, missed.missed_at is None) == ("no_show", False, False)
    assert services.mark_no_show(place.id, actor=recruiter).missed_at == missed.missed_at
    back = services.start_interview(place.id, actor=recruiter)
    assert (back.status, back.is_live, back.missed_at) == ("in_progress", True, None)


def test_a_seat_given_to_somebody_else_is_gone() -> None:
    place, recruiter = booked()
    services.mark_no_show(place.id, actor=recruiter)
    other = make_candidate(place.slot.fair)
    assert other.user is not None
    services.book_interview(place.slot_id, actor=actor_of(other.user), registration_id=other.id)
    assert code_of(services.start_interview, place.id, actor=recruiter) == "slot_full"


def test_moves_that_make_no_sense() -> None:
    place, recruiter = booked()
    services.cancel_booking(place.id, actor=recruiter)
    for action in (services.start_interview, services.finish_interview, services.mark_no_show):
        assert code_of(action, place.id, actor=recruiter) == "wrong_state"
    done, recruiter = booked()
    services.finish_interview(done.id, actor=recruiter)
    assert code_of(services.start_interview, done.id, actor=recruiter) == "wrong_state"
    assert code_of(services.mark_no_show, done.id, actor=recruiter) == "wrong_state"


@pytest.mark.parametrize("action", [services.start_interview, services.finish_interview, services.mark_no_show])
def test_whose_interviews_these_are(action: Any) -> None:
    place, _recruiter = booked()
    assert place.registration.user is not None
    for stranger in (
        actor_of(place.registration.user),
        actor_of(make_recruiter(make_slot(place.slot.fair).employer)),
        organiser_of(make_fair().organisation),
    ):
        assert code_of(action, place.id, actor=stranger) == "not_found"
    assert action(place.id, actor=organiser_of(place.slot.fair.organisation)).status != "booked"


def test_an_outcome_is_noted_and_corrected() -> None:
    place, recruiter = booked()
    services.finish_interview(place.id, actor=recruiter)
    services.record_outcome(place.id, actor=recruiter, result=Result(OutcomeKind.FOLLOW_UP, note="calls on Monday"))
    hired = Result(OutcomeKind.HIRED, contract_type="cdi", starts_on=date(2026, 12, 1))
    services.record_outcome(place.id, actor=recruiter, result=hired)
    outcome = Outcome.objects.get(place=place)
    assert (outcome.outcome, outcome.contract_type, outcome.starts_on, outcome.note) == (
        "hired",
        "cdi",
        date(2026, 12, 1),
        "",
    )
    moves = AuditEntry.objects.filter(action="outcome.recorded").order_by("at").values_list("from_state", "to_state")
    assert list(moves) == [("", "follow_up"), ("follow_up", "hired")]


def test_an_outcome_ends_an_interview_that_nobody_started() -> None:
    place, recruiter = booked()
    follow_up = Result(OutcomeKind.FOLLOW_UP)
    assert code_of(services.record_outcome, place.id, actor=recruiter, result=follow_up) == "wrong_state"
    with time_machine.travel(place.starts_at, tick=False):
        services.record_outcome(place.id, actor=recruiter, result=follow_up)
    place.refresh_from_db()
    assert (place.status, place.is_live) == ("done", False)
    cancelled, recruiter = booked()
    services.cancel_booking(cancelled.id, actor=recruiter)
    assert code_of(services.record_outcome, cancelled.id, actor=recruiter, result=follow_up) == "wrong_state"


def test_over_rest() -> None:
    place, recruiter = booked()
    assert recruiter.user is not None
    api = client_of(make_token(recruiter.user, ["employer"]))
    assert body_of(api.post(f"bookings/{place.id}/start/"), 200)["status"] == "in_progress"
    assert body_of(api.post(f"bookings/{place.id}/finish/"), 200)["status"] == "done"
    refused(api.post(f"bookings/{place.id}/no_show/"), 409, "wrong_state")
    noted = {"outcome": "hired", "contract_type": "cdd", "start_date": "2026-12-01", "note": "bravo"}
    assert body_of(api.put(f"bookings/{place.id}/outcome/", noted), 200) == {"booking": str(place.id)} | noted
    assert "outcome" in refused(api.put(f"bookings/{place.id}/outcome/", {}), 400, "invalid")["errors"]
    refused(api.put(f"bookings/{place.id}/outcome/", {"outcome": "won"}), 400, "invalid")
