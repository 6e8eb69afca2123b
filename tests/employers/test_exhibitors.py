"""An employer's part in a fair, over REST and through services."""

from typing import Any

import pytest

from backend.accounts.actors import anonymous
from backend.accounts.enums import Scope
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.employers import services
from events.employers.enums import ExhibitorStatus
from events.employers.models import Employer, Exhibitor
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.offers.enums import OfferStatus
from events.offers.models import Offer
from tests.factories.accounts import make_organisation, make_token, make_user, organiser_client, organiser_of
from tests.factories.client import body_of, client_of, refused
from tests.factories.employers import make_employer, make_exhibitor, make_stand, recruiter_client
from tests.factories.fairs import make_fair
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db

WISHES = {"stand_size": "3x2", "power_watts": 500, "equipment": ["table", "écran"], "neighbours": "pas trop près"}


def test_an_employer_asks_and_an_organiser_has_it_at_once() -> None:
    fair = make_fair()
    asking, taken = make_employer(fair.organisation), make_employer(fair.organisation)
    asked = recruiter_client(asking).post(f"fairs/{fair.slug}/exhibitors/", {"employer": asking.slug, "wishes": WISHES})
    body = body_of(asked, 201)
    assert (body["status"], body["wishes"], body["employer"]["slug"]) == ("submitted", WISHES, asking.slug)
    accepted = organiser_client(fair.organisation).post(f"fairs/{fair.slug}/exhibitors/", {"employer": str(taken.id)})
    assert body_of(accepted, 201)["status"] == "accepted"


def test_asking_again_is_answered_with_the_exhibitor_there_is() -> None:
    exhibitor = make_exhibitor(make_fair())
    answer = recruiter_client(exhibitor.employer).post(
        f"fairs/{exhibitor.fair.slug}/exhibitors/", {"employer": exhibitor.employer.slug}
    )
    assert refused(answer, 409, "already_exists")["exhibitor"] == str(exhibitor.id)


@pytest.mark.parametrize("status", ["rejected", "withdrawn", "cancelled"])
def test_who_is_out_may_ask_again(status: str) -> None:
    exhibitor = make_exhibitor(make_fair(), status=status)
    client = recruiter_client(exhibitor.employer)
    body = body_of(client.post(f"fairs/{exhibitor.fair.slug}/exhibitors/", {"employer": exhibitor.employer.slug}), 201)
    assert (body["id"], body["status"]) == (str(exhibitor.id), "submitted")
    trail = AuditEntry.objects.get(object_id=exhibitor.id)
    assert (trail.from_state, trail.to_state) == (status, "submitted")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"employer": "nobody"}, "employer"),
        ({"employer": None}, "employer"),
        ({"wishes": {"power_watts": -1}}, "wishes"),
        ({"wishes": {"stand_size": {"m2": 6}}}, "wishes"),
        ({"wishes": "big"}, "wishes"),
    ],
)
def test_what_is_wrong_is_named(wrong: dict[str, Any], field: str) -> None:
    fair = make_fair()
    employer = make_employer(fair.organisation)
    answer = recruiter_client(employer).post(f"fairs/{fair.slug}/exhibitors/", {"employer": employer.slug} | wrong)
    assert list(refused(answer, 400, "invalid")["errors"]) == [field]
    assert not Exhibitor.objects.exists()


def test_other_people_s_employers_and_fairs() -> None:
    fair = make_fair()
    employer, stranger = make_employer(fair.organisation), make_employer()
    path = f"fairs/{fair.slug}/exhibitors/"
    unknown = recruiter_client(stranger).post(path, {"employer": employer.slug})
    assert list(refused(unknown, 400, "invalid")["errors"]) == ["employer"]
    refused(recruiter_client(stranger).post(path, {"employer": stranger.slug}), 404, "not_found")
    refused(client_of(make_token(make_user(), [Scope.CANDIDATE])).post(path, {"employer": "x"}), 403, "forbidden")
    refused(client_of().post(path, {"employer": employer.slug}), 401, "not_authenticated")
    draft = make_fair(fair.organisation, status=FairStatus.DRAFT)
    hidden = recruiter_client(employer).post(f"fairs/{draft.slug}/exhibitors/", {"employer": employer.slug})
    refused(hidden, 404, "not_found")


def test_a_fair_that_is_off_takes_nobody() -> None:
    fair = make_fair(status=FairStatus.CANCELLED)
    employer = make_employer(fair.organisation)
    answer = recruiter_client(employer).post(f"fairs/{fair.slug}/exhibitors/", {"employer": employer.slug})
    refused(answer, 409, "wrong_state")


