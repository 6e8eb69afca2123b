"""The candidate's page of all employers of a fair with their next free times: 85 employers of 28 times each."""

from django.test import Client

from backend.accounts.actors import Actor
from backend.accounts.models import User
from backend.core.models import uuid7
from bench.fairs import Ground
from bench.figures import Figure, Goal, Scale, interleaved
from bench.load import hammer, request
from bench.statements import Counted
from events.employers.services import assign_stand, create_employer, create_exhibitor, create_stands
from events.interviews.models import Slot
from events.interviews.services import Schedule, book_interview, set_schedule
from events.registrations.models import Registration

OK = 200
EMPLOYERS, TIMES, BOOKED = 85, 28, 3


def measure(scale: Scale) -> list[Figure]:
    """Milliseconds of one page, one at a time, and its statements; the limit gives the same free times as JSON."""
    employers, number = scale.of(EMPLOYERS, BOOKED), scale.of(60, 3)
    ground = Ground()
    slots = _times_of(ground, employers)
    [registration, *others] = ground.register(scale.of(400, 3))
    person = _person_of(registration)
    for each in range(BOOKED):
        slot = slots[each * (TIMES + 4)]
        book_interview(slot.pk, actor=Actor(kind="user", user=person), registration_id=registration.pk)
    for other, slot in zip(others, slots[3::5], strict=False):
        book_interview(slot.pk, actor=ground.actor, registration_id=other.pk)
    path = f"/me/fairs/{ground.fair.slug}/book/"
    asked = [request("GET", path, headers={"Cookie": f"sessionid={_session_of(person)}"})] * number
    lean = [request("GET", f"/limit/times/{ground.fair.id}/")] * number
    mine, other_times = interleaved(
        scale,
        lambda _round: hammer(asked, clients=1, expected=[OK]),
        lambda _round: hammer(lean, clients=1, expected=[OK]),
    )
    counted = Counted()
    counted.client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    counted.get(path)
    what = f"grid of {employers} × {TIMES} times"
    return [
        Figure(what, "ms", mine["p50"], Goal(most=60), other_times["p50"]),
        Figure("  p99", "ms", mine["p99"], None, other_times["p99"]),
        Figure("  CPU of the web processes", "ms", mine["cpu"], None, other_times["cpu"]),
        Figure("  statements", "", counted.count, Goal(most=6), 1, note=counted.note),
    ]


def _times_of(ground: Ground, employers: int) -> list[Slot]:
    """So many employers, each with 28 times of ten minutes tomorrow."""
    made: list[Slot] = []
    for number in range(employers):
        employer = create_employer(
            {"name": f"Employeur {uuid7().hex[-10:]}", "sector": "industrie"}, actor=ground.actor
        )
        exhibitor = create_exhibitor(ground.fair, actor=ground.actor, employer=employer)
        [stand] = create_stands(ground.fair, actor=ground.actor, labels=[f"G{number}"])
        stand = assign_stand(stand, actor=ground.actor, exhibitor=exhibitor)
        grid = Schedule(starts_at=ground.at(1, 9), ends_at=ground.at(1, 13, 40), slot_minutes=10)
        made += set_schedule(stand, actor=ground.actor, interviewers=1, schedule=grid)[0]
    return made


def _person_of(registration: Registration) -> User:
    if registration.user is None:
        raise AssertionError("a candidate with an address has an account")
    return registration.user


def _session_of(person: User) -> str:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value
