"""Fairs over REST: made, changed, published, found."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from backend.accounts.enums import Role, Scope
from backend.core.clock import now
from events.employers.enums import ExhibitorStatus
from events.fairs.enums import FairStatus
from events.offers.enums import OfferStatus
from events.offers.models import Offer
from events.registrations.enums import RegistrationKind, RegistrationStatus
from tests.factories.accounts import make_member, make_organisation, make_token, make_user, organiser_client
from tests.factories.client import Api, body_of, client_of, refused
from tests.factories.employers import make_employer, make_exhibitor, recruiter_client
from tests.factories.fairs import make_fair, make_series, make_venue
from tests.factories.interviews import make_candidate, make_slot

pytestmark = pytest.mark.django_db

NOVEMBER = {
    "name": "Forum de l’emploi",
    "starts_at": "2026-11-28T09:00:00+01:00",
    "ends_at": "2026-11-28T16:00:00Z",
    "capacity": 500,
}
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def client() -> Api:
    return organiser_client(make_organisation())


def slugs_of(client: Api, query: str = "") -> list[str]:
    return [fair["slug"] for fair in body_of(client.get(f"fairs/?{query}"), 200)["results"]]


def test_a_fair_from_draft_to_publishing(client: Api) -> None:
    with time_machine.travel("2026-10-01T12:00:00Z", tick=False):
        made = body_of(client.post("fairs/", NOVEMBER), 201)
        assert (made["slug"], made["status"], made["phase"]) == ("forum-de-l-emploi", "draft", "upcoming")
        assert (made["starts_at"], made["ends_at"]) == ("2026-11-28T09:00:00+01:00", "2026-11-28T17:00:00+01:00")
        assert (made["registration_opens_at"], made["booking_opens_at"]) == (None, None)
        assert made["checkin_opens_at"] == "2026-11-28T08:00:00+01:00"
        assert (
            made["registration_closes_at"] == made["booking_closes_at"] == made["checkin_closes_at"] == made["ends_at"]
        )
        assert (made["time_zone"], made["walking_gap_minutes"], made["one_booking_per_employer"]) == (
            "Europe/Paris",
            5,
            True,
        )
        assert made["url"] == "http://localhost/fairs/forum-de-l-emploi/"
        refused(client_of().get("fairs/forum-de-l-emploi/"), 404, "not_found")
        published = body_of(client.post("fairs/forum-de-l-emploi/publish/"), 200)
        assert (published["status"], published["phase"]) == ("published", "booking")
        assert published["registration_opens_at"] == "2026-10-01T14:00:00+02:00"
        assert body_of(client_of().get("fairs/forum-de-l-emploi/"), 200) == published
    with time_machine.travel("2026-10-02T12:00:00Z", tick=False):
        assert body_of(client.post(f"fairs/{made['id']}/publish/"), 200) == published


def test_a_cancelled_fair_is_seen_and_not_published(client: Api) -> None:
    fair = make_fair(status=FairStatus.CANCELLED)
    refused(organiser_client(fair.organisation).post(f"fairs/{fair.slug}/publish/"), 409, "wrong_state")
    assert body_of(client_of().get(f"fairs/{fair.slug}/"), 200)["status"] == "cancelled"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": None}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"slug": "a b"}, "slug"),
        ({"slug": "0198c7a0-0000-7000-8000-000000000000"}, "slug"),
        ({"kind": "party"}, "kind"),
        ({"venue": 3}, "venue"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"time_zone": ["Europe/Paris"]}, "time_zone"),
        ({"starts_at": "2026-11-28T09:00:00"}, "starts_at"),
        ({"starts_at": "9999-12-31T23:59:59-23:00"}, "starts_at"),
        ({"ends_at": "2026-11-28T08:00:00+01:00"}, "ends_at"),
        ({"capacity": 0}, "capacity"),
        ({"capacity": "many"}, "capacity"),
        ({"inside_limit": -1}, "inside_limit"),
        ({"walking_gap_minutes": -1}, "walking_gap_minutes"),
        ({"booking_limit": 0}, "booking_limit"),
        ({"one_booking_per_employer": "perhaps"}, "one_booking_per_employer"),
        ({"waitlist_offer_minutes": 0}, "waitlist_offer_minutes"),
        (
            {"booking_opens_at": "2026-11-02T00:00:00Z", "booking_closes_at": "2026-11-01T00:00:00Z"},
            "booking_closes_at",
        ),
    ],
)
def test_what_is_wrong_is_named(client: Api, wrong: dict[str, Any], field: str) -> None:
    assert list(refused(client.post("fairs/", NOVEMBER | wrong), 400, "invalid")["errors"]) == [field]
    slug = body_of(client.post("fairs/", NOVEMBER), 201)["slug"]
    assert list(refused(client.patch(f"fairs/{slug}/", wrong), 400, "invalid")["errors"]) == [field]


@pytest.mark.parametrize("name", NOVEMBER)
def test_what_is_missing_is_named(client: Api, name: str) -> None:
    body = {field: value for field, value in NOVEMBER.items() if field != name}
    assert list(refused(client.post("fairs/", body), 400, "invalid")["errors"]) == [name]


def test_a_slug_is_had_once_on_the_whole_site(client: Api) -> None:
    assert body_of(client.post("fairs/", NOVEMBER | {"slug": "Salon-13"}), 201)["slug"] == "salon-13"
    refused(organiser_client(make_organisation()).post("fairs/", NOVEMBER | {"slug": "salon-13"}), 409, "slug_taken")


def test_an_idempotent_post_makes_one_fair(client: Api) -> None:
    answers = [body_of(client.post("fairs/", NOVEMBER, headers={"Idempotency-Key": "k"}), 201) for _ in range(2)]
    assert answers[0] == answers[1]
    assert body_of(client.get("fairs/"), 200)["count"] == 1


def test_who_may_not(client: Api) -> None:
    fair = make_fair()
    for method, path in (("post", "fairs/"), ("patch", f"fairs/{fair.slug}/"), ("post", f"fairs/{fair.slug}/publish/")):
        refused(getattr(client_of(), method)(path, NOVEMBER), 401, "not_authenticated")
        candidate = client_of(make_token(make_user(), [Scope.CANDIDATE]))
        refused(getattr(candidate, method)(path, NOVEMBER), 403, "forbidden")
        staff = client_of(make_token(make_member(fair.organisation, Role.STAFF), [Scope.CHECKIN, Scope.ORGANISER]))
        refused(getattr(staff, method)(path, NOVEMBER), 403, "forbidden")
    refused(client.patch(f"fairs/{fair.slug}/", {"name": "x"}), 404, "not_found")
    refused(client.post(f"fairs/{fair.slug}/publish/"), 404, "not_found")
    refused(client_of("pas_wrong").get("fairs/"), 401, "not_authenticated")


def test_drafts_are_for_their_own(client: Api) -> None:
    draft, shown = make_fair(status=FairStatus.DRAFT), make_fair()
    make_fair(status=FairStatus.ARCHIVED)
    assert slugs_of(client_of()) == slugs_of(client) == [shown.slug]
    own = organiser_client(draft.organisation)
    assert set(slugs_of(own)) == {draft.slug, shown.slug}
    assert slugs_of(own, "status=draft") == [draft.slug]
    assert slugs_of(recruiter_client(make_employer(draft.organisation))) == [shown.slug]


def test_the_counters_count_what_is_live() -> None:
    fair = make_fair(capacity=300)
    exhibitor = make_exhibitor(fair)
    asking = make_exhibitor(fair, status=ExhibitorStatus.SUBMITTED)
    for employer, status, positions in (
        (exhibitor.employer, OfferStatus.PUBLISHED, 3),
        (exhibitor.employer, OfferStatus.DRAFT, 5),
        (asking.employer, OfferStatus.PUBLISHED, 7),
    ):
        Offer.objects.create(
            employer=employer,
            fair=fair,
            title="x",
            rome_code="D1102",
            contract_type="cdi",
            positions=positions,
            status=status,
        )
    make_candidate(fair)
    make_candidate(fair, kind=RegistrationKind.STAFF)
    make_candidate(fair, status=RegistrationStatus.WAITLISTED)
    slot = make_slot(fair)
    make_slot(fair, stand=slot.stand, starts_at=now() - HOUR)
    make_slot(fair, stand=slot.stand, starts_at=now() + 2 * HOUR, state="blocked")
    body = body_of(client_of().get(f"fairs/{fair.slug}/"), 200)
    expected = {"exhibitors": 2, "offers": 1, "positions": 3, "slots_free": 1, "registered": 1, "capacity": 300}
    assert body["counters"] == expected


def test_fairs_by_time() -> None:
    past = make_fair(starts_at=now() - 3 * DAY, ends_at=now() - 2 * DAY)
    current = make_fair()
    coming = make_fair(starts_at=now() + 9 * DAY, ends_at=now() + 10 * DAY, booking_opens_at=now() + DAY)
    later = make_fair(starts_at=now() + 20 * DAY, ends_at=now() + 21 * DAY, registration_opens_at=now() + DAY)
    client = client_of()
    for query, wanted in (
        ("", [past, current, coming, later]),
        (f"from={now():%Y-%m-%dT%H:%M:%SZ}", [current, coming, later]),
        (f"to={now():%Y-%m-%dT%H:%M:%SZ}", [past, current]),
        (f"from={now() + 5 * DAY:%Y-%m-%d}&to={now() + 15 * DAY:%Y-%m-%d}", [coming]),
        ("phase=over", [past]),
        ("phase=ongoing", [current]),
        ("phase=registration", [coming]),
        ("phase=booking", [later]),
        ("phase=upcoming", []),
        ("ordering=-starts_at", [later, coming, current, past]),
    ):
        assert slugs_of(client, query) == [fair.slug for fair in wanted], query


def test_fairs_by_place_and_subject() -> None:
    organisation = make_organisation()
    series = make_series(organisation)
    martigues = make_fair(
        name="Forum de l’Étang",
        venue=make_venue(commune="Martigues", postcode="13500", latitude=43.405, longitude=5.053),
        series=series,
        organisation=organisation,
        search_key="forum de l'etang la halle martigues",
        kind="job_dating",
    )
    bastia = make_fair(venue=make_venue(commune="Bastia", postcode="20200", latitude=42.702, longitude=9.45))
    cayenne = make_fair(venue=make_venue(commune="Cayenne", postcode="97300"))
    make_exhibitor(martigues, make_employer(organisation, sector="Bâtiment"))
    make_exhibitor(bastia, make_employer(bastia.organisation, sector="Bâtiment"), status=ExhibitorStatus.REJECTED)
    nowhere = make_fair()
    client = client_of()
    for query, wanted in (
        ("commune=MARTIGUES", [martigues]),
        ("department=13", [martigues]),
        ("department=2B", [bastia]),
        ("department=2A", []),
        ("department=973", [cayenne]),
        ("sector=batiment", [martigues]),
        ("search=étang martigues", [martigues]),
        (f"series={series.slug}", [martigues]),
        ("kind=job_dating", [martigues]),
        ("near=43.3,5.37&within_km=30", [martigues]),
        ("near=43.3,5.37&within_km=25", []),
        ("near=43.3,5.37", [martigues]),
        ("near=43.3,5.37&within_km=400", [martigues, bastia]),
        ("within_km=1", [martigues, bastia, cayenne, nowhere]),
        ("department=13&sector=batiment&search=forum", [martigues]),
    ):
        assert set(slugs_of(client, query)) == {fair.slug for fair in wanted}, query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=soon", "from"),
        ("to=2026-02-30", "to"),
        ("from=2026-01-01T00:00:00", "from"),
        ("phase=later", "phase"),
        ("near=here", "near"),
        ("near=95,5", "near"),
        ("near=1,2&within_km=-1", "within_km"),
        ("near=1,2&within_km=nan", "within_km"),
        ("ordering=capacity", "ordering"),
        ("kind=party", "kind"),
    ],
)
def test_a_filter_that_makes_no_sense_is_named(query: str, field: str) -> None:
    assert list(refused(client_of().get(f"fairs/?{query}"), 400, "invalid")["errors"]) == [field]


def test_the_list_as_a_spreadsheet() -> None:
    fair = make_fair(name="Été", venue=make_venue())
    content = b"".join(client_of().get("fairs/?format=csv").streaming_content).decode("utf-8-sig")
    header, row = content.splitlines()
    assert header.startswith("id,slug,name,kind,")
    assert row.startswith(f"{fair.id},{fair.slug},Été,forum,")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_any_length(rows: int, django_assert_num_queries: Any) -> None:
    organisation = make_organisation()
    for _ in range(rows):
        make_fair(organisation, venue=make_venue(organisation), series=make_series(organisation))
    with django_assert_num_queries(2):
        assert body_of(client_of().get("fairs/"), 200)["count"] == rows
    client = organiser_client(organisation)
    client.get("employers/")
    with django_assert_num_queries(3):
        assert body_of(client.get("fairs/"), 200)["count"] == rows


def test_an_exhibitor_s_making_is_told_in_the_fair_s_zone() -> None:
    exhibitor = make_exhibitor(make_fair(time_zone="America/Cayenne"))
    [row] = body_of(client_of().get(f"fairs/{exhibitor.fair.slug}/exhibitors/"), 200)["results"]
    assert row["created_at"] == exhibitor.created_at.astimezone(exhibitor.fair.zone).isoformat()
    assert row["created_at"].endswith("-03:00")
