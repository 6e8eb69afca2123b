"""Dates and times as people read them."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from backend.core.formats import format_day, format_instant, format_range, format_time

AT = datetime(2024, 11, 28, 13, 20, tzinfo=UTC)
END = datetime(2024, 11, 28, 16, tzinfo=UTC)


def test_in_the_zone_of_the_fair():
    assert format_time(AT, "Europe/Paris") == "14:20"
    assert format_time(AT, ZoneInfo("America/Martinique")) == "9:20"
    assert format_time(AT, "America/St_Johns") == "9:50"


@pytest.mark.parametrize(
    ("language", "day", "whole"),
    [
        ("fr", "jeudi 28 novembre", "jeudi 28 novembre 2024, 14:20"),
        ("en", "Thursday 28 November", "Thursday 28 November 2024, 14:20"),
    ],
)
def test_in_the_language_of_the_reader(language, day, whole):
    with translation.override(language):
        assert format_day(AT, "Europe/Paris") == day
        assert format_instant(AT, "Europe/Paris", with_year=True) == whole


def test_the_first_of_a_month():
    first = datetime(2027, 3, 31, 23, tzinfo=UTC)
    with translation.override("fr"):
        assert format_day(first, "Europe/Paris") == "jeudi 1er avril"
        assert format_day(first, "America/Cayenne") == "mercredi 31 mars"
    with translation.override("en"):
        assert format_day(first, "Europe/Paris", with_year=True) == "Thursday 1 April 2027"


def test_ranges():
    with translation.override("fr"):
        assert format_range(AT, END, "Europe/Paris") == "jeudi 28 novembre, 14:20–17:00"
        next_day = datetime(2024, 11, 29, 16, tzinfo=UTC)
        assert format_range(AT, next_day, "Europe/Paris") == "jeudi 28 novembre, 14:20 – vendredi 29 novembre, 17:00"


def test_both_sides_of_a_clock_change():
    assert format_time(datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "Europe/Paris") == "1:59"
    assert format_time(datetime(2026, 3, 29, 1, 0, tzinfo=UTC), "Europe/Paris") == "3:00"
    assert format_time(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "Europe/Paris") == "2:30"
    assert format_time(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "Europe/Paris") == "2:30"


def test_an_instant_without_an_offset_is_a_mistake():
    with pytest.raises(ValueError, match="offset"):
        format_time(AT.replace(tzinfo=None), "Europe/Paris")
