"""The day at a stand in a browser without JavaScript: cards, late columns, seats given away, outcomes."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from events.employers.models import Exhibitor, Stand
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.models import Interviewer, Outcome, Place, Slot, WaitlistEntry
from events.registrations.enums import Presence
from events.registrations.models import Registration
from tests.factories.accounts import actor_of
from tests.factories.browser import browser_of
from tests.factories.employers import make_employer, make_exhibitor, make_recruiter, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_interviewer, make_slot

pytestmark = pytest.mark.django_db
TEN = datetime(2026, 11, 28, 9, tzinfo=UTC)
"""Ten o'clock in Paris, when the tests begin."""
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[Any]:
    with time_machine.travel(TEN, tick=False) as traveller:
        yield traveller


@pytest.fixture
def fair() -> Fair:
    return make_fair(
        starts_at=TEN - 60 * MINUTE, ends_at=TEN + timedelta(hours=7), walking_gap_minutes=0, time_zone="Europe/Paris"
    )


@pytest.fixture
def exhibitor(fair: Fair) -> Exhibitor:
    return make_exhibitor(fair, make_employer(fair.organisation, name="Airbus Helicopters"))


@pytest.fixture
def stand(fair: Fair, exhibitor: Exhibitor) -> Stand:
    return make_stand(fair, "B12", exhibitor=exhibitor)


@pytest.fixture
def table(stand: Stand) -> Interviewer:
    return make_interviewer(stand)


@pytest.fixture
def slots(fair: Fair, stand: Stand, table: Interviewer) -> list[Slot]:
    """Of 20 minutes, at 10:20, 10:40 and 11:00."""
    return [
        make_slot(fair, stand=stand, interviewer=table, starts_at=TEN + 20 * number * MINUTE, minutes=20)
        for number in (1, 2, 3)
    ]


@pytest.fixture
def recruiter(exhibitor: Exhibitor) -> Client:
    return browser_of(make_recruiter(exhibitor.employer))


def book(slot: Slot, person: Registration | None = None, **values: Any) -> Place:
    person = person or make_candidate(slot.fair, **values)
    assert person.user is not None
    return services.book_interview(slot.id, actor=actor_of(person.user), registration_id=person.id)


def come(person: Registration) -> Registration:
    Registration.objects.filter(pk=person.pk).update(presence=Presence.INSIDE, presence_at=TEN - 10 * MINUTE)
    return person


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:500]
    text: str = response.content.decode()
    return text


def agenda(browser: Client, stand: Stand) -> str:
    return text_of(browser.get(f"/employer/stands/{stand.id}/"))


def press(browser: Client, place: Place, what: str, **values: str) -> str:
    return text_of(browser.post(f"/employer/bookings/{place.id}/{what}/", values, follow=True))


def test_an_interview_by_one_tap_each(recruiter: Client, stand: Stand, slots: list[Slot], clock: Any) -> None:
    place = book(slots[0], given_name="Noémie", family_name="Giraud")
    text = agenda(recruiter, stand)
    assert f"/employer/bookings/{place.id}/start/" in text
    assert "Did not come" not in text
    clock.move_to(TEN + 21 * MINUTE)
    answer = recruiter.post(f"/employer/bookings/{place.id}/start/")
    assert answer["Location"] == f"/employer/stands/{stand.id}/?day=2026-11-28#booking-{place.id}"
    text = agenda(recruiter, stand)
    assert "Noémie Giraud: the interview has begun." in text
    assert "since 10:21" in text
    assert "In progress" in text
    clock.move_to(TEN + 35 * MINUTE)
    assert "What came of this interview?" in press(recruiter, place, "finish")
    text = agenda(recruiter, stand)
    assert "from 10:21 to 10:35" in text
    assert "1 interview to be completed" in text


def test_buttons_of_the_booking_s_page_stay_there(recruiter: Client, stand: Stand, slots: list[Slot]) -> None:
    place = book(slots[2])
    assert "Start" in text_of(recruiter.get(f"/employer/bookings/{place.id}/"))
    answer = recruiter.post(f"/employer/bookings/{place.id}/start/", {"page": "1"})
    assert answer["Location"] == f"/employer/bookings/{place.id}/"
    assert "since 10:00" in text_of(recruiter.get(f"/employer/bookings/{place.id}/"))


def test_cards_of_the_afternoon_have_no_buttons_yet(recruiter: Client, fair: Fair, stand: Stand) -> None:
    place = book(make_slot(fair, stand=stand, starts_at=TEN + timedelta(hours=5)))
    assert f"/employer/bookings/{place.id}/start/" not in agenda(recruiter, stand)
    come(place.registration)
    assert f"/employer/bookings/{place.id}/start/" in agenda(recruiter, stand)


