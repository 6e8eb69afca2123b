"""Offers over REST: made, changed, shown, taken back, and by whom."""

from typing import Any

import pytest

from backend.accounts.enums import Role, Scope
from backend.core.errors import DomainError
from backend.core.models import AuditEntry, Event, uuid7
from events.employers.enums import ExhibitorStatus
from events.employers.models import Employer
from events.fairs.enums import FairStatus
from events.offers import services
from events.offers.models import Offer
from tests.factories.accounts import (
    actor_of,
    make_member,
    make_organisation,
    make_token,
    make_user,
    organiser_client,
    organiser_of,
)
from tests.factories.client import Api, body_of, client_of, refused
from tests.factories.employers import make_employer, make_exhibitor, make_stand, recruiter_client
from tests.factories.fairs import make_fair
from tests.factories.interviews import candidate_client, make_candidate, make_slot
from tests.factories.offers import body, make_offer, make_rome

pytestmark = pytest.mark.django_db

FULL: dict[str, Any] = {
    "description": "Cordons TIG et MIG,\nen atelier.",
    "commune": "Martigues",
    "hours_per_week": 37.5,
    "starts_on": "2027-01-04",
    "duration_months": 6,
    "pay_min": 1850.5,
    "pay_max": 2100,
    "no_diploma_needed": True,
    "accessible": True,
}


@pytest.fixture
def employer() -> Employer:
    return make_employer()


@pytest.fixture
def recruiter(employer: Employer) -> Api:
    return recruiter_client(employer)


def slugs(api: Api, query: str = "") -> list[str]:
    """The titles of the offers listed."""
    return [row["title"] for row in body_of(api.get(f"offers/?{query}"), 200)["results"]]


def test_an_offer_is_made_changed_published_closed_and_deleted(employer: Employer, recruiter: Api) -> None:
    fair = make_fair(employer.organisation)
    made = body_of(
        recruiter.post("offers/", body(employer=employer.slug, fair=fair.slug, rome_code=" h2913") | FULL), 201
    )
    assert (
        made
        == {
            "id": made["id"],
            "employer": employer.slug,
            "employer_name": employer.name,
            "fair": fair.slug,
            "status": "draft",
            "title": "Soudeur",
            "rome_code": "H2913",
            "contract_type": "cdi",
            "positions": 2,
            "created_at": made["created_at"],
        }
        | FULL
    )
    path = f"offers/{made['id']}/"
    assert body_of(recruiter.get(path), 200) == made
    change = {"pay_min": None, "positions": 3, "fair": None}
    assert body_of(recruiter.patch(path, change | {"employer": "another"}), 200) == made | change
    for _time in range(2):
        assert body_of(recruiter.post(f"{path}publish/"), 200)["status"] == "published"
    for _time in range(2):
        assert body_of(recruiter.post(f"{path}close/"), 200)["status"] == "closed"
    assert body_of(recruiter.post(f"{path}publish/"), 200)["status"] == "published"
    assert recruiter.delete(path).status_code == 204
    refused(recruiter.delete(path), 404, "not_found")
    trail = AuditEntry.objects.filter(object_id=made["id"]).order_by("id")
    assert [(entry.action, entry.from_state, entry.to_state) for entry in trail] == [
        ("offer.created", "", "draft"),
        ("offer.changed", "", ""),
        ("offer.published", "draft", "published"),
        ("offer.closed", "published", "closed"),
        ("offer.published", "closed", "published"),
        ("offer.deleted", "published", ""),
    ]
    assert {entry.organisation_id for entry in trail} == {employer.organisation_id}
    assert trail[1].reason == "fair, pay_min, positions"


