"""Interviews on days that are 23 or 25 hours long, and west of Greenwich: minutes are elapsed, days are of the fair."""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from backend.accounts.actors import Actor
from backend.core.errors import DomainError
from events.fairs.models import Fair
from events.interviews import services
from events.interviews.models import Place, Slot
from events.registrations.models import Registration
from tests.factories.accounts import actor_of, organiser_client, organiser_of
from tests.factories.client import body_of
from tests.factories.employers import make_exhibitor, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_interviewer, make_slot

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

at_a_change = pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Europe/Paris", "2026-03-29T01:00+00:00"),
        ("Europe/Paris", "2026-10-25T01:00+00:00"),
        ("America/Miquelon", "2026-03-08T05:00+00:00"),
        ("America/Miquelon", "2026-11-01T04:00+00:00"),
        ("America/Martinique", "2026-06-15T04:00+00:00"),
    ],
)
"""The instants at which clocks are changed, in the west too, and a midnight there that is four o'clock in UTC."""


def own(person: Registration) -> Actor:
    assert person.user is not None
    return actor_of(person.user)


def book(slot: Slot, person: Registration) -> Place:
    return services.book_interview(slot.id, actor=own(person), registration_id=person.id)


def code_of(action: Any, *args: Any, **values: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        action(*args, **values)
    return refusal.value.code


def fair_around(change: datetime, zone: str, **values: Any) -> Fair:
    """A fair from two days before the change until two days after it."""
    window = {"starts_at": change - 2 * DAY, "ends_at": change + 2 * DAY, "time_zone": zone}
    return make_fair(**window, published_at=change - 30 * DAY, **values)


@at_a_change
def test_a_schedule_is_of_elapsed_minutes(zone: str, change: str) -> None:
    moment = datetime.fromisoformat(change)
    with time_machine.travel(moment - DAY, tick=False):
        fair = fair_around(moment, zone)
        stand = make_stand(fair, exhibitor=make_exhibitor(fair))
        values = {
            "from": (moment - HOUR).astimezone(fair.zone).isoformat(),
            "to": (moment + 2 * HOUR).astimezone(fair.zone).isoformat(),
            "slot_minutes": 20,
            "break_minutes": 10,
            "except": [{"from": moment.isoformat(), "to": (moment + HOUR).isoformat()}],
        }
        laid = body_of(organiser_client(fair.organisation).post(f"stands/{stand.id}/schedule/", values), 201)
    starts = [datetime.fromisoformat(slot["starts_at"]) for slot in laid["results"]]
    assert [(start - moment) / MINUTE for start in starts] == [-60, -30, 60, 90]
    assert [start.utcoffset() for start in starts] == [start.astimezone(fair.zone).utcoffset() for start in starts]


@at_a_change
@pytest.mark.parametrize("minutes", [15, -15, 45])
def test_a_shift_moves_by_elapsed_minutes_into_the_day_of_the_fair(zone: str, change: str, minutes: int) -> None:
    moment = datetime.fromisoformat(change)
    with time_machine.travel(moment - DAY, tick=False):
        fair = fair_around(moment, zone)
        stand = make_stand(fair, exhibitor=make_exhibitor(fair))
        table = make_interviewer(stand)
        starts = [moment + offset * MINUTE for offset in (-20, -10, 0, 10)]
        places = [
            book(make_slot(fair, stand=stand, interviewer=table, starts_at=start), make_candidate(fair))
            for start in starts
        ]
        services.shift_interviewer(
            stand,
            actor=organiser_of(fair.organisation),
            interviewer_id=table.id,
            minutes=minutes,
            starting_at=starts[0].astimezone(fair.zone),
        )
    for place, start in zip(places, starts, strict=True):
        place.refresh_from_db()
        assert place.starts_at == place.slot.starts_at == start + minutes * MINUTE
        assert place.day_on == (start + minutes * MINUTE).astimezone(fair.zone).date()


@at_a_change
def test_the_limit_per_day_is_of_the_fair_s_day_however_long(zone: str, change: str) -> None:
    moment = datetime.fromisoformat(change)
    with time_machine.travel(moment - 1.5 * DAY, tick=False):
        fair = fair_around(moment, zone, booking_limit_per_day=1)
        day = moment.astimezone(ZoneInfo(zone)).date()
        midnight, next_midnight = (datetime.combine(d, time.min, fair.zone) for d in (day, day + DAY))
        person = make_candidate(fair)
        book(make_slot(fair, starts_at=midnight), person)
        last = make_slot(fair, starts_at=next_midnight - 10 * MINUTE)
        assert code_of(book, last, person) == "booking_limit"
        for start in (midnight - 30 * MINUTE, next_midnight):
            book(make_slot(fair, starts_at=start), person)
        days = list(Place.objects.order_by("starts_at").values_list("day_on", flat=True))
        assert days == [day - DAY, day, day + DAY]
        held = services.hold_slot(last.id, actor=own(other := make_candidate(fair)), registration_id=other.id)
        assert held.day_on == day


@at_a_change
def test_the_notice_is_of_elapsed_minutes(zone: str, change: str) -> None:
    moment = datetime.fromisoformat(change)
    with time_machine.travel(moment - DAY, tick=False) as clock:
        fair = fair_around(moment, zone, cancel_until_minutes=120)
        person = make_candidate(fair)
        place = book(make_slot(fair, starts_at=moment + 30 * MINUTE), person)
        other = make_slot(fair, starts_at=moment + 10 * HOUR)
        clock.move_to(moment - 90 * MINUTE + timedelta(seconds=1))
        assert code_of(services.cancel_booking, place.id, actor=own(person)) == "too_late_to_cancel"
        assert code_of(services.switch_booking, place.id, actor=own(person), slot_id=other.id) == "too_late_to_cancel"
        clock.move_to(moment - 90 * MINUTE)
        assert services.cancel_booking(place.id, actor=own(person)).status == "cancelled"


@at_a_change
@pytest.mark.parametrize(("longest", "minutes"), [(120, 60), (30, 30)])
def test_an_offer_has_half_of_the_elapsed_time(zone: str, change: str, longest: int, minutes: int) -> None:
    moment = datetime.fromisoformat(change)
    with time_machine.travel(moment - DAY, tick=False) as clock:
        fair = fair_around(moment, zone, waitlist_offer_minutes=longest)
        slot, person = make_slot(fair, starts_at=moment + HOUR), make_candidate(fair)
        place = book(slot, make_candidate(fair))
        entry, _is_new = services.join_waitlist(slot.id, actor=own(person), registration_id=person.id)
        clock.move_to(moment - HOUR)
        services.cancel_booking(place.id, actor=own(place.registration))
        entry.refresh_from_db()
        assert entry.offered_until == moment - HOUR + minutes * MINUTE
        clock.move_to(entry.offered_until - timedelta(seconds=1))
        assert services.pass_on_due() == 0
        entry.refresh_from_db()
        assert entry.status == "offered"
        clock.move_to(entry.offered_until)
        assert code_of(services.accept_offer, entry.id, actor=own(person)) == "offer_expired"
