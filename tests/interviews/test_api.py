"""The REST edges of schedules, bookings and agendas."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from backend.accounts.enums import Scope
from backend.core.clock import now
from backend.core.models import uuid7
from events.fairs.models import Fair
from tests.factories.accounts import make_organisation, make_token, make_user, organiser_client
from tests.factories.client import body_of, client_of, refused
from tests.factories.employers import make_exhibitor, make_stand, recruiter_client
from tests.factories.fairs import make_fair
from tests.factories.interviews import candidate_client, make_candidate, make_slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair() -> Fair:
    """A fair under way."""
    return make_fair()


def schedule_of(fair: Fair, **values: Any) -> dict[str, Any]:
    """A body that lays six slots an hour from now."""
    begins = now().replace(second=0, microsecond=0) + timedelta(hours=1)
    return {
        "interviewers": 1,
        "from": begins.isoformat(),
        "to": (begins + timedelta(hours=1)).isoformat(),
        "slot_minutes": 10,
    } | values


def test_schedule_book_read_cancel(fair: Fair) -> None:
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    assert stand.exhibitor is not None
    recruiter = recruiter_client(stand.exhibitor.employer)
    laid = body_of(recruiter.post(f"stands/{stand.id}/schedule/", schedule_of(fair)), 201)["results"]
    assert len(laid) == 6
    assert set(laid[0]) >= {
        "id", "stand", "employer", "interviewer", "starts_at", "ends_at", "capacity", "free", "state",
    }  # fmt: skip
    assert laid[0]["employer"] == stand.exhibitor.employer.slug
    assert laid[0]["starts_at"].endswith(("+01:00", "+02:00"))
    again = body_of(recruiter.post(f"stands/{stand.id}/schedule/", schedule_of(fair)), 200)["results"]
    assert [slot["id"] for slot in again] == [slot["id"] for slot in laid]

    person = make_candidate(fair)
    candidate = candidate_client(person)
    booking = body_of(candidate.post(f"slots/{laid[0]['id']}/bookings/", {"registration": str(person.id)}), 201)
    assert booking["status"] == "booked"
    assert booking["cancelled_by"] is None
    assert (booking["slot"], booking["registration"]) == (laid[0]["id"], str(person.id))
    assert body_of(candidate.get(f"bookings/{booking['id']}/"), 200) == booking
    assert body_of(recruiter.get(f"bookings/{booking['id']}/"), 200) == booking

    agenda = body_of(recruiter.get(f"stands/{stand.id}/agenda/"), 200)
    assert agenda["results"][0]["bookings"][0]["candidate"]["given_name"] == "Amina"
    assert agenda["results"][0]["bookings"][0]["presence"] == "expected"
    assert agenda["results"][0]["free"] == 0
    day = now().astimezone(fair.zone).date()
    elsewhere = body_of(recruiter.get(f"stands/{stand.id}/agenda/?day={day + timedelta(days=9)}"), 200)
    assert elsewhere["results"] == []

    cancelled = body_of(candidate.post(f"bookings/{booking['id']}/cancel/", {"reason": "ill"}), 200)
    assert (cancelled["status"], cancelled["cancelled_by"]) == ("cancelled", "candidate")
    assert body_of(candidate.post(f"bookings/{booking['id']}/cancel/"), 200)["status"] == "cancelled"


def test_a_refusal_carries_alternatives(fair: Fair) -> None:
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    slot = make_slot(fair, stand=stand)
    other = make_slot(fair, stand=stand, starts_at=slot.ends_at)
    first, second = make_candidate(fair), make_candidate(fair)
    body_of(candidate_client(first).post(f"slots/{slot.id}/bookings/", {"registration": str(first.id)}), 201)
    answer = candidate_client(second).post(f"slots/{slot.id}/bookings/", {"registration": str(second.id)})
    problem = refused(answer, 409, "slot_full")
    assert [slot["id"] for slot in problem["alternatives"]] == [str(other.id)]
    assert problem["alternatives"][0]["free"] == 1
    again = candidate_client(first).post(f"slots/{other.id}/bookings/", {"registration": str(first.id)})
    assert refused(again, 409, "already_booked")["alternatives"] == []


def test_idempotency_key_books_once(fair: Fair) -> None:
    slot, person = make_slot(fair), make_candidate(fair)
    candidate = candidate_client(person)
    body = {"registration": str(person.id)}
    one = candidate.post(f"slots/{slot.id}/bookings/", body, headers={"Idempotency-Key": "k"})
    two = candidate.post(f"slots/{slot.id}/bookings/", body, headers={"Idempotency-Key": "k"})
    assert (one.status_code, one.content) == (201, two.content)
    other = candidate.post(f"slots/{slot.id}/bookings/", body | {"note": "x"}, headers={"Idempotency-Key": "k"})
    refused(other, 409, "idempotency_conflict")


def test_slots_booked_lists_what_is_in_the_way(fair: Fair) -> None:
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    organiser = organiser_client(fair.organisation)
    body = schedule_of(fair)
    slots = body_of(organiser.post(f"stands/{stand.id}/schedule/", body), 201)["results"]
    person = make_candidate(fair)
    body_of(organiser.post(f"slots/{slots[1]['id']}/bookings/", {"registration": str(person.id)}), 201)
    problem = refused(organiser.post(f"stands/{stand.id}/schedule/", body | {"slot_minutes": 30}), 409, "slots_booked")
    assert [slot["id"] for slot in problem["slots"]] == [slots[1]["id"]]


def test_nobody_is_inside_any_more_after_midnight(fair: Fair) -> None:
    slot, person = make_slot(fair), make_candidate(fair, presence="inside", presence_at=now())
    organiser = organiser_client(fair.organisation)
    organiser.post(f"slots/{slot.id}/bookings/", {"registration": str(person.id)})

    def presence() -> str:
        agenda = body_of(organiser.get(f"stands/{slot.stand_id}/agenda/"), 200)
        return str(agenda["results"][0]["bookings"][0]["presence"])

    assert presence() == "inside"
    with time_machine.travel(now() + timedelta(days=1), tick=False):
        assert presence() == "left"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"except": [{"from": "2026-11-28T09:00:00Z", "to": "2026-11-28T09:01:00Z"}] * 51}, "except"),
        ({"from": "tomorrow"}, "from"),
        ({"from": "2026-11-28T09:00:00"}, "from"),
        ({"to": None}, "to"),
        ({"slot_minutes": 0}, "slot_minutes"),
        ({"slot_minutes": "ten"}, "slot_minutes"),
        ({"interviewers": 0}, "interviewers"),
        ({"interviewers": ["x"]}, "interviewers"),
        ({"interviewers": True}, "interviewers"),
        ({"capacity": -1}, "capacity"),
        ({"except": [{"from": "x"}]}, "except"),
        ({"break_minutes": -5}, "break_minutes"),
    ],
)
def test_bad_schedules_name_the_field(fair: Fair, change: dict[str, Any], field: str) -> None:
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    answer = organiser_client(fair.organisation).post(f"stands/{stand.id}/schedule/", schedule_of(fair, **change))
    assert field in refused(answer, 400, "invalid")["errors"]


def test_bad_bookings_name_the_field(fair: Fair) -> None:
    slot, person = make_slot(fair), make_candidate(fair)
    candidate = candidate_client(person)
    assert "registration" in refused(candidate.post(f"slots/{slot.id}/bookings/", {}), 400, "invalid")["errors"]
    answer = candidate.post(f"slots/{slot.id}/bookings/", {"registration": str(person.id), "note": "x" * 1001})
    assert "note" in refused(answer, 400, "invalid")["errors"]
    refused(candidate.post(f"slots/{uuid7()}/bookings/", {"registration": str(person.id)}), 404, "not_found")
    refused(candidate.post("slots/not-an-id/bookings/", {"registration": str(person.id)}), 404, "not_found")


def test_who_sees_what(fair: Fair) -> None:
    slot, person = make_slot(fair), make_candidate(fair)
    booking = body_of(
        candidate_client(person).post(f"slots/{slot.id}/bookings/", {"registration": str(person.id)}), 201
    )
    paths = [f"bookings/{booking['id']}/", f"stands/{slot.stand_id}/agenda/", f"fairs/{fair.slug}/bookings/"]
    foreign = organiser_client(make_organisation())
    assert [foreign.get(path).status_code for path in paths] == [404, 404, 404]
    nobody = client_of(make_token(make_user(), [Scope.CANDIDATE]))
    assert [nobody.get(path).status_code for path in paths] == [404, 403, 403]
    assert [client_of().get(path).status_code for path in paths] == [401, 401, 401]
    own = organiser_client(fair.organisation)
    assert [own.get(path).status_code for path in paths] == [200, 200, 200]
    assert nobody.post(f"bookings/{booking['id']}/cancel/").status_code == 404
    assert foreign.post(f"slots/{slot.id}/bookings/", {"registration": str(person.id)}).status_code == 404


def test_list_filters_and_query_count(fair: Fair, django_assert_num_queries: Any) -> None:
    organiser = organiser_client(fair.organisation)

    def listed(query: str = "") -> list[Any]:
        return list(body_of(organiser.get(f"fairs/{fair.slug}/bookings/?{query}"), 200)["results"])

    people = [make_candidate(fair) for _ in range(3)]
    slots = [make_slot(fair) for _ in people]
    organiser.post(f"slots/{slots[0].id}/bookings/", {"registration": str(people[0].id)})
    with django_assert_num_queries(4):  # who asks, fair, count, page
        assert len(listed()) == 1
    for slot, person in zip(slots[1:], people[1:], strict=True):
        organiser.post(f"slots/{slot.id}/bookings/", {"registration": str(person.id)})
    with django_assert_num_queries(4):
        assert len(listed()) == 3
    assert [row["slot"] for row in listed(f"slot={slots[1].id}")] == [str(slots[1].id)]
    assert [row["registration"] for row in listed(f"registration={people[2].id}")] == [str(people[2].id)]
    assert listed("status=cancelled") == []
    refused(organiser.get(f"fairs/{fair.slug}/bookings/?slot=nonsense"), 400, "invalid")
    refused(organiser.get(f"fairs/{fair.slug}/bookings/?ordering=nonsense"), 400, "invalid")
    exported = b"".join(organiser.get(f"fairs/{fair.slug}/bookings/?format=csv").streaming_content)
    assert exported.count(b"\r\n") == 4


def test_agenda_query_count(fair: Fair, django_assert_num_queries: Any) -> None:
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    organiser = organiser_client(fair.organisation)
    begins = now() + timedelta(hours=1)
    for number in (1, 3):
        for _ in range(number):
            slot = make_slot(fair, stand=stand, starts_at=begins)
            begins += timedelta(minutes=20)
            person = make_candidate(fair)
            organiser.post(f"slots/{slot.id}/bookings/", {"registration": str(person.id)})
        with django_assert_num_queries(4):  # who asks, stand, slots, places with people
            body_of(organiser.get(f"stands/{stand.id}/agenda/"), 200)


def test_a_booking_s_making_is_told_in_the_fair_s_zone() -> None:
    fair = make_fair(time_zone="America/Cayenne")
    slot, person = make_slot(fair), make_candidate(fair)
    booking = body_of(
        candidate_client(person).post(f"slots/{slot.id}/bookings/", {"registration": str(person.id)}), 201
    )
    assert booking["created_at"].endswith("-03:00")