def test_who_did_not_come_and_came_after_all(recruiter: Client, stand: Stand, slots: list[Slot], clock: Any) -> None:
    place = book(slots[0])
    clock.move_to(TEN + 22 * MINUTE)
    assert "Should they come after all" in press(recruiter, place, "no-show")
    text = agenda(recruiter, stand)
    assert "noted at 10:22" in text
    assert "Came after all" in text
    press(recruiter, place, "start")
    place.refresh_from_db()
    assert place.status == "in_progress"
    assert "The present state does not allow this." in press(recruiter, place, "no-show")


def test_an_outcome_in_two_taps_and_what_else_there_is_to_say(
    recruiter: Client, stand: Stand, slots: list[Slot]
) -> None:
    place = book(slots[0], given_name="Noémie", family_name="Giraud")
    press(recruiter, place, "start")
    text = press(recruiter, place, "finish")
    for label in ("To be completed", "To be followed up", "Second interview", "Job offered", "Hired", "Not retained"):
        assert label in text
    text = press(recruiter, place, "outcome", step="choose", outcome="hired")
    assert 'name="contract_type"' in text
    assert Outcome.objects.get(place=place).outcome == "hired"
    details = {"outcome": "hired", "contract_type": "cdi", "starts_on": "2026-12-01", "note": "À rappeler"}
    text = press(recruiter, place, "outcome", **details)
    assert "Noémie Giraud: the outcome is noted." in text
    assert "Hired" in text
    outcome = Outcome.objects.get(place=place)
    assert (outcome.contract_type, outcome.starts_on, outcome.note) == ("cdi", date(2026, 12, 1), "À rappeler")
    # Another choice keeps the details.
    press(recruiter, place, "outcome", step="choose", outcome="offer_made")
    outcome.refresh_from_db()
    assert (outcome.outcome, outcome.contract_type, outcome.note) == ("offer_made", "cdi", "À rappeler")
    assert "À rappeler" in text_of(recruiter.get(f"/employer/bookings/{place.id}/"))


@pytest.mark.parametrize(
    "values",
    [
        {"step": "choose"},
        {"step": "choose", "outcome": "won"},
        {"outcome": "hired", "contract_type": "x"},
        {"outcome": "hired", "starts_on": "tomorrow"},
        {"outcome": "hired", "note": "x" * 1001},
    ],
)
def test_what_is_no_outcome(recruiter: Client, slots: list[Slot], values: dict[str, str]) -> None:
    place = book(slots[0])
    services.finish_interview(place.id, actor=actor_of(make_recruiter(place.employer)))
    recruiter_answer = recruiter.post(f"/employer/bookings/{place.id}/outcome/", values)
    assert recruiter_answer.status_code == 422
    assert not Outcome.objects.exists()


def test_an_interview_still_to_come_has_no_outcome(recruiter: Client, slots: list[Slot]) -> None:
    place = book(slots[0])
    text = press(recruiter, place, "outcome", step="choose", outcome="hired")
    assert "The present state does not allow this." in text


def test_to_be_completed_is_counted_and_listed(
    recruiter: Client, fair: Fair, stand: Stand, slots: list[Slot], clock: Any
) -> None:
    past, noted, missed = book(slots[0], family_name="Aubert"), book(slots[1], family_name="Zidi"), book(slots[2])
    make_stand(fair, exhibitor=make_exhibitor(fair))
    clock.move_to(TEN + timedelta(hours=2))
    team = actor_of(make_recruiter(past.employer))
    services.record_outcome(noted.id, actor=team, result=services.Result("follow_up"))  # type: ignore[arg-type]
    services.mark_no_show(missed.id, actor=team)
    assert "Airbus Helicopters: 1 interview is over" in text_of(recruiter.get("/employer/"))
    assert "1 interview to be completed" in agenda(recruiter, stand)
    for page in ("/employer/to-complete/", f"/employer/stands/{stand.id}/to-complete/"):
        text = text_of(recruiter.get(page))
        assert "Aubert" in text
        assert "Zidi" not in text
        assert f"/employer/bookings/{past.id}/outcome/" in text
    services.record_outcome(past.id, actor=team, result=services.Result("hired"))  # type: ignore[arg-type]
    for page in ("/employer/to-complete/", f"/employer/stands/{stand.id}/to-complete/"):
        assert "Nothing to be completed" in text_of(recruiter.get(page))
    assert "is over" not in text_of(recruiter.get("/employer/"))


