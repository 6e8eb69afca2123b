"""What clocks on the wall show, on the days on which they change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.fairs.days import at_wall_clock, on_wall_clock

PARIS = ZoneInfo("Europe/Paris")
ZONES = st.sampled_from(["Europe/Paris", "America/Martinique", "America/Miquelon", "Australia/Lord_Howe", "UTC"])


@pytest.mark.parametrize(
    ("shown", "instant"),
    [
        ("2026-11-28T09:00", "2026-11-28T08:00"),
        ("2026-07-28T09:00", "2026-07-28T07:00"),
        ("2026-10-25T01:59", "2026-10-24T23:59"),
        ("2026-10-25T02:30", "2026-10-25T00:30"),  # the first of two
        ("2026-10-25T03:00", "2026-10-25T02:00"),
        ("2027-03-28T01:59", "2027-03-28T00:59"),
        ("2027-03-28T03:00", "2027-03-28T01:00"),
    ],
)
def test_the_instant_of_a_clock_in_paris(shown: str, instant: str) -> None:
    assert at_wall_clock(datetime.fromisoformat(shown), PARIS) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize("minute", ["02:00", "02:30", "02:59"])
def test_a_time_that_clocks_skip_is_none(minute: str) -> None:
    with pytest.raises(ValueError, match="does not exist"):
        at_wall_clock(datetime.fromisoformat(f"2027-03-28T{minute}"), PARIS)


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)), ZONES)
def test_there_and_back(instant: datetime, name: str) -> None:
    """The same instant again, or, in an hour that comes twice, the first of the two."""
    zone, at = ZoneInfo(name), instant.replace(tzinfo=UTC)
    again = at_wall_clock(on_wall_clock(at, zone), zone)
    assert on_wall_clock(again, zone) == on_wall_clock(at, zone)
    assert timedelta() <= at - again <= timedelta(hours=1)
