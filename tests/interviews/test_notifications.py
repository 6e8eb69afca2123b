"""Who is told what about an interview: once, in their words, and nothing that is no longer true."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core import mail

from backend.accounts.actors import SYSTEM
from backend.mail.enums import Status
from backend.mail.models import OutboxMessage
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.models import Slot
from events.workflows.cancel_registration import cancel_registration
from tests.factories.accounts import actor_of, organiser_of
from tests.factories.employers import make_recruiter
from tests.factories.interviews import make_slot
from tests.factories.messages import DAY, HOUR, START, book, fair_at_start, last, own, person, slots_of_one, told, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Two days before the fair; it goes on, so that messages have an order."""
    with time_machine.travel(START - 2 * DAY) as clock:
        yield clock


@pytest.fixture
def fair(clock: time_machine.Traveller) -> Fair:
    return fair_at_start()


class TestBooking:
    def test_says_when_where_with_whom_and_how_to_leave(self, fair: Fair) -> None:
        [slot], amina = slots_of_one(fair, 0), person(fair)
        place = book(slot, amina)
        [message] = told()
        assert message.subject == "Interview: Airbus, Thursday 11 June, 10:00–10:10"
        assert message.body.splitlines()[:9] == [
            *("Hello Amina,", "", "Your interview is booked.", "", "Airbus", "Thursday 11 June, 10:00–10:10"),
            *("Stand B12", "Forum de Martigues", "Halle de la Villette, Martigues"),
        ]
        link = f"http://localhost/me/fairs/{fair.slug}/interviews/{place.id}/?registration={amina.id}"
        assert f"To move or cancel it:\n{link}\n" in message.body
        assert (message.to, message.user_id, message.about_id) == (amina.email, amina.user_id, place.id)

    def test_somebody_elses_booking_says_so(self, fair: Fair) -> None:
        book(slots_of_one(fair, 0)[0], person(fair), organiser_of(fair.organisation))
        assert "An interview is booked for you." in last().body

    def test_by_text_message_where_there_is_only_a_phone_and_to_nobody_without_either(self, fair: Fair) -> None:
        slots = slots_of_one(fair, 0, 1)
        book(slots[0], person(fair, email="", phone="+33612345678"))
        assert (last().channel, last().to) == ("sms", "+33612345678")
        assert last().body.startswith("Forum de Martigues: interview with Airbus, Thursday 11 June, 10:00–10:10")
        book(slots[1], person(fair, email=""))
        assert len(told()) == 1

    def test_costs_one_statement(self, fair: Fair, django_assert_max_num_queries: Any) -> None:
        [slot], amina = slots_of_one(fair, 0), person(fair)
        actor = own(amina)
        with django_assert_max_num_queries(9):  # SAVEPOINT and RELEASE are two of them
            book(slot, amina, actor)
        assert len(told()) == 1

    def test_a_booking_that_is_refused_says_nothing(self, fair: Fair) -> None:
        [slot] = slots_of_one(fair, 0)
        book(slot, person(fair, email="first@example.org"))
        with pytest.raises(Exception, match="slot_full"):
            book(slot, person(fair))
        assert len(told()) == 1


class TestChanges:
    def test_moving_withdraws_what_waits_and_says_both_times(self, fair: Fair) -> None:
        first, second = slots_of_one(fair, 0, 3)
        amina = person(fair)
        place = book(first, amina)
        services.switch_booking(place.id, actor=own(amina), slot_id=second.id)
        booked, moved = told()
        assert (booked.status, moved.status) == (Status.CANCELLED, Status.QUEUED)
        assert moved.subject == "New time: Airbus, Thursday 11 June, 13:00–13:10"
        assert "You have moved your interview." in moved.body
        assert "Before:\nAirbus\nThursday 11 June, 10:00–10:10" in moved.body

    def test_a_shift_tells_everybody_both_times(self, fair: Fair) -> None:
        slots = slots_of_one(fair, 0, 1, 2)
        for number, slot in enumerate(slots):
            book(slot, person(fair, email=f"p{number}@example.org"))
        actor = organiser_of(fair.organisation)
        services.shift_interviewer(
            slots[0].stand,
            actor=actor,
            interviewer_id=slots[0].interviewer_id,
            minutes=25,
            starting_at=slots[1].starts_at,
        )
        moved = told(template="interview_moved")
        assert {message.to for message in moved} == {"p1@example.org", "p2@example.org"}
        [message] = [message for message in moved if message.to == "p1@example.org"]
        assert message.subject == "New time: Airbus, Thursday 11 June, 11:25–11:35"
        assert "Before:\nAirbus\nThursday 11 June, 11:00–11:10" in message.body
        assert "The interviews of Airbus take place at another time than planned" in message.body
        assert [message.status for message in told(template="interview_booked")] == [
            *(Status.QUEUED, Status.CANCELLED, Status.CANCELLED)
        ]

    def test_who_is_shifted_into_another_interview_is_told_so(self, fair: Fair) -> None:
        amina = person(fair)
        [late], other = slots_of_one(fair, 0), make_slot(fair, starts_at=START + HOUR)
        book(late, amina)
        book(other, amina)
        services.shift_interviewer(
            late.stand,
            actor=organiser_of(fair.organisation),
            interviewer_id=late.interviewer_id,
            minutes=60,
            starting_at=START,
        )
        assert "The new time is too close to another one of your interviews." in last().body