def test_at_risk_is_said_in_a_word_and_gone_once_inside(
    recruiter: Client, stand: Stand, slots: list[Slot], clock: Any
) -> None:
    place = book(slots[0])
    assert "At risk" not in agenda(recruiter, stand)
    clock.move_to(TEN + 11 * MINUTE)
    assert "At risk: not inside yet" in agenda(recruiter, stand)
    assert "At risk: not inside yet" in text_of(recruiter.get(f"/employer/bookings/{place.id}/"))
    come(place.registration)
    assert "At risk" not in agenda(recruiter, stand)


def test_a_seat_goes_to_the_next_in_line(recruiter: Client, stand: Stand, slots: list[Slot], clock: Any) -> None:
    place = book(slots[0])
    waiting = come(make_candidate(stand.fair, given_name="Zoé", family_name="Petit"))
    WaitlistEntry.objects.create(slot=slots[0], registration=waiting, joined_at=TEN - 30 * MINUTE)
    assert "1 waits" in agenda(recruiter, stand)
    assert "Give the seat away" not in text_of(recruiter.get(f"/employer/bookings/{place.id}/"))
    assert "The grace time of this interview is not over yet." in press(recruiter, place, "release")
    clock.move_to(TEN + 26 * MINUTE)
    assert f"/employer/bookings/{place.id}/#release" in agenda(recruiter, stand)
    text = text_of(recruiter.get(f"/employer/bookings/{place.id}/"))
    assert "1 person in line is inside" in text
    assert "Zoé Petit" in text
    text = press(recruiter, place, "release")
    assert "Zoé Petit has the seat now." in text
    assert "Came after all" not in text
    assert "Give the seat away" not in text_of(recruiter.get(f"/employer/bookings/{place.id}/"))
    assert "This time is full." in press(recruiter, place, "release")


def test_a_seat_goes_to_whose_code_is_typed(recruiter: Client, stand: Stand, slots: list[Slot], clock: Any) -> None:
    place, person = book(slots[0]), make_candidate(stand.fair, given_name="Zoé", family_name="Petit")
    clock.move_to(TEN + 26 * MINUTE)
    assert "Nobody in line is inside." in text_of(recruiter.get(f"/employer/bookings/{place.id}/"))
    assert "Nobody of this fair has this code." in press(recruiter, place, "release", code="AAAA-AAAA")
    elsewhere = come(make_candidate(make_fair()))
    assert "Nobody of this fair has this code." in press(recruiter, place, "release", code=elsewhere.code)
    typed = f"{person.code[:4]}-{person.code[4:]}".lower()
    assert "This person is not inside." in press(recruiter, place, "release", code=typed)
    come(person)
    assert "Zoé Petit has the seat now." in press(recruiter, place, "release", code=typed)


def test_nobody_can_take_the_seat(recruiter: Client, slots: list[Slot], clock: Any) -> None:
    place = book(slots[0])
    clock.move_to(TEN + 26 * MINUTE)
    assert "Nobody in line is inside; the seat stays free." in press(recruiter, place, "release")
    place.refresh_from_db()
    assert place.status == "no_show"
    assert "Give the seat away" in text_of(recruiter.get(f"/employer/bookings/{place.id}/"))


def test_a_free_slot_is_blocked_and_reopened(recruiter: Client, stand: Stand, slots: list[Slot]) -> None:
    text = text_of(recruiter.post(f"/employer/slots/{slots[1].id}/block/", follow=True))
    assert "nobody can book it until you reopen it" in text
    assert f"/employer/slots/{slots[1].id}/reopen/" in text
    assert Slot.objects.get(pk=slots[1].pk).state == "blocked"
    text = text_of(recruiter.post(f"/employer/slots/{slots[1].id}/reopen/", follow=True))
    assert "This time is offered again." in text
    Slot.objects.filter(pk=slots[1].pk).update(state="closed")
    for action in ("block", "reopen"):
        text = text_of(recruiter.post(f"/employer/slots/{slots[1].id}/{action}/", follow=True))
        assert "The present state does not allow this." in text


def test_a_group_with_free_seats_can_be_blocked_from_its_card(recruiter: Client, fair: Fair, stand: Stand) -> None:
    slot = make_slot(fair, stand=stand, capacity=3)
    place = book(slot)
    assert f"/employer/slots/{slot.id}/block/" in agenda(recruiter, stand)
    assert "Block this time for others" in text_of(recruiter.get(f"/employer/bookings/{place.id}/"))
    recruiter.post(f"/employer/slots/{slot.id}/block/")
    assert f"/employer/slots/{slot.id}/reopen/" in agenda(recruiter, stand)
    assert "Reopen this time" in text_of(recruiter.get(f"/employer/bookings/{place.id}/"))