def test_the_least_an_offer_needs(employer: Employer, recruiter: Api) -> None:
    made = body_of(recruiter.post("offers/", body(employer=str(employer.id))), 201)
    assert (made["fair"], made["pay_min"], made["starts_on"], made["accessible"]) == (None, None, None, False)
    problem = refused(recruiter.post("offers/", {}), 400, "invalid")
    assert sorted(problem["errors"]) == ["contract_type", "employer", "positions", "rome_code", "title"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 101}, "title"),
        ({"title": "a\u0007b"}, "title"),
        ({"rome_code": "Z1234"}, "rome_code"),
        ({"rome_code": "H291"}, "rome_code"),
        ({"rome_code": ""}, "rome_code"),
        ({"contract_type": "cdi2"}, "contract_type"),
        ({"positions": 0}, "positions"),
        ({"positions": 10_001}, "positions"),
        ({"positions": "many"}, "positions"),
        ({"hours_per_week": 0}, "hours_per_week"),
        ({"hours_per_week": 169}, "hours_per_week"),
        ({"hours_per_week": "NaN"}, "hours_per_week"),
        ({"starts_on": "2026-02-30"}, "starts_on"),
        ({"duration_months": 0}, "duration_months"),
        ({"pay_min": -1}, "pay_min"),
        ({"pay_min": "Infinity"}, "pay_min"),
        ({"pay_max": 1e12}, "pay_max"),
        ({"pay_min": 2000, "pay_max": 1999.99}, "pay_max"),
        ({"accessible": "perhaps"}, "accessible"),
        ({"fair": "no-such-fair"}, "fair"),
    ],
)
def test_what_is_wrong_names_its_field(employer: Employer, recruiter: Api, change: dict[str, Any], field: str) -> None:
    answer = recruiter.post("offers/", body(employer=employer.slug) | change)
    assert list(refused(answer, 400, "invalid")["errors"]) == [field]
    offer = make_offer(employer)
    assert list(refused(recruiter.patch(f"offers/{offer.id}/", change), 400, "invalid")["errors"]) == [field]


def test_the_highest_pay_is_held_against_the_lowest_there_is(employer: Employer, recruiter: Api) -> None:
    offer = make_offer(employer, pay_min=2000)
    problem = refused(recruiter.patch(f"offers/{offer.id}/", {"pay_max": 1900}), 400, "invalid")
    assert list(problem["errors"]) == ["pay_max"]
    assert body_of(recruiter.patch(f"offers/{offer.id}/", {"pay_max": 2000}), 200)["pay_max"] == 2000


def test_a_fair_of_the_organisation_that_is_not_off(employer: Employer, recruiter: Api) -> None:
    foreign = make_fair()
    answer = recruiter.post("offers/", body(employer=employer.slug, fair=foreign.slug))
    assert list(refused(answer, 400, "invalid")["errors"]) == ["fair"]
    off = make_fair(employer.organisation, status=FairStatus.CANCELLED)
    refused(recruiter.post("offers/", body(employer=employer.slug, fair=off.slug)), 409, "wrong_state")
    draft = make_fair(employer.organisation, status=FairStatus.DRAFT)
    answer = recruiter.post("offers/", body(employer=employer.slug, fair=draft.slug))
    assert list(refused(answer, 400, "invalid")["errors"]) == ["fair"]
    organiser = organiser_client(employer.organisation)
    body_of(organiser.post("offers/", body(employer=employer.slug, fair=draft.slug)), 201)


def test_a_rome_code_is_one_of_the_imported_list(employer: Employer, recruiter: Api) -> None:
    offer = make_offer(employer, rome_code="A1101")
    make_rome("H2913")
    make_rome("D1106", "Vente", valid_until="2026-01-01")
    body_of(recruiter.post("offers/", body(employer=employer.slug)), 201)
    for code in ("D1106", "A1101"):
        answer = recruiter.post("offers/", body(employer=employer.slug, rome_code=code))
        assert list(refused(answer, 400, "invalid")["errors"]) == ["rome_code"]
    kept = body_of(recruiter.patch(f"offers/{offer.id}/", {"rome_code": "A1101", "positions": 4}), 200)
    assert (kept["rome_code"], kept["positions"]) == ("A1101", 4)


def test_a_draft_cannot_be_closed(employer: Employer, recruiter: Api) -> None:
    offer = make_offer(employer, status="draft")
    refused(recruiter.post(f"offers/{offer.id}/close/"), 409, "wrong_state")


def test_live_pages_hear_of_a_published_offer(employer: Employer, recruiter: Api) -> None:
    fair = make_fair(employer.organisation)
    for offer in (make_offer(employer, status="draft", fair=fair), make_offer(employer, status="draft")):
        body_of(recruiter.post(f"offers/{offer.id}/publish/"), 200)
    heard = Event.objects.get(name="offer.published")
    assert heard.topics == [f"fair.{fair.id}.live"]
    assert list(heard.data) == ["offer"]


