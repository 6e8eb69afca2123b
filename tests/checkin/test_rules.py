"""One scan against one picture, and where somebody is: no database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkin.enums import ScanType
from checkin.rules import Mark, Picture, Whereabouts, refusal
from events.registrations.presence import emptied_at

NOON = datetime(2026, 11, 28, 11, tzinfo=UTC)
HOUR = timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")
IN, OUT = ScanType.ENTRY, ScanType.EXIT
GOOD = Picture(IN, NOON, "confirmed", "candidate", opens_at=NOON - HOUR, closes_at=NOON + HOUR)
LEAVING = replace(GOOD, type=OUT, is_inside=True)


@pytest.mark.parametrize(
    ("picture", "reason"),
    [
        (GOOD, None),
        (LEAVING, None),
        (replace(GOOD, status="cancelled"), "canceled"),
        (replace(GOOD, status="pending"), "not_confirmed"),
        (replace(GOOD, status="waitlisted"), "not_confirmed"),
        (replace(GOOD, is_revoked=True), "revoked"),
        (replace(GOOD, at=NOON - HOUR), None),
        (replace(GOOD, at=NOON - HOUR - timedelta(microseconds=1)), "too_early"),
        (replace(GOOD, at=NOON + HOUR - timedelta(microseconds=1)), None),
        (replace(GOOD, at=NOON + HOUR), "too_late"),
        (replace(GOOD, gate_kinds=("press", "candidate")), None),
        (replace(GOOD, gate_kinds=("press",)), "wrong_gate"),
        (replace(GOOD, is_inside=True), "already_inside"),
        (replace(GOOD, is_full=True), "fair_full"),
        # Nobody is kept from leaving by the time, the gate or the crowd.
        (replace(LEAVING, is_inside=False), "not_inside"),
        (replace(LEAVING, at=NOON + 2 * HOUR), None),
        (replace(LEAVING, gate_kinds=("press",)), None),
        (replace(LEAVING, is_full=True), None),
        (replace(LEAVING, status="cancelled"), "canceled"),
        # Of several reasons the first of the order.
        (replace(GOOD, status="cancelled", is_revoked=True, is_inside=True), "canceled"),
        (replace(GOOD, status="pending", is_revoked=True, at=NOON + HOUR), "revoked"),
        (replace(GOOD, status="pending", at=NOON + HOUR), "not_confirmed"),
        (replace(GOOD, at=NOON + HOUR, gate_kinds=("press",), is_inside=True), "too_late"),
        (replace(GOOD, gate_kinds=("press",), is_inside=True), "wrong_gate"),
        (replace(GOOD, is_inside=True, is_full=True), "already_inside"),
    ],
)
def test_reasons(picture: Picture, reason: str | None) -> None:
    assert refusal(picture) == reason


def judged(scans: list[tuple[datetime, str]], ends_at: datetime, zone: ZoneInfo = PARIS) -> Whereabouts:
    """The whereabouts after these scans have arrived in this order, each judged as it came."""
    whereabouts = Whereabouts(zone, ends_at)
    for at, kind in scans:
        mark = Mark(at, kind, is_accepted=False)
        mark.is_accepted = whereabouts.is_inside(mark) == (kind == OUT)
        whereabouts.add(mark)
    return whereabouts


def inside(whereabouts: Whereabouts, at: datetime) -> bool:
    return whereabouts.is_inside(Mark(at, OUT, is_accepted=False))


def test_every_order_of_a_day_with_a_break_gives_the_same_end() -> None:
    day = [(NOON, IN), (NOON + HOUR, OUT), (NOON + 2 * HOUR, IN), (NOON + 3 * HOUR, OUT)]
    for number in range(1, 5):
        for order in permutations(day[:number]):
            end = judged(list(order), NOON + 8 * HOUR)
            presence, _since = end.presence
            assert presence == ("inside" if number % 2 else "left"), order
            moments = [inside(end, NOON + timedelta(minutes=30 + 60 * hour)) for hour in range(4)]
            assert moments == [(hour % 2 == 0) if hour < number else number % 2 == 1 for hour in range(4)], order


scans_of_two_days = st.lists(
    st.tuples(st.integers(0, 48).map(lambda number: NOON + number * HOUR), st.sampled_from([IN, OUT])), max_size=8
)


@given(scans_of_two_days.flatmap(lambda scans: st.tuples(st.just(scans), st.permutations(scans))), st.integers(1, 48))
def test_the_order_of_arrival_does_not_matter(orders, length: int) -> None:
    one, other = (judged(list(order), NOON + length * HOUR) for order in orders)
    for number in range(100):
        at = NOON + number * timedelta(minutes=30)
        assert inside(one, at) == inside(other, at)
    firsts = [
        min((mark.at for mark in way.marks if mark.is_accepted and mark.type == IN), default=None)
        for way in (one, other)
    ]
    assert firsts[0] == firsts[1]


@pytest.mark.parametrize(
    ("zone", "came", "midnight"),
    [
        ("Europe/Paris", "2026-11-28T21:59:59Z", "2026-11-28T23:00:00Z"),
        # The day the clock goes forward has 23 hours, the day it goes back 25.
        ("Europe/Paris", "2026-03-28T23:30:00Z", "2026-03-29T22:00:00Z"),
        ("Europe/Paris", "2026-10-24T22:30:00Z", "2026-10-25T23:00:00Z"),
        ("America/Martinique", "2026-11-28T20:00:00Z", "2026-11-29T04:00:00Z"),
        # A midnight that does not exist: the clock goes from 24:00 to 01:00.
        ("Africa/Cairo", "2026-04-23T12:00:00Z", "2026-04-23T22:00:00Z"),
    ],
)
def test_everybody_has_left_at_midnight(zone: str, came: str, midnight: str) -> None:
    came_at, midnight_at = datetime.fromisoformat(came), datetime.fromisoformat(midnight)
    whereabouts = judged([(came_at, IN)], midnight_at + 100 * HOUR, ZoneInfo(zone))
    assert inside(whereabouts, midnight_at - timedelta(microseconds=1))
    assert not inside(whereabouts, midnight_at)
    assert emptied_at(midnight_at, zone=ZoneInfo(zone), ends_at=midnight_at + 100 * HOUR) == midnight_at


def test_everybody_has_left_at_the_end() -> None:
    whereabouts = judged([(NOON, IN)], NOON + HOUR)
    assert inside(whereabouts, NOON + HOUR - timedelta(microseconds=1))
    assert not inside(whereabouts, NOON + HOUR)


def test_an_entry_and_an_exit_at_the_same_instant_stand_in_that_order() -> None:
    for order in permutations([(NOON, IN), (NOON, OUT)]):
        assert judged(list(order), NOON + HOUR).presence == ("left", NOON)