def late(table: Interviewer, slot: Slot, step: str, **values: str) -> tuple[str, dict[str, str]]:
    form = {"minutes": "10", "way": "1", "first": str(slot.id), "step": step}
    return f"/employer/stands/{table.stand_id}/shift/?interviewer={table.id}&day=2026-11-28", form | values


def test_a_late_column_is_shown_first_and_moved_then(
    recruiter: Client, fair: Fair, stand: Stand, table: Interviewer, slots: list[Slot]
) -> None:
    place = book(slots[1], given_name="Noémie", family_name="Giraud")
    elsewhere = book(make_slot(fair, starts_at=slots[1].ends_at, minutes=20), place.registration)
    assert f"/employer/stands/{stand.id}/shift/?interviewer={table.id}" in agenda(recruiter, stand)
    address, form = late(table, slots[1], "preview")
    text = text_of(recruiter.post(address, form))
    assert "2 times move" in text
    assert re.search(r"was <time[^>]*>10:40<", text)
    assert "They would be expected in two places" in text
    assert text.count("Noémie Giraud") == 2
    place.refresh_from_db()
    assert (place.starts_at, place.has_shifted_clash) == (slots[1].starts_at, False)
    text = text_of(recruiter.post(address, form | {"step": "move"}, follow=True))
    assert "2 times were moved." in text
    assert "Now with another interview at the same time: Noémie Giraud." in text
    assert "Moved into another interview" in text
    assert "Has another interview at this time" in text
    place.refresh_from_db()
    elsewhere.refresh_from_db()
    assert (place.starts_at, place.has_shifted_clash) == (slots[1].starts_at + 10 * MINUTE, True)
    assert "A late interviewer moved one of the two." in text_of(recruiter.get(f"/employer/bookings/{place.id}/"))
    assert Slot.objects.get(pk=slots[0].pk).starts_at == slots[0].starts_at


def test_what_is_foreseen_is_what_is_done(recruiter: Client, fair: Fair, table: Interviewer, slots: list[Slot]) -> None:
    team = actor_of(make_recruiter(table.stand.exhibitor.employer))  # type: ignore[union-attr]
    person = make_candidate(fair)
    book(slots[0], person)
    book(make_slot(fair, starts_at=slots[0].ends_at, minutes=20), person)
    book(slots[2])
    values: dict[str, Any] = {
        "actor": team,
        "interviewer_id": table.id,
        "minutes": 7,
        "starting_at": slots[0].starts_at,
    }
    foreseen, clashing = services.foresee_shift(table.stand, **values)
    moved, clashes = services.shift_interviewer(table.stand, **values)
    assert [(slot.pk, slot.starts_at, slot.ends_at) for slot in foreseen] == [
        (slot.pk, slot.starts_at, slot.ends_at) for slot in moved
    ]
    assert clashing == clashes
    assert len(clashes) == 1


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"minutes": "0"}, "greater than or equal to 1"),
        ({"minutes": "241"}, "less than or equal to 240"),
        ({"way": "-1", "minutes": "90"}, "This is before the fair begins."),
        ({"way": "2"}, "Select a valid choice."),
        ({"first": ""}, "This field is required."),
        ({"first": "0190a000-0000-7000-8000-000000000000"}, "Select a valid choice."),
    ],
)
@pytest.mark.parametrize("step", ["preview", "move"])
def test_a_shift_names_the_field_that_is_wrong(
    recruiter: Client, table: Interviewer, slots: list[Slot], step: str, values: dict[str, str], words: str
) -> None:
    address, form = late(table, slots[0], step, **values)
    assert words in text_of(recruiter.post(address, form), 422)
    assert Slot.objects.get(pk=slots[0].pk).starts_at == slots[0].starts_at


def test_a_shift_earlier_that_would_meet_what_stays(recruiter: Client, table: Interviewer, slots: list[Slot]) -> None:
    address, form = late(table, slots[1], "preview", way="-1")
    assert "This would meet another time" in text_of(recruiter.post(address, form), 422)


def test_a_stand_without_times_has_nothing_to_move(recruiter: Client, stand: Stand) -> None:
    address = f"/employer/stands/{stand.id}/shift/"
    assert "There is nothing to move." in text_of(recruiter.get(address))
    assert "There is nothing to move." in text_of(recruiter.post(address, {"step": "move"}), 422)