class TestCancelling:
    def test_by_oneself_withdraws_what_waits_and_shows_other_times(self, fair: Fair) -> None:
        [slot], amina = slots_of_one(fair, 0), person(fair)
        place = book(slot, amina)
        services.cancel_booking(place.id, actor=own(amina))
        booked, cancelled = told()
        assert (booked.status, cancelled.subject) == (
            Status.CANCELLED,
            "Cancelled: Airbus, Thursday 11 June, 10:00–10:10",
        )
        assert "You have cancelled this interview:" in cancelled.body
        assert f"/me/fairs/{fair.slug}/book/{slot.employer.slug}/?registration={amina.id}" in cancelled.body

    def test_what_was_sent_already_stays_sent(self, fair: Fair) -> None:
        [slot], amina = slots_of_one(fair, 0), person(fair)
        place = book(slot, amina)
        work()
        services.cancel_booking(place.id, actor=own(amina))
        assert [message.status for message in told()] == [Status.SENT, Status.QUEUED]

    def test_by_others_in_plain_words(self, fair: Fair) -> None:
        first, second, third = slots_of_one(fair, 0, 1, 2)
        recruiter = actor_of(make_recruiter(first.employer))
        places = [book(slot, person(fair, email=f"{slot.id}@example.org")) for slot in (first, second, third)]
        services.cancel_booking(places[0].id, actor=recruiter)
        assert "Airbus has cancelled this interview:" in last().body
        services.cancel_booking(places[1].id, actor=organiser_of(fair.organisation))
        assert "The organiser of the fair has cancelled this interview:" in last().body
        services.cancel_booking(places[2].id, actor=SYSTEM)
        assert "This interview does not take place:" in last().body

    def test_a_cancelled_registration_is_one_message_of_all_interviews(self, fair: Fair) -> None:
        amina = person(fair)
        for hour in range(3):
            book(slots_of_one_more(fair, hour), amina)
        cancel_registration(amina, actor=own(amina))
        [message] = told(template="interview_cancelled")
        assert message.subject == "Your interviews are cancelled: Forum de Martigues"
        assert message.body.count("Thursday 11 June") == 3
        assert {row.status for row in told(template="interview_booked")} == {Status.CANCELLED}

    def test_nobody_is_told_of_what_is_over_or_that_they_missed_it(self, fair: Fair, clock: Any) -> None:
        [missed, over], actor = slots_of_one(fair, 0, 1), organiser_of(fair.organisation)
        one, other = person(fair), person(fair, email="b@example.org")
        absent = book(missed, one)
        book(over, other)
        clock.move_to(START + 3 * HOUR)
        services.mark_no_show(absent.id, actor=actor)
        for registration in (one, other):
            cancel_registration(registration, actor=actor)
        assert told(template="interview_cancelled") == []

    def test_the_team_hears_of_it_within_a_day_each_once(self, fair: Fair, clock: Any) -> None:
        [slot, later] = slots_of_one(fair, 0, 1)
        team = [make_recruiter(slot.employer), make_recruiter(slot.employer)]
        early = book(later, person(fair, email="early@example.org"))
        services.cancel_booking(early.id, actor=own(early.registration))
        assert told(template="interview_team_cancelled") == []
        amina = person(fair)
        place = book(slot, amina)
        clock.move_to(START - 20 * HOUR)
        services.cancel_booking(place.id, actor=own(amina))
        sent = told(template="interview_team_cancelled")
        assert {message.to for message in sent} == {member.email for member in team}
        assert "10:00–10:10: Amina" in sent[0].body
        assert "Benali" not in sent[0].body

    def test_the_team_is_not_told_what_it_did_itself(self, fair: Fair, clock: Any) -> None:
        [slot] = slots_of_one(fair, 0)
        recruiter = make_recruiter(slot.employer)
        place = book(slot, person(fair))
        clock.move_to(START - HOUR)
        services.cancel_booking(place.id, actor=actor_of(recruiter))
        assert told(template="interview_team_cancelled") == []


def slots_of_one_more(fair: Fair, hour: float) -> Slot:
    """A slot of an employer of its own."""
    return make_slot(fair, starts_at=START + hour * HOUR)


class TestOffers:
    def test_an_offered_place_says_until_when_and_is_not_sent_after(self, fair: Fair, clock: Any) -> None:
        [slot] = slots_of_one(fair, 0)
        place = book(slot, person(fair, email="first@example.org"))
        waiting = person(fair)
        entry, _is_new = services.join_waitlist(slot.id, actor=own(waiting), registration_id=waiting.id)
        services.cancel_booking(place.id, actor=own(place.registration))
        [message] = told(template="interview_offered")
        assert message.to == waiting.email
        assert "kept for you until Tuesday 9 June, 12:00." in message.body
        clock.shift(3 * HOUR)
        work()
        assert [sent.to for sent in mail.outbox if "free for you" in sent.subject] == []
        entry.refresh_from_db()
        assert OutboxMessage.objects.get(pk=message.pk).status == Status.CANCELLED

    def test_accepting_confirms(self, fair: Fair) -> None:
        [slot] = slots_of_one(fair, 0)
        place = book(slot, person(fair, email="first@example.org"))
        waiting = person(fair)
        entry, _is_new = services.join_waitlist(slot.id, actor=own(waiting), registration_id=waiting.id)
        services.cancel_booking(place.id, actor=own(place.registration))
        services.accept_offer(entry.id, actor=own(waiting))
        offered, booked = told(to=waiting.email)
        assert (offered.template, offered.status) == ("interview_offered", Status.CANCELLED)
        assert (booked.template, booked.status) == ("interview_booked", Status.QUEUED)
