"""The schedule builder in a browser without JavaScript: groups, pauses, and the days when the clocks change."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from events.interviews.models import Slot
from tests.factories.accounts import make_member
from tests.factories.browser import browser_of
from tests.factories.employers import make_exhibitor, make_stand
from tests.factories.fairs import make_fair

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content[:500]
    text: str = response.content.decode()
    return text


SCHEDULE = {
    "begin": "01:00",
    "end": "04:00",
    "slot_minutes": "30",
    "break_minutes": "0",
    "tables": "1",
    "capacity": "1",
}


@pytest.mark.parametrize(
    ("day", "number", "last"),
    [("2027-03-28", 4, "03:30:00+02:00"), ("2026-10-25", 8, "03:30:00+01:00")],
    ids=["an hour less", "an hour more"],
)
def test_a_schedule_over_a_clock_change(day: str, number: int, last: str) -> None:
    midnight = datetime.fromisoformat(f"{day}T00:00:00+00:00") - timedelta(hours=3)
    fair = make_fair(starts_at=midnight, ends_at=midnight + timedelta(hours=20), time_zone="Europe/Paris")
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    browser = browser_of(make_member(fair.organisation))
    address = f"/employer/stands/{stand.id}/schedule/"
    text = text_of(browser.post(address, SCHEDULE | {"day": day, "step": "preview"}))
    assert f"{number} interviews" in text
    browser.post(address, SCHEDULE | {"day": day, "step": "make"})
    laid = list(Slot.objects.filter(stand=stand).order_by("starts_at"))
    assert len(laid) == number
    assert {slot.ends_at - slot.starts_at for slot in laid} == {30 * MINUTE}
    assert all(one.ends_at == other.starts_at for one, other in pairwise(laid))
    assert laid[-1].starts_at.astimezone(fair.zone).isoformat() == f"{day}T{last}"


def test_a_time_that_the_clocks_skip() -> None:
    midnight = datetime(2027, 3, 27, 21, tzinfo=UTC)
    fair = make_fair(starts_at=midnight, ends_at=midnight + timedelta(hours=20), time_zone="Europe/Paris")
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    form = SCHEDULE | {"day": "2027-03-28", "begin": "02:15", "step": "preview"}
    text = text_of(browser_of(make_member(fair.organisation)).post(f"/employer/stands/{stand.id}/schedule/", form), 422)
    assert "this time does not exist" in text


def test_two_pauses_and_groups() -> None:
    begins = datetime(2026, 11, 28, 8, tzinfo=UTC)
    fair = make_fair(starts_at=begins, ends_at=begins + timedelta(hours=8), time_zone="Europe/Paris")
    stand = make_stand(fair, exhibitor=make_exhibitor(fair))
    recruiter = browser_of(make_member(fair.organisation))
    pauses = {"pause_begin": "11:00", "pause_end": "11:15", "second_begin": "11:30", "second_end": "12:30"}
    form = SCHEDULE | pauses | {"day": "2026-11-28", "begin": "10:30", "end": "13:00", "slot_minutes": "15"}
    address = f"/employer/stands/{stand.id}/schedule/"
    text = text_of(recruiter.post(address, form | {"capacity": "4", "step": "preview"}))
    assert "Up to 4 people at each." in text
    recruiter.post(address, form | {"capacity": "4", "step": "make"})
    laid = Slot.objects.order_by("starts_at")
    clock_times = [slot.starts_at.astimezone(stand.fair.zone).strftime("%H:%M") for slot in laid]
    assert clock_times == ["10:30", "10:45", "11:15", "12:30", "12:45"]
    assert {slot.capacity for slot in laid} == {4}
    text = text_of(recruiter.post(address, form | {"second_end": "", "step": "make"}), 422)
    assert "A pause has a start and an end." in text
