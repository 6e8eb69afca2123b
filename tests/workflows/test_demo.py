"""The demonstration: what the contract says of it, at any hour, and again days later."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.core.management.base import CommandError

from backend.core.clock import now
from events.employers.identifiers import clean_siret
from events.employers.models import Employer, Exhibitor
from events.fairs.models import Fair
from events.interviews.models import Place, Slot
from events.interviews.selectors import bookable
from events.registrations.models import Registration
from tests.factories.accounts import make_organisation
from tests.factories.client import body_of, client_of

pytestmark = pytest.mark.django_db


def demo(**options: Any) -> dict[str, Any]:
    """Run the command without serving; the last line of its output, read."""
    out = StringIO()
    call_command("demo", no_serve=True, stdout=out, stderr=StringIO(), **options)
    found: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return found


def test_small_is_what_the_contract_says() -> None:
    answer = demo(size="small")
    assert set(answer) == {"fair", "tokens", "other"}
    assert set(answer["tokens"]) == {"organiser", "staff", "employer", "candidate", "adviser"}
    assert set(answer["other"]["tokens"]) == {"organiser", "employer", "candidate"}
    fair = Fair.objects.get(slug=answer["fair"])
    assert Exhibitor.objects.filter(fair=fair, status="accepted").count() == 20
    assert Registration.objects.filter(fair=fair).count() == 200
    assert all(
        clean_siret(siret) == siret for siret in Employer.objects.exclude(siret="").values_list("siret", flat=True)
    )

    local_start, local_end = fair.starts_at.astimezone(fair.zone), fair.ends_at.astimezone(fair.zone)
    today = now().astimezone(fair.zone).date()
    assert (local_start.date(), local_start.strftime("%H:%M")) == (today - timedelta(days=1), "00:00")
    assert (local_end.date(), local_end.strftime("%H:%M")) == (today + timedelta(days=1), "23:59")

    candidate = Registration.objects.get(fair=fair, email="candidate@demo.example.org")
    assert (candidate.status, candidate.kind) == ("confirmed", "candidate")
    assert (candidate.age_on(today) or 0) >= 18
    booking = Place.objects.get(registration=candidate)
    own = client_of(answer["tokens"]["candidate"])
    assert body_of(own.get(f"bookings/{booking.id}/"), 200)["status"] == "booked"

    stand = fair.stands.get(exhibitor__employer__members__user__email_key="employer@demo.example.org")
    assert bookable(Slot.objects.filter(stand=stand), now()).count() > 5
    employer = client_of(answer["tokens"]["employer"])
    assert body_of(employer.get(f"stands/{stand.id}/agenda/"), 200)["results"]

    before = (Registration.objects.count(), Place.objects.count(), Slot.objects.count())
    again = demo(size="fair")
    assert (Registration.objects.count(), Place.objects.count(), Slot.objects.count()) == before
    assert again["fair"] == answer["fair"]
    assert again["tokens"]["organiser"] != answer["tokens"]["organiser"]


def test_the_adviser_has_people_to_follow() -> None:
    answer = demo(size="small")
    adviser = client_of(answer["tokens"]["adviser"])
    listed = body_of(adviser.get(f"fairs/{answer['fair']}/registrations/"), 200)["results"]
    assert {row["channel"] for row in listed} == {"adviser"}
    assert len(listed) == 12
    assert {"inside", "expected"} <= {row["presence"] for row in listed}
    booked = Place.objects.filter(registration__in=[row["id"] for row in listed], is_live=True)
    assert 3 <= booked.values("registration").distinct().count() < 12


@pytest.mark.parametrize(
    "moment",
    [datetime(2026, 10, 24, 22, 30, tzinfo=UTC), datetime(2026, 3, 29, 0, 30, tzinfo=UTC)],
    ids=["past midnight in Paris, before a day of 25 hours", "in the hour before a day of 23 hours jumps"],
)
def test_moves_to_today_when_it_is_over(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        slug = demo(size="small")["fair"]
        fair = Fair.objects.get(slug=slug)
        assert fair.ends_at.astimezone(fair.zone).strftime("%H:%M") == "23:59"
        clock_times = sorted(slot.starts_at.astimezone(fair.zone).time() for slot in Slot.objects.filter(fair=fair))
        bookings = Place.objects.filter(slot__fair=fair, is_live=True).count()
    with time_machine.travel(moment + timedelta(days=4), tick=False):
        assert demo(size="small")["fair"] == slug
        fair.refresh_from_db()
        assert fair.starts_at < now() < fair.ends_at
        moved = Slot.objects.filter(fair=fair)
        assert sorted(slot.starts_at.astimezone(fair.zone).time() for slot in moved) == clock_times
        assert Place.objects.filter(slot__fair=fair, is_live=True).count() == bookings
        for place in Place.objects.filter(slot__fair=fair).select_related("slot"):
            assert (place.starts_at, place.ends_at) == (place.slot.starts_at, place.slot.ends_at)
            assert place.day_on == place.starts_at.astimezone(fair.zone).date()
        assert bookable(moved, now()).exists()


def test_leaves_other_data_alone() -> None:
    make_organisation()
    with pytest.raises(CommandError, match="--flush"):
        demo()
    assert not Fair.objects.exists()
