"""Recurrence: RFC 5545 in the series' zone, on both sides of every clock change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.fairs.recurrence import Occurrence, Recurrence, occurrences, validate_rrule

PARIS = "Europe/Paris"
HOURS = timedelta(hours=8)


def at(text: str, zone: str = PARIS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def series(start: str, rule: str, zone: str = PARIS, **more) -> Recurrence:
    return Recurrence(at(start, zone), zone, HOURS, rule, **more)


def walls(recurrence: Recurrence, first: str, last: str) -> list[str]:
    """Local starts between two local times, as people write them."""
    zone = recurrence.time_zone
    found = occurrences(recurrence, at(first, zone), at(last, zone))
    return [item.starts_at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M") for item in found]


@pytest.mark.parametrize(
    ("zone", "change", "before", "after"),
    [
        (PARIS, "2026-03-29", 1, 2),
        (PARIS, "2026-10-25", 2, 1),
        (PARIS, "2027-03-28", 1, 2),
        (PARIS, "2027-10-31", 2, 1),
        ("America/St_Johns", "2026-03-08", -3.5, -2.5),
        ("America/St_Johns", "2026-11-01", -2.5, -3.5),
        ("America/Martinique", "2026-03-29", -4, -4),
        ("America/Cayenne", "2026-10-25", -3, -3),
    ],
)
def test_the_wall_clock_stays_over_a_clock_change(zone, change, before, after):
    day = date.fromisoformat(change)
    daily = series(f"{day - timedelta(days=1)}T09:00", "FREQ=DAILY;COUNT=3", zone)
    found = occurrences(daily, at(f"{change}T00:00", zone) - timedelta(days=7), at(f"{change}T00:00", zone) + HOURS * 9)
    local = [item.starts_at.astimezone(ZoneInfo(zone)) for item in found]
    assert [f"{start:%Y-%m-%d %H:%M}" for start in local] == [f"{day + timedelta(days=n)} 09:00" for n in (-1, 0, 1)]
    assert [start.utcoffset() / timedelta(hours=1) for start in local] == [before, after, after]


def test_duration_is_elapsed_time():
    night = series("2026-10-24T20:00", "FREQ=DAILY;COUNT=1")
    assert occurrences(night, at("2026-10-01"), at("2026-11-01")) == [
        Occurrence(datetime(2026, 10, 24, 18, tzinfo=UTC), datetime(2026, 10, 25, 2, tzinfo=UTC))
    ]


def test_a_skipped_local_time_is_read_with_the_offset_before_the_change():
    assert walls(series("2026-03-28T02:30", "FREQ=DAILY;COUNT=3"), "2026-03-01", "2026-04-30") == [
        "2026-03-28 02:30",
        "2026-03-29 03:30",
        "2026-03-30 02:30",
    ]


def test_of_a_local_time_that_comes_twice_the_first_counts():
    found = occurrences(
        series("2026-10-24T02:30", "FREQ=DAILY;COUNT=2"), at("2026-10-25T00:00"), at("2026-10-26T00:00")
    )
    assert [item.starts_at for item in found] == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=MONTHLY;BYDAY=-1TH", ["2026-01-29", "2026-02-26", "2026-03-26"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-01-31", "2026-03-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", ["2026-01-31", "2026-02-28"]),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=MO,1TU;UNTIL=20260112", ["2026-01-05", "2026-01-06", "2026-01-12"]),
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=FR;BYSETPOS=-1", ["2026-03-27"]),
        ("FREQ=YEARLY;BYWEEKNO=10", ["2026-03-05"]),
        ("FREQ=YEARLY;BYYEARDAY=60,-1", ["2026-03-01"]),
        ("freq=weekly;byday=mo,we,fr;count=4", ["2026-01-02", "2026-01-05", "2026-01-07"]),
        ("FREQ=WEEKLY;INTERVAL=5;BYDAY=SU;WKST=SU", ["2026-02-01", "2026-03-08"]),
        ("FREQ=WEEKLY;INTERVAL=5;BYDAY=SU", ["2026-01-04", "2026-02-08", "2026-03-15"]),
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=1,2;BYHOUR=9", ["2026-02-01", "2026-02-02"]),
        # The whole week is what BYSETPOS counts in: its first Monday lies before DTSTART, a Thursday.
        ("FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1;COUNT=3", ["2026-01-05", "2026-01-12"]),
    ],
)
def test_rules_beside_the_first_occurrence(rule, expected):
    assert walls(series("2026-01-01T09:00", rule), "2026-01-01T09:01", "2026-04-01") == [
        f"{day} 09:00" for day in expected
    ]


def test_dtstart_is_the_first_occurrence_and_counts_even_when_the_rule_does_not_name_it():
    wednesday = series("2026-11-25T09:00", "FREQ=WEEKLY;BYDAY=TH;COUNT=3")
    assert walls(wednesday, "2026-01-01", "2027-01-01") == ["2026-11-25 09:00", "2026-11-26 09:00", "2026-12-03 09:00"]


@pytest.mark.parametrize(
    ("until", "count"),
    [
        ("20261203", 2),  # a day is included whole
        ("20261203T080000Z", 2),  # 09:00 in Paris
        ("20261203T075959Z", 1),
        ("20261202", 1),
        ("20261101", 0),
    ],
)
def test_until(until, count):
    assert len(walls(series("2026-11-26T09:00", f"FREQ=WEEKLY;UNTIL={until}"), "2026-01-01", "2027-12-31")) == count


def test_exdates_and_rdates_as_instants_and_as_days():
    recurrence = series(
        "2026-11-05T09:00",
        "FREQ=WEEKLY;COUNT=4",
        exdates=(at("2026-11-05T09:00"), date(2026, 11, 19), at("2026-11-12T09:01")),
        rdates=(date(2026, 12, 1), at("2026-12-02T18:00"), at("2026-11-26T09:00"), date(2026, 11, 19)),
    )
    assert walls(recurrence, "2026-01-01", "2027-01-01") == [
        "2026-11-12 09:00",
        "2026-11-26 09:00",
        "2026-12-01 09:00",
        "2026-12-02 18:00",
    ]


def test_both_ends_of_the_window_are_included():
    weekly = series("2026-11-05T09:00", "FREQ=WEEKLY")
    assert len(walls(weekly, "2026-11-05T09:00", "2026-11-12T09:00")) == 2
    assert len(walls(weekly, "2026-11-05T09:01", "2026-11-12T08:59")) == 0
    assert walls(weekly, "2026-11-12T09:00", "2026-11-05T09:00") == []


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=DAILY;INTERVAL=7;BYDAY=FR",
        "FREQ=MONTHLY;BYDAY=MO,1TU;BYMONTHDAY=30;BYMONTH=2",
        "FREQ=MONTHLY;BYMONTHDAY=5;BYSETPOS=3",
        "FREQ=WEEKLY;INTERVAL=9999",
    ],
)
def test_a_rule_that_never_matches_gives_dtstart_alone(rule):
    assert walls(series("2026-01-01T09:00", rule), "2026-01-01", "2035-01-01") == ["2026-01-01 09:00"]


def test_leap_days():
    assert walls(series("2028-02-29T09:00", "FREQ=YEARLY"), "2028-01-01", "2036-12-31") == [
        f"{year}-02-29 09:00" for year in (2028, 2032, 2036)
    ]


def test_an_old_series_is_read_far_from_its_start():
    assert walls(series("1990-01-01T09:00", "FREQ=DAILY"), "2096-02-28", "2096-03-01T12:00") == [
        "2096-02-28 09:00",
        "2096-02-29 09:00",
        "2096-03-01 09:00",
    ]


@pytest.mark.parametrize(
    ("first", "last", "rule"),
    [
        ("2026-01-01", "2036-02-01", "FREQ=WEEKLY"),  # more than ten years
        ("2026-01-01", "2035-12-01", "FREQ=DAILY"),  # more than 2,000 results
        ("2300-01-01", "2300-01-02", "FREQ=DAILY"),  # more than 100,000 steps
        ("9500-01-01", "9500-01-02", "FREQ=YEARLY"),
    ],
)
def test_too_much_is_refused(first, last, rule):
    with pytest.raises(ValueError, match=r".+"):
        walls(series("2026-01-01T09:00", rule), first, last)


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        ("", "NAME=VALUE"),
        ("FREQ", "NAME=VALUE"),
        ("FREQ=WEEKLY;", "NAME=VALUE"),
        ("FREQ=WEEKLY\nRRULE:FREQ=DAILY", "FREQ=DAILY"),
        ("RRULE:FREQ=WEEKLY", "without RRULE"),
        ("BYDAY=MO", "FREQ=DAILY"),
        ("FREQ=HOURLY", "FREQ=DAILY"),
        ("FREQ=WEEKLY;FREQ=DAILY", "FREQ"),
        ("FREQ=WEEKLY;BYEASTER=0", "BYEASTER"),
        ("FREQ=WEEKLY;COUNT=2;UNTIL=20270101", "COUNT and UNTIL"),
        ("FREQ=WEEKLY;COUNT=0", "COUNT"),
        ("FREQ=WEEKLY;COUNT=1,2", "COUNT"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL"),
        ("FREQ=WEEKLY;INTERVAL=-1", "INTERVAL"),
        ("FREQ=WEEKLY;INTERVAL=x", "INTERVAL"),
        ("FREQ=WEEKLY;INTERVAL=٣", "INTERVAL"),
        ("FREQ=WEEKLY;UNTIL=20270230", "UNTIL"),
        ("FREQ=WEEKLY;UNTIL=20270201T090000", "UNTIL"),
        ("FREQ=WEEKLY;UNTIL=2027-02-01", "UNTIL"),
        ("FREQ=WEEKLY;BYDAY=LU", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=1MO", "weekday"),
        ("FREQ=YEARLY;BYWEEKNO=10;BYDAY=1MO", "weekday"),
        ("FREQ=MONTHLY;BYDAY=6MO", "five times"),
        ("FREQ=MONTHLY;BYDAY=0MO", "BYDAY"),
        ("FREQ=YEARLY;BYDAY=54MO", "BYDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "BYWEEKNO"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTH=-1", "BYMONTH"),
        ("FREQ=MONTHLY;BYSETPOS=1", "BYSETPOS"),
        ("FREQ=DAILY;BYHOUR=24", "BYHOUR"),
        ("FREQ=DAILY;BYHOUR=9,10,11,12,13;BYMINUTE=0,10,20,30,40", "24 times"),
        ("FREQ=WEEKLY;WKST=XX", "WKST"),
        ("FREQ=DAILY;BYMONTHDAY=" + ",".join(["1"] * 400), "500"),
    ],
)
def test_a_wrong_rule_is_refused_by_name(rule, named):
    with pytest.raises(ValueError, match=named):
        validate_rrule(rule)


@pytest.mark.parametrize(
    "wrong",
    [
        {"time_zone": "Europe/Nowhere"},
        {"time_zone": "../etc/passwd"},
        {"time_zone": ""},
        {"time_zone": "Europe"},
        {"duration": timedelta(0)},
        {"rrule": "FREQ=SECONDLY"},
        {"starts_at": datetime(2026, 1, 1, 9)},
        {"starts_at": datetime(1, 1, 1, 9, tzinfo=UTC)},
        {"exdates": (datetime(2026, 1, 1, 9),)},
        {"rdates": (date(9999, 12, 31),)},
    ],
)
def test_a_senseless_series_is_refused(wrong):
    good = {"starts_at": at("2026-01-01T09:00"), "time_zone": PARIS, "duration": HOURS, "rrule": "FREQ=DAILY"}
    with pytest.raises(ValueError, match=r".+"):
        Recurrence(**good | wrong)


ZONES = st.sampled_from([PARIS, "America/Martinique", "America/Cayenne", "America/St_Johns", "UTC"])
RULES = st.builds(
    "FREQ={0[0]};INTERVAL={1}{0[1]}{2}".format,
    st.sampled_from(
        [
            ("DAILY", ""),
            ("DAILY", ";BYDAY=MO,TU"),
            ("WEEKLY", ""),
            ("WEEKLY", ";BYDAY=TU,TH"),
            ("MONTHLY", ";BYDAY=1MO,-1FR"),
            ("MONTHLY", ";BYMONTHDAY=29,30,31"),
            ("YEARLY", ";BYMONTH=2,3,10;BYDAY=SU"),
            ("YEARLY", ";BYWEEKNO=1,13,44,53;BYDAY=MO,SU"),
        ]
    ),
    st.integers(1, 9),
    st.sampled_from(["", ";COUNT=1", ";COUNT=17", ";UNTIL=20270328", ";UNTIL=20271231T120000Z"]),
)
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1))


@st.composite
def recurrences(draw) -> Recurrence:
    zone = draw(ZONES)
    # Not between 1 and 3, when a clock change may skip the time; that has tests of its own.
    start = draw(MOMENTS).replace(hour=draw(st.integers(4, 22)), microsecond=0)
    return Recurrence(start.replace(tzinfo=ZoneInfo(zone)), zone, HOURS, draw(RULES))


@given(recurrences(), MOMENTS, st.integers(0, 700), st.integers(0, 700))
def test_windows(recurrence, start, days, more_days):
    first = start.replace(tzinfo=UTC)
    middle = first + timedelta(days=days)
    last = middle + timedelta(days=more_days)
    found = occurrences(recurrence, first, last)
    starts = [item.starts_at for item in found]
    assert starts == sorted(set(starts))
    assert all(first <= begin <= last for begin in starts)
    assert all(item.ends_at - item.starts_at == HOURS for item in found)
    zone = ZoneInfo(recurrence.time_zone)
    assert {begin.astimezone(zone).time() for begin in starts} <= {recurrence.starts_at.time()}
    halves = occurrences(recurrence, first, middle), occurrences(recurrence, middle, last)
    assert sorted({*halves[0], *halves[1]}) == found
