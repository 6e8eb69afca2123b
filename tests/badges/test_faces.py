"""What a badge says."""

from datetime import UTC, datetime

import pytest
from django.utils import translation

from badges.faces import words_of
from events.fairs.models import Fair


def fair(starts_at: datetime, ends_at: datetime) -> Fair:
    return Fair(name="Forum", time_zone="Europe/Paris", starts_at=starts_at, ends_at=ends_at)


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "said"),
    [
        ((2026, 11, 28, 8), (2026, 11, 28, 17), "Samedi 28 novembre 2026"),
        # 23:30 of Paris on the 27th, to midnight of Paris at the end of the 28th.
        ((2026, 11, 27, 22, 30), (2026, 11, 28, 23), "27–28 novembre 2026"),
        ((2026, 11, 27, 23), (2026, 11, 28, 23), "Samedi 28 novembre 2026"),
        ((2026, 11, 30, 8), (2026, 12, 2, 17), "30 novembre – 2 décembre 2026"),
        ((2026, 12, 31, 8), (2027, 1, 2, 17), "31 décembre 2026 – 2 janvier 2027"),
    ],
)
def test_dates_are_the_fairs_days_in_the_sites_language(
    starts_at: tuple[int, ...], ends_at: tuple[int, ...], said: str
) -> None:
    with translation.override("en"):
        words = words_of(fair(datetime(*starts_at, tzinfo=UTC), datetime(*ends_at, tzinfo=UTC)))
    assert words.dates == said
    assert words.language == "fr"