def test_each_sees_and_writes_their_own(employer: Employer, recruiter: Api) -> None:
    organisation = employer.organisation
    offer = make_offer(employer, status="draft", title="Soudeur")
    make_offer(make_employer(organisation), status="draft", title="Caissier")
    make_offer(title="Boulanger")
    auditor = client_of(make_token(make_member(organisation, Role.AUDITOR), [Scope.READ]))
    organiser = organiser_client(organisation)
    assert slugs(recruiter) == ["Soudeur"]
    assert sorted(slugs(organiser)) == sorted(slugs(auditor)) == ["Caissier", "Soudeur"]
    path = f"offers/{offer.id}/"
    actions = [("patch", path), ("post", f"{path}publish/"), ("post", f"{path}close/"), ("delete", path)]
    for stranger in (recruiter_client(make_employer(organisation)), organiser_client(make_organisation())):
        refused(stranger.get(path), 404, "not_found")
        for method, route in actions:
            refused(getattr(stranger, method)(route), 404, "not_found")
        answer = stranger.post("offers/", body(employer=employer.slug))
        assert list(refused(answer, 400, "invalid")["errors"]) == ["employer"]
    assert body_of(auditor.get(path), 200)["title"] == "Soudeur"
    candidate = client_of(make_token(make_user(), [Scope.CANDIDATE]))
    for caller, status, code in ((candidate, 403, "forbidden"), (client_of(), 401, "not_authenticated")):
        refused(caller.get("offers/"), status, code)
        refused(caller.post("offers/", body(employer=employer.slug)), status, code)
        refused(caller.get(path), status, code)
    for caller, status, code in (
        (auditor, 403, "forbidden"),
        (candidate, 403, "forbidden"),
        (client_of(), 401, "not_authenticated"),
    ):
        for method, route in actions:
            refused(getattr(caller, method)(route), status, code)
    assert Offer.objects.count() == 3


def test_a_deleted_offer_leaves_its_interviews(employer: Employer, recruiter: Api) -> None:
    fair = make_fair(employer.organisation)
    stand = make_stand(fair, exhibitor=make_exhibitor(fair, employer))
    offer, slot, person = make_offer(employer, fair=fair), make_slot(fair, stand=stand), make_candidate(fair)
    sent = {"registration": str(person.id), "offer": str(offer.id)}
    booking = body_of(candidate_client(person).post(f"slots/{slot.id}/bookings/", sent), 201)
    assert booking["offer"] == str(offer.id)
    assert recruiter.delete(f"offers/{offer.id}/").status_code == 204
    left = body_of(recruiter.get(f"bookings/{booking['id']}/"), 200)
    assert (left["offer"], left["status"]) == (None, "booked")


def test_services_ask_for_permission_themselves(employer: Employer) -> None:
    offer, stranger = make_offer(employer), organiser_of(make_organisation())
    for call in (
        lambda: services.create_offer(body(), actor=stranger, employer=employer),
        lambda: services.change_offer(offer, actor=stranger, values={}),
        lambda: services.publish_offer(offer, actor=stranger),
        lambda: services.close_offer(offer, actor=stranger),
        lambda: services.delete_offer(offer, actor=stranger),
    ):
        with pytest.raises(DomainError, match="forbidden"):
            call()
    offer.pk = uuid7()
    with pytest.raises(DomainError, match="not_found"):
        services.publish_offer(offer, actor=actor_of(make_user()))


def test_filters_and_search(employer: Employer, recruiter: Api) -> None:
    fair = make_fair(employer.organisation)
    make_exhibitor(fair, employer)
    make_offer(employer, title="Chaudronnier", fair=fair, contract_type="cdd", rome_code="H2902", accessible=True)
    make_offer(employer, title="Élagueur", status="closed", rome_code="A1201", commune="Marseille")
    make_offer(employer, title="Vendeur", status="draft", rome_code="D1106", description="Poissonnerie du marché")
    assert slugs(recruiter, "ordering=title") == ["Chaudronnier", "Élagueur", "Vendeur"]
    for query, titles in {
        "search=elag marseille": ["Élagueur"],
        "search=poissonnerie": ["Vendeur"],
        "search=d1106": ["Vendeur"],
        "rome_code=a": ["Élagueur"],
        "rome_code=H2902": ["Chaudronnier"],
        "contract_type=cdd": ["Chaudronnier"],
        "contract_type=cdd&contract_type=cdi&ordering=-title": ["Vendeur", "Élagueur", "Chaudronnier"],
        "status=closed": ["Élagueur"],
        f"fair={fair.slug}": ["Chaudronnier"],
        "accessible=true": ["Chaudronnier"],
        "no_diploma_needed=true": [],
        f"employer={employer.slug}&ordering=title": ["Chaudronnier", "Élagueur", "Vendeur"],
        "employer=another": [],
    }.items():
        assert slugs(recruiter, query) == titles, query
    for query in ("rome_code=Z", "contract_type=x", "status=x", "ordering=pay"):
        refused(recruiter.get(f"offers/?{query}"), 400, "invalid")
    exported = b"".join(recruiter.get("offers/?format=csv").streaming_content)
    assert exported.count(b"\r\n") == 4 + exported.count(b'\r\n"')


