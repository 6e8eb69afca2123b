"""The public page of a fair's offers."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.employers.enums import ExhibitorStatus
from events.fairs.models import Fair
from events.offers.enums import OfferStatus
from tests.factories.browser import browser_of
from tests.factories.employers import make_employer, make_exhibitor
from tests.factories.fairs import make_fair
from tests.factories.offers import make_offer

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 26, 8, tzinfo=UTC)


@pytest.fixture
def fair() -> Fair:
    fair = make_fair(slug="forum", starts_at=NINE, ends_at=NINE + timedelta(hours=8))
    airbus = offering(fair, "Airbus")
    make_offer(airbus, fair=fair, title="Soudeur", commune="Marignane", pay_min=2000, pay_max=2400)
    make_offer(airbus, fair=fair, title="Infirmière", rome_code="J1506", contract_type="stage")
    make_offer(airbus, fair=fair, title="Brouillon", status=OfferStatus.DRAFT)
    make_offer(offering(fair, "Refusé", ExhibitorStatus.REJECTED), fair=fair, title="Caché")
    return fair


def offering(fair: Fair, name: str, status: str = ExhibitorStatus.ACCEPTED) -> Any:
    employer = make_employer(fair.organisation, name=name, slug=name.lower())
    make_exhibitor(fair, employer, status=status)
    return employer


def page(query: str = "", language: str = "en") -> str:
    response = browser_of(language=language).get(f"/fairs/forum/offers/{query}")
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


def titles(query: str = "") -> list[str]:
    return re.findall(r'<h2 class="employer-name"><a [^>]+>([^<]+)<', page(query))


def test_published_offers_of_accepted_exhibitors_by_title(fair: Fair) -> None:
    assert titles() == ["Infirmière", "Soudeur"]
    assert 'href="/fairs/forum/employers/airbus/"' in page()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?search=infirmiere", ["Infirmière"]),
        ("?search=AIRBUS+marignane", ["Soudeur"]),
        ("?contract_type=stage", ["Infirmière"]),
        ("?domain=H", ["Soudeur"]),
        ("?domain=H&contract_type=stage", []),
        ("?domain=Z&contract_type=bogus&page=x", ["Infirmière", "Soudeur"]),
    ],
)
def test_search_contract_and_domain_narrow(fair: Fair, query: str, wanted: list[str]) -> None:
    assert titles(query) == wanted


def test_nothing_that_fits_and_nothing_at_all_say_what_to_do(fair: Fair) -> None:
    assert "No offer fits" in page("?search=astronaute")
    fair.offers.all().delete()
    assert "No offer is published yet" in page()


def test_search_engines_read_each_offer(fair: Fair) -> None:
    fair.offers.filter(title="Infirmière").update(title="</script><b>")
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page("?search=airbus"))
    nurse, welder = sorted(
        json.loads(block)["@graph"], key=lambda posting: posting["occupationalCategory"], reverse=True
    )
    assert nurse["title"] == "</script><b>"
    assert nurse["employmentType"] == "INTERN"
    assert "baseSalary" not in nurse
    assert welder["@type"] == "JobPosting"
    assert welder["hiringOrganization"]["name"] == "Airbus"
    assert welder["jobLocation"]["address"]["addressLocality"] == "Marignane"
    assert welder["baseSalary"]["value"] == {
        "@type": "QuantitativeValue",
        "unitText": "MONTH",
        "minValue": 2000.0,
        "maxValue": 2400.0,
    }
    assert "employmentType" not in welder


def test_no_block_of_data_without_an_offer(fair: Fair) -> None:
    assert "ld+json" not in page("?search=astronaute")


def test_a_draft_is_not_there_for_the_public() -> None:
    draft = make_fair(status="draft")
    assert browser_of().get(f"/fairs/{draft.slug}/offers/").status_code == 404


def test_french(fair: Fair) -> None:
    assert "Tous les domaines" in page(language="fr")
