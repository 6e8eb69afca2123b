"""The phase of a fair."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.fairs.enums import Phase
from events.fairs.models import Fair
from events.fairs.phases import in_phase, phase
from tests.factories.fairs import make_fair

START = datetime(2026, 11, 28, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)


def a_fair(**values: datetime | None) -> Fair:
    return Fair(starts_at=START, ends_at=START + 8 * HOUR, **values)


def test_a_draft_is_upcoming_until_it_begins() -> None:
    assert phase(a_fair(), START - HOUR) == Phase.UPCOMING
    assert phase(a_fair(), START) == Phase.ONGOING


def test_the_windows_follow_each_other_to_the_second() -> None:
    fair = a_fair(
        published_at=START - 100 * HOUR,
        registration_opens_at=START - 50 * HOUR,
        booking_opens_at=START - 20 * HOUR,
    )
    second = timedelta(seconds=1)
    for at, before, after in (
        (START - 50 * HOUR, Phase.UPCOMING, Phase.REGISTRATION),
        (START - 20 * HOUR, Phase.REGISTRATION, Phase.BOOKING),
        (START, Phase.BOOKING, Phase.ONGOING),
        (START + 8 * HOUR, Phase.ONGOING, Phase.OVER),
    ):
        assert (phase(fair, at - second), phase(fair, at)) == (before, after)


def test_without_windows_of_its_own_a_published_fair_takes_bookings() -> None:
    assert phase(a_fair(published_at=START - 5 * HOUR), START - HOUR) == Phase.BOOKING


moments = st.one_of(st.none(), st.integers(-60, 20).map(lambda hours: START + hours * HOUR))


@pytest.mark.django_db
@given(published=moments, registration=moments, booking=moments, hours=st.integers(-60, 20))
def test_the_database_finds_a_fair_in_the_phase_it_is_in(
    published: datetime | None, registration: datetime | None, booking: datetime | None, hours: int
) -> None:
    fair = make_fair(
        starts_at=START,
        ends_at=START + 8 * HOUR,
        published_at=published,
        registration_opens_at=registration,
        booking_opens_at=booking,
    )
    try:
        at = START + hours * HOUR
        found = [wanted for wanted in Phase.values if in_phase(Fair.objects.all(), wanted, at).filter(pk=fair.pk)]
        assert found == [phase(fair, at)]
    finally:
        fair.delete()