def test_statements_of_the_list(employer: Employer, django_assert_num_queries: Any) -> None:
    fair = make_fair(employer.organisation)
    make_offer(employer, fair=fair)
    organiser, recruiter = organiser_client(employer.organisation), recruiter_client(employer)
    for rows in (1, 3):
        while Offer.objects.count() < rows:
            make_offer(make_employer(employer.organisation) if rows == 2 else employer, fair=fair)
        for api, statements in ((organiser, 3), (recruiter, 4)):  # who asks, a recruiter's employers, count, page
            api.get("offers/")
            with django_assert_num_queries(statements):
                assert body_of(api.get("offers/"), 200)["count"] == rows


def public(fair: Any, query: str = "", api: Api | None = None) -> list[str]:
    """The titles of what everybody sees of the fair."""
    rows = body_of((api or client_of()).get(f"fairs/{fair.slug}/offers/?{query}"), 200)["results"]
    return [row["title"] for row in rows]


def test_the_public_sees_published_offers_of_accepted_exhibitors() -> None:
    fair = make_fair()
    exhibitor, asking = make_exhibitor(fair), make_exhibitor(fair, status=ExhibitorStatus.SUBMITTED)
    make_exhibitor(make_fair(fair.organisation), exhibitor.employer)
    make_offer(exhibitor.employer, fair=fair, title="Shown")
    make_offer(exhibitor.employer, fair=fair, title="Draft", status="draft")
    make_offer(exhibitor.employer, fair=fair, title="Closed", status="closed")
    make_offer(exhibitor.employer, title="Of no fair")
    make_offer(exhibitor.employer, fair=make_fair(fair.organisation), title="Of another fair")
    make_offer(asking.employer, fair=fair, title="Not accepted yet")
    for api in (client_of(), organiser_client(fair.organisation), recruiter_client(exhibitor.employer)):
        assert public(fair, api=api) == ["Shown"]
    draft = make_fair(fair.organisation, status=FairStatus.DRAFT)
    refused(client_of().get(f"fairs/{draft.slug}/offers/"), 404, "not_found")
    refused(organiser_client(make_organisation()).get(f"fairs/{draft.slug}/offers/"), 404, "not_found")
    body_of(organiser_client(fair.organisation).get(f"fairs/{draft.slug}/offers/"), 200)


def test_the_public_filters_by_sector_contract_occupation_word_and_stand() -> None:
    fair = make_fair()
    metal = make_exhibitor(fair, make_employer(fair.organisation, name="Acier", sector="Métallurgie"))
    shop = make_exhibitor(fair, make_employer(fair.organisation, name="Zola", sector="Commerce"))
    make_stand(fair, "B12", exhibitor=metal)
    make_offer(metal.employer, fair=fair, title="Soudeur", commune="Fos-sur-Mer")
    make_offer(shop.employer, fair=fair, title="Caissier", rome_code="D1505", contract_type="saisonnier")
    assert public(fair) == ["Soudeur", "Caissier"]
    for query, titles in {
        "sector=metallurgie": ["Soudeur"],
        "contract_type=saisonnier": ["Caissier"],
        "rome_code=d": ["Caissier"],
        "rome_code=H2913": ["Soudeur"],
        "search=fos": ["Soudeur"],
        "search=ZOLA": ["Caissier"],
        "stand=b12": ["Soudeur"],
        "stand=B13": [],
        "ordering=-title": ["Soudeur", "Caissier"],
    }.items():
        assert public(fair, query) == titles, query
    refused(client_of().get(f"fairs/{fair.slug}/offers/?rome_code=1"), 400, "invalid")


def test_statements_of_the_public_list(django_assert_num_queries: Any) -> None:
    fair = make_fair()
    for rows in (1, 3):
        while Offer.objects.count() < rows:
            make_offer(make_exhibitor(fair).employer, fair=fair)
        with django_assert_num_queries(3):  # fair, count, page
            assert len(public(fair)) == rows