def test_who_sees_which_exhibitors() -> None:
    fair = make_fair()
    shown = make_exhibitor(fair, wishes={"power_watts": 500})
    asking = make_exhibitor(fair, status=ExhibitorStatus.SUBMITTED, wishes={"power_watts": 100})
    make_exhibitor(fair, status=ExhibitorStatus.REJECTED)
    make_stand(fair, "B2", exhibitor=shown)
    make_stand(fair, "A1", exhibitor=shown)
    path = f"fairs/{fair.slug}/exhibitors/"
    [public] = body_of(client_of().get(path), 200)["results"]
    assert (public["id"], public["stands"], public["wishes"]) == (str(shown.id), ["A1", "B2"], None)
    assert not {"contact_email", "phone", "siret"} & set(public["employer"])
    own = body_of(recruiter_client(asking.employer).get(path), 200)["results"]
    assert {row["id"]: row["wishes"] for row in own} == {str(shown.id): None, str(asking.id): {"power_watts": 100}}
    organiser = organiser_client(fair.organisation)
    assert body_of(organiser.get(path), 200)["count"] == 3
    assert [row["id"] for row in body_of(organiser.get(f"{path}?status=submitted"), 200)["results"]] == [str(asking.id)]
    assert body_of(organiser_client(make_organisation()).get(path), 200)["count"] == 1


def test_the_filters_of_exhibitors_and_stands() -> None:
    fair = make_fair()
    baker = make_exhibitor(fair, make_employer(fair.organisation, name="Boulangerie Noël", sector="Alimentation"))
    boats = make_exhibitor(fair, make_employer(fair.organisation, name="Chantier naval", sector="Nautisme"))
    make_stand(fair, "A1", exhibitor=baker)
    make_stand(fair, "B1", exhibitor=boats)
    make_stand(fair, "C1")
    offers = [(baker, "D1102", "cdi"), (boats, "H2913", "apprentissage"), (boats, "D1106", "interim")]
    for exhibitor, rome_code, contract_type in offers:
        Offer.objects.create(
            employer=exhibitor.employer,
            fair=fair,
            title="x",
            rome_code=rome_code,
            contract_type=contract_type,
            status=OfferStatus.PUBLISHED,
        )
    Offer.objects.create(
        employer=baker.employer,
        fair=fair,
        title="x",
        rome_code="K2204",
        contract_type="stage",
        status=OfferStatus.DRAFT,
    )
    for query, labels in (
        ("sector=ALIMENTATION", ["A1"]),
        ("rome_code=D", ["A1", "B1"]),
        ("rome_code=d1102", ["A1"]),
        ("rome_code=K2204", []),
        ("contract_type=apprentissage", ["B1"]),
        ("contract_type=apprentissage&rome_code=D", []),
        ("search=noel", ["A1"]),
        ("stand=b1", ["B1"]),
        (f"employer={boats.employer.slug}", ["B1"]),
    ):
        stands = body_of(client_of().get(f"fairs/{fair.slug}/stands/?{query}"), 200)["results"]
        assert [row["label"] for row in stands] == labels, query
        exhibitors = body_of(client_of().get(f"fairs/{fair.slug}/exhibitors/?{query}"), 200)["results"]
        assert [label for row in exhibitors for label in row["stands"]] == labels, query
    for query, field in (("rome_code=Z", "rome_code"), ("contract_type=job", "contract_type")):
        answer = client_of().get(f"fairs/{fair.slug}/exhibitors/?{query}")
        assert list(refused(answer, 400, "invalid")["errors"]) == [field]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_cost_the_same_for_any_length(rows: int, django_assert_num_queries: Any) -> None:
    fair = make_fair()
    for _ in range(rows):
        make_stand(fair, exhibitor=make_exhibitor(fair))
    client = organiser_client(fair.organisation)
    client.get("employers/")
    with django_assert_num_queries(5):
        assert body_of(client.get(f"fairs/{fair.slug}/exhibitors/"), 200)["count"] == rows
    with django_assert_num_queries(4):
        assert body_of(client.get(f"fairs/{fair.slug}/stands/"), 200)["count"] == rows


@pytest.mark.django_db(transaction=True)
def test_asking_at_once_makes_one_exhibitor() -> None:
    fair = make_fair()
    employer, organiser = make_employer(fair.organisation), organiser_of(fair.organisation)
    made = at_once(*[lambda: services.create_exhibitor(fair, actor=organiser, employer=employer).status] * 3)
    assert sorted(made) == ["accepted", "already_exists", "already_exists"]


def test_a_new_employer_takes_part_or_is_not_made_at_all() -> None:
    fair = make_fair()
    organiser = organiser_of(fair.organisation)
    exhibitor = services.create_exhibitor_and_employer(fair, actor=organiser, values={"name": "Naval Group"})
    assert (exhibitor.status, exhibitor.employer.organisation) == (ExhibitorStatus.ACCEPTED, fair.organisation)
    with pytest.raises(DomainError, match="already_exists") as refusal:
        services.create_exhibitor_and_employer(fair, actor=organiser, values={"name": "NAVAL group"})
    assert refusal.value.extra == {"employer": exhibitor.employer.slug}
    with pytest.raises(DomainError, match="forbidden"):
        services.create_exhibitor_and_employer(fair, actor=anonymous(), values={"name": "Airbus"})
    Fair.objects.filter(pk=fair.pk).update(status=FairStatus.CANCELLED)
    fair.refresh_from_db()
    with pytest.raises(DomainError, match="wrong_state"):
        services.create_exhibitor_and_employer(fair, actor=organiser, values={"name": "Airbus"})
    assert Employer.objects.get() == exhibitor.employer
