"""Fairs and series as calendars, opened in a second library."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
import vobject

from events.fairs.enums import FairStatus
from tests.factories.accounts import make_organisation, organiser_client
from tests.factories.client import client_of, refused
from tests.factories.fairs import make_fair, make_series, make_venue

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def opened(path: str, client: Any = None) -> Any:
    """The calendar as another program reads it."""
    answer = (client or client_of()).get(path)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    calendar = vobject.readOne(answer.content.decode())
    calendar.validate()
    return calendar


@pytest.mark.parametrize(
    ("starts_at", "offset"),
    [(datetime(2026, 3, 29, 8, tzinfo=UTC), 2), (datetime(2026, 10, 25, 8, tzinfo=UTC), 1)],
)
def test_a_fair_on_a_day_of_the_clock_change(starts_at: datetime, offset: int) -> None:
    fair = make_fair(starts_at=starts_at, ends_at=starts_at + 8 * HOUR, venue=make_venue(address="211 avenue Jean"))
    [event] = opened(f"fairs/{fair.slug}/calendar.ics").vevent_list
    assert (event.uid.value, event.summary.value) == (f"{fair.id}@localhost", fair.name)
    assert (event.dtstart.value, event.dtend.value) == (fair.starts_at, fair.ends_at)
    assert event.dtstart.value.utcoffset() == offset * HOUR
    assert event.location.value == "Halle de la Villette, 211 avenue Jean, 13500 Martigues"


def test_a_fair_that_is_called_off_says_so_under_a_higher_number() -> None:
    with time_machine.travel("2026-06-01T09:00:00Z") as clock:
        fair = make_fair()
        before = opened(f"fairs/{fair.slug}/calendar.ics").vevent
        clock.shift(60)
        fair.status = FairStatus.CANCELLED
        fair.save(update_fields=["status", "updated_at"])
        after = opened(f"fairs/{fair.slug}/calendar.ics").vevent
    assert (before.status.value, after.status.value) == ("CONFIRMED", "CANCELLED")
    assert before.uid.value == after.uid.value
    assert int(after.sequence.value) > int(before.sequence.value)


def test_a_series_has_its_published_fairs_and_drafts_for_its_organiser() -> None:
    series = make_series()
    shown = make_fair(series.organisation, series=series)
    draft = make_fair(series.organisation, series=series, status=FairStatus.DRAFT, published_at=None)
    path = f"series/{series.slug}/calendar.ics"
    assert [event.uid.value for event in opened(path).vevent_list] == [f"{shown.id}@localhost"]
    own = opened(path, organiser_client(series.organisation)).vevent_list
    assert {event.uid.value for event in own} == {f"{shown.id}@localhost", f"{draft.id}@localhost"}


def test_what_is_not_published_is_nobodys_business() -> None:
    series = make_series()
    draft = make_fair(series.organisation, series=series, status=FairStatus.DRAFT, published_at=None)
    for path in (f"fairs/{draft.slug}/calendar.ics", f"series/{series.slug}/calendar.ics"):
        refused(client_of().get(path), 404, "not_found")
        refused(organiser_client(make_organisation()).get(path), 404, "not_found")


@pytest.mark.parametrize("fairs", [1, 3])
def test_statements_of_a_series(fairs: int, django_assert_num_queries: Any) -> None:
    series = make_series()
    for _ in range(fairs):
        make_fair(series.organisation, series=series)
    with django_assert_num_queries(2):  # series, fairs
        opened(f"series/{series.slug}/calendar.ics")
