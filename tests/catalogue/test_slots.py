"""The slots of a fair as the public sees them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.core.clock import now
from events.fairs.enums import FairStatus
from events.interviews.enums import PlaceKind, SlotState
from events.interviews.models import Place, Slot
from events.offers.models import Offer
from tests.factories.accounts import organiser_client
from tests.factories.client import body_of, client_of, refused
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_candidate, make_slot

pytestmark = pytest.mark.django_db
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def take(slot: Slot, kind: str, **values: Any) -> Place:
    return Place.objects.create(
        slot=slot,
        registration=make_candidate(slot.fair),
        kind=kind,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        day_on=slot.starts_at.date(),
        stand=slot.stand,
        employer=slot.employer,
        **values,
    )


def shown(slot: Slot, query: str = "") -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = body_of(client_of().get(f"fairs/{slot.fair.slug}/slots/?{query}"), 200)["results"]
    return rows


def test_what_a_slot_shows() -> None:
    fair = make_fair(time_zone="America/Cayenne")
    slot = make_slot(fair, capacity=3)
    [row] = shown(slot)
    assert row["starts_at"] == slot.starts_at.astimezone(fair.zone).isoformat()
    assert row["starts_at"].endswith("-03:00")
    wanted = {
        "id": str(slot.id),
        "stand": str(slot.stand_id),
        "employer": slot.employer.slug,
        "interviewer": str(slot.interviewer_id),
        "capacity": 3,
        "free": 3,
        "state": "open",
    }
    assert wanted.items() <= row.items()


def test_free_counts_what_is_live_and_has_not_run_out() -> None:
    slot = make_slot(make_fair(), capacity=5)
    take(slot, PlaceKind.BOOKING, seat=1)
    take(slot, PlaceKind.HOLD, seat=2, expires_at=now() + MINUTE)
    take(slot, PlaceKind.OFFER, seat=3, expires_at=now() - MINUTE)
    take(slot, PlaceKind.BOOKING, seat=4, status="cancelled", is_live=False)
    assert [row["free"] for row in shown(slot)] == [3]


def test_the_filters() -> None:
    fair = make_fair()
    first = make_slot(fair)
    full = make_slot(fair, stand=first.stand, starts_at=first.starts_at + HOUR)
    take(full, PlaceKind.BOOKING)
    other = make_slot(fair, starts_at=first.starts_at + 2 * HOUR)
    blocked = make_slot(fair, stand=other.stand, starts_at=first.starts_at + 3 * HOUR, state=SlotState.BLOCKED)
    past = make_slot(fair, stand=other.stand, starts_at=now() - 30 * MINUTE)
    make_slot(make_fair())
    offer = Offer.objects.create(
        employer=other.employer, fair=fair, title="x", rome_code="D1102", contract_type="cdi", status="published"
    )
    second = full.starts_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    for query, wanted in (
        ("", [past, first, full, other, blocked]),
        (f"employer={first.employer.slug}", [first, full]),
        (f"stand={other.stand_id}", [past, other, blocked]),
        (f"offer={offer.id}", [past, other, blocked]),
        (f"from={second}", [full, other, blocked]),
        (f"to={second}", [past, first, full]),
        (f"from={second}&to={second}", [full]),
        ("free=true", [first, other]),
        ("free=false", [past, full, blocked]),
    ):
        assert [row["id"] for row in shown(first, query)] == [str(slot.id) for slot in wanted], query
    for query, field in (("stand=x", "stand"), ("from=x", "from"), ("offer=1", "offer")):
        refused_answer = refused(client_of().get(f"fairs/{fair.slug}/slots/?{query}"), 400, "invalid")
        assert list(refused_answer["errors"]) == [field]


def test_a_day_is_one_of_the_fair_s_zone() -> None:
    fair = make_fair(time_zone="America/Cayenne")
    evening = make_slot(fair, starts_at=datetime(2026, 3, 4, 1, tzinfo=UTC))
    night = make_slot(fair, starts_at=datetime(2026, 3, 4, 3, tzinfo=UTC))
    for query, wanted in (
        ("to=2026-03-03", [evening]),
        ("from=2026-03-04", [night]),
        ("from=2026-03-03&to=2026-03-04", [evening, night]),
    ):
        assert [row["id"] for row in shown(evening, query)] == [str(slot.id) for slot in wanted], query
    assert body_of(client_of().get(f"fairs/{make_fair().slug}/slots/?from=2026-03-04"), 200)["results"] == []


def test_a_draft_s_slots_are_for_its_organisers() -> None:
    slot = make_slot(make_fair(status=FairStatus.DRAFT))
    refused(client_of().get(f"fairs/{slot.fair.slug}/slots/"), 404, "not_found")
    organiser = organiser_client(slot.fair.organisation)
    assert body_of(organiser.get(f"fairs/{slot.fair.slug}/slots/"), 200)["count"] == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_length(rows: int, django_assert_num_queries: Any) -> None:
    fair = make_fair()
    for _ in range(rows):
        take(make_slot(fair), PlaceKind.BOOKING)
    with django_assert_num_queries(3):
        assert body_of(client_of().get(f"fairs/{fair.slug}/slots/"), 200)["count"] == rows
