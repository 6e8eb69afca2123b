"""Series: their rule, their dates, the fairs made of them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from backend.accounts.enums import Role, Scope
from backend.core.errors import DomainError
from events.fairs import services
from events.fairs.models import Fair, Series
from tests.factories.accounts import make_member, make_organisation, make_token, organiser_client, organiser_of
from tests.factories.client import Api, body_of, client_of, refused
from tests.factories.fairs import make_series, make_venue
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db

TUESDAYS = {
    "name": "Mardis de l’emploi",
    "time_zone": "Europe/Paris",
    "starts_at": "2026-03-17T09:00:00+01:00",
    "duration_minutes": 480,
    "rrule": "FREQ=WEEKLY;BYDAY=TU",
    "capacity": 300,
}
UNTIL_APRIL = datetime(2026, 4, 7, 7, tzinfo=UTC)


@pytest.fixture
def client() -> Api:
    return organiser_client(make_organisation())


def test_a_fair_at_nine_is_at_nine_on_both_sides_of_the_clock_change(client: Api) -> None:
    series = body_of(client.post("series/", TUESDAYS), 201)
    assert (series["slug"], series["starts_at"]) == ("mardis-de-l-emploi", "2026-03-17T09:00:00+01:00")
    dates = body_of(client.get(f"series/{series['slug']}/occurrences/?from=2026-03-24&to=2026-03-31"), 200)
    assert dates == [
        {"starts_at": "2026-03-24T09:00:00+01:00", "ends_at": "2026-03-24T17:00:00+01:00", "fair": None},
        {"starts_at": "2026-03-31T09:00:00+02:00", "ends_at": "2026-03-31T17:00:00+02:00", "fair": None},
    ]


def test_west_of_greenwich_a_day_is_the_zone_s_own(client: Api) -> None:
    body = TUESDAYS | {"time_zone": "America/Cayenne", "starts_at": "2026-03-17T22:00:00-03:00"}
    slug = body_of(client.post("series/", body), 201)["slug"]
    dates = body_of(client.get(f"series/{slug}/occurrences/?from=2026-03-24&to=2026-03-24"), 200)
    assert [date["starts_at"] for date in dates] == ["2026-03-24T22:00:00-03:00"]


def test_days_and_instants_are_left_out_and_added(client: Api) -> None:
    body = TUESDAYS | {"exdates": ["2026-03-24"], "rdates": ["2026-03-26T14:00:00+01:00"]}
    series = body_of(client.post("series/", body), 201)
    assert (series["exdates"], series["rdates"]) == (body["exdates"], body["rdates"])
    dates = body_of(client.get(f"series/{series['slug']}/occurrences/?from=2026-03-17&to=2026-03-31"), 200)
    assert [date["starts_at"][:16] for date in dates] == ["2026-03-17T09:00", "2026-03-26T14:00", "2026-03-31T09:00"]


def test_the_fairs_of_a_series_are_made_once(client: Api) -> None:
    venue = body_of(client.post("venues/", {"name": "La Halle", "commune": "Martigues"}), 201)["id"]
    slug = body_of(client.post("series/", TUESDAYS | {"venue": venue}), 201)["slug"]
    first = body_of(client.post(f"series/{slug}/generate/", {"until": "2026-03-24"}), 200)
    assert first == {"created": [f"{slug}-2026-03-17", f"{slug}-2026-03-24"], "existing": []}
    second = body_of(client.post(f"series/{slug}/generate/", {"until": "2026-03-31T09:00:00+02:00"}), 200)
    assert second == {"created": [f"{slug}-2026-03-31"], "existing": first["created"]}
    fair = body_of(client.get(f"fairs/{slug}-2026-03-31/"), 200)
    assert (fair["starts_at"], fair["ends_at"]) == ("2026-03-31T09:00:00+02:00", "2026-03-31T17:00:00+02:00")
    assert (fair["series"], fair["status"], fair["capacity"], fair["venue"]["id"]) == (slug, "draft", 300, venue)
    dates = body_of(client.get(f"series/{slug}/occurrences/?from=2026-03-24&to=2026-04-07"), 200)
    assert [date["fair"] for date in dates] == [f"{slug}-2026-03-24", f"{slug}-2026-03-31", None]


def test_a_date_just_after_until_is_not_made(client: Api) -> None:
    slug = body_of(client.post("series/", TUESDAYS), 201)["slug"]
    made = body_of(client.post(f"series/{slug}/generate/", {"until": "2026-03-24T08:59:59+01:00"}), 200)
    assert made["created"] == [f"{slug}-2026-03-17"]


def test_a_fair_that_moved_still_stands_for_its_date() -> None:
    series = make_series(starts_at=datetime(2026, 3, 17, 8, tzinfo=UTC))
    organiser = organiser_of(series.organisation)
    [fair], _existing = services.generate_fairs(series, actor=organiser, until=datetime(2026, 3, 17, 8, tzinfo=UTC))
    services.change_fair(fair, actor=organiser, values={"starts_at": datetime(2026, 3, 17, 9, tzinfo=UTC)})
    created, existing = services.generate_fairs(series, actor=organiser, until=datetime(2026, 3, 17, 8, tzinfo=UTC))
    assert (created, existing) == ([], [fair])


@pytest.mark.django_db(transaction=True)
def test_generating_at_once_makes_each_fair_once() -> None:
    series = make_series(starts_at=datetime(2026, 3, 17, 8, tzinfo=UTC))
    organiser = organiser_of(series.organisation)
    answers = at_once(*[lambda: services.generate_fairs(series, actor=organiser, until=UNTIL_APRIL)] * 3)
    assert sorted(len(created) for created, _existing in answers) == [0, 0, 4]
    assert Fair.objects.filter(series=series).count() == 4


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"rrule": "FREQ=SOMETIMES"}, "rrule"),
        ({"rrule": "RRULE:FREQ=WEEKLY"}, "rrule"),
        ({"rrule": ""}, "rrule"),
        ({"rrule": "FREQ=DAILY;COUNT=3;UNTIL=20270101"}, "rrule"),
        ({"time_zone": "Europe/Martigues"}, "time_zone"),
        ({"starts_at": "2026-03-17T09:00:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, "starts_at"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"duration_minutes": 0}, "duration_minutes"),
        ({"capacity": 0}, "capacity"),
        ({"name": " "}, "name"),
        ({"exdates": ["2026-02-30"]}, "exdates"),
        ({"rdates": "2026-03-26"}, "rdates"),
        ({"venue": "0198c7a0-0000-7000-8000-000000000000"}, "venue"),
    ],
)
def test_what_is_wrong_is_named(client: Api, wrong: dict[str, Any], field: str) -> None:
    assert list(refused(client.post("series/", TUESDAYS | wrong), 400, "invalid")["errors"]) == [field]
    assert not Series.objects.exists()


def test_a_venue_of_others_is_not_known(client: Api) -> None:
    body = TUESDAYS | {"venue": str(make_venue().id)}
    assert list(refused(client.post("series/", body), 400, "invalid")["errors"]) == ["venue"]


@pytest.mark.parametrize("name", ["rrule", "time_zone", "starts_at", "duration_minutes", "name"])
def test_what_is_missing_is_named(client: Api, name: str) -> None:
    body = {field: value for field, value in TUESDAYS.items() if field != name}
    assert list(refused(client.post("series/", body), 400, "invalid")["errors"]) == [name]


def test_a_change_leaves_the_fairs_there_are(client: Api) -> None:
    slug = body_of(client.post("series/", TUESDAYS), 201)["slug"]
    client.post(f"series/{slug}/generate/", {"until": "2026-03-17"})
    changed = body_of(client.patch(f"series/{slug}/", {"name": "Jeudis", "rrule": "FREQ=WEEKLY;BYDAY=TH"}), 200)
    assert (changed["slug"], changed["name"]) == (slug, "Jeudis")
    assert list(refused(client.patch(f"series/{slug}/", {"rrule": "TH"}), 400, "invalid")["errors"]) == ["rrule"]
    assert body_of(client.get(f"fairs/{slug}-2026-03-17/"), 200)["name"] == TUESDAYS["name"]
    assert body_of(client.get("series/?search=jeudis"), 200)["count"] == 1


@pytest.mark.parametrize(
    ("query", "field"), [("from=yesterday", "from"), ("to=2026-13-01", "to"), ("from=2026-01-01&to=2126-01-01", "to")]
)
def test_a_period_that_makes_no_sense_is_refused(client: Api, query: str, field: str) -> None:
    slug = body_of(client.post("series/", TUESDAYS), 201)["slug"]
    answer = client.get(f"series/{slug}/occurrences/?{query}")
    assert list(refused(answer, 400, "invalid")["errors"]) == [field]


@pytest.mark.parametrize("until", [None, "", 3, "2026", "2300-01-01", ["2026-03-17"]])
def test_until_must_be_a_day_or_an_instant_within_reason(client: Api, until: Any) -> None:
    slug = body_of(client.post("series/", TUESDAYS), 201)["slug"]
    assert list(refused(client.post(f"series/{slug}/generate/", {"until": until}), 400, "invalid")["errors"]) == [
        "until"
    ]
    assert not Fair.objects.exists()


def test_another_organisation_s_series_is_not_there(client: Api) -> None:
    slug = make_series().slug
    for answer in (
        client.get(f"series/{slug}/"),
        client.patch(f"series/{slug}/", {"name": "x"}),
        client.get(f"series/{slug}/occurrences/"),
        client.post(f"series/{slug}/generate/", {"until": "2026-03-17"}),
    ):
        refused(answer, 404, "not_found")
    assert body_of(client.get("series/"), 200)["count"] == 0


def test_an_auditor_reads_and_changes_nothing() -> None:
    series = make_series()
    auditor = client_of(make_token(make_member(series.organisation, Role.AUDITOR), [Scope.READ]))
    assert body_of(auditor.get(f"series/{series.slug}/"), 200)["slug"] == series.slug
    refused(auditor.post("series/", TUESDAYS), 403, "forbidden")
    refused(auditor.patch(f"series/{series.slug}/", {"name": "x"}), 403, "forbidden")
    refused(client_of().get("series/"), 401, "not_authenticated")


def test_services_ask_for_the_role_again() -> None:
    series, stranger = make_series(), organiser_of(make_organisation())
    with pytest.raises(DomainError, match="forbidden"):
        services.change_series(series, actor=stranger, values={"name": "x"})
    with pytest.raises(DomainError, match="forbidden"):
        services.generate_fairs(series, actor=stranger, until=UNTIL_APRIL)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_length(rows: int, django_assert_num_queries: Any) -> None:
    organisation = make_organisation()
    for _ in range(rows):
        make_series(organisation, venue=make_venue(organisation))
    client = organiser_client(organisation)
    client.get("series/")
    with django_assert_num_queries(3):
        assert body_of(client.get("series/"), 200)["count"] == rows


def test_a_series_making_is_told_in_its_zone(client: Api) -> None:
    series = body_of(client.post("series/", TUESDAYS | {"time_zone": "America/Cayenne"}), 201)
    assert series["created_at"].endswith("-03:00")
