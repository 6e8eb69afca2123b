"""The employer's pages of offers in a browser without JavaScript."""

from typing import Any

import pytest
from django.test import Client

from events.employers.models import Employer
from events.fairs.models import Fair
from events.offers.models import Offer
from tests.factories.accounts import make_user
from tests.factories.browser import browser_of
from tests.factories.employers import make_employer, make_exhibitor, make_recruiter
from tests.factories.fairs import make_fair
from tests.factories.offers import make_offer, make_rome

pytestmark = pytest.mark.django_db
FORM = {"title": "Soudeuse ou soudeur", "rome_code": "h2913", "contract_type": "cdi", "positions": "2"}


@pytest.fixture
def employer() -> Employer:
    return make_employer(name="Airbus Helicopters")


@pytest.fixture
def fair(employer: Employer) -> Fair:
    fair = make_fair(employer.organisation, name="Forum de Martigues")
    make_exhibitor(fair, employer)
    return fair


@pytest.fixture
def recruiter(employer: Employer) -> Client:
    """Somebody of the employer's team."""
    return browser_of(make_recruiter(employer))


def text(response: Any, status: int = 200) -> str:
    assert response.status_code == status
    words: str = response.content.decode()
    return words


def test_an_offer_is_written_published_changed_and_closed(recruiter: Client, employer: Employer, fair: Fair) -> None:
    assert "Forum de Martigues" in text(recruiter.get("/employer/offers/new/"))
    answer = recruiter.post("/employer/offers/new/", FORM | {"fair": str(fair.pk), "pay_min": "2000"}, follow=True)
    assert "Soudeuse ou soudeur" in text(answer)
    offer = Offer.objects.get()
    assert (offer.employer, offer.fair, offer.rome_code, offer.status) == (employer, fair, "H2913", "draft")

    assert "The offer is published." in text(recruiter.post(f"/employer/offers/{offer.pk}/publish/", follow=True))
    offer.refresh_from_db()
    assert offer.status == "published"

    assert 'value="Soudeuse ou soudeur"' in text(recruiter.get(f"/employer/offers/{offer.pk}/"))
    recruiter.post(f"/employer/offers/{offer.pk}/", FORM | {"title": "Soudage", "fair": str(fair.pk)})
    offer.refresh_from_db()
    assert (offer.title, offer.fair, offer.pay_min, offer.status) == ("Soudage", fair, None, "published")

    assert "The offer is closed." in text(recruiter.post(f"/employer/offers/{offer.pk}/close/", follow=True))
    offer.refresh_from_db()
    assert offer.status == "closed"


def test_who_works_for_two_says_for_which(recruiter: Client, employer: Employer) -> None:
    assert 'name="employer"' not in text(recruiter.get("/employer/offers/new/"))
    both = make_recruiter(employer)
    other = make_employer(employer.organisation, name="Autre")
    other.members.create(user=both)
    browser = browser_of(both)
    assert 'name="employer"' in text(browser.get("/employer/offers/new/"))
    browser.post("/employer/offers/new/", FORM | {"employer": str(other.pk)})
    assert Offer.objects.get().employer == other


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"title": ""}, "title", "This field is required."),
        ({"positions": "0"}, "positions", "greater than or equal to 1"),
        ({"pay_min": "3000", "pay_max": "2000"}, "pay_max", "The highest pay is not below the lowest."),
        ({"rome_code": "Z9"}, "rome_code", "A ROME code is a letter from A to N"),
        ({"contract_type": "x"}, "contract_type", "Select a valid choice."),
    ],
)
def test_errors_stand_at_their_fields(recruiter: Client, wrong: dict[str, str], field: str, sentence: str) -> None:
    page = text(recruiter.post("/employer/offers/new/", FORM | wrong), 422)
    assert sentence in page.split(f'id="id_{field}_error"')[1].split("</ul>")[0]
    assert not Offer.objects.exists()


def test_a_rome_code_is_found_by_words_in_the_imported_list(recruiter: Client) -> None:
    make_rome("H2913", "Soudage manuel")
    make_rome("H2914", "Réalisation et montage en tuyauterie")
    assert '<option value="H2913">Soudage manuel</option>' in text(recruiter.get("/employer/offers/new/"))
    page = text(recruiter.post("/employer/offers/new/", FORM | {"rome_code": "soudage"}), 422)
    assert "Choose a code: H2913 Soudage manuel." in page
    page = text(recruiter.post("/employer/offers/new/", FORM | {"rome_code": "A1101"}), 422)
    assert "does not have this ROME code" in page


def test_only_fairs_the_employer_takes_part_in_can_be_chosen(recruiter: Client, fair: Fair) -> None:
    elsewhere = make_fair(fair.organisation, name="Ailleurs")
    assert "Ailleurs" not in text(recruiter.get("/employer/offers/new/"))
    text(recruiter.post("/employer/offers/new/", FORM | {"fair": str(elsewhere.pk)}), 422)


def test_a_draft_cannot_be_closed(recruiter: Client, employer: Employer) -> None:
    offer = make_offer(employer, status="draft")
    text(recruiter.post(f"/employer/offers/{offer.pk}/close/", follow=True))
    offer.refresh_from_db()
    assert offer.status == "draft"


def test_offers_of_others_are_not_there(recruiter: Client, employer: Employer) -> None:
    foreign = make_offer(make_employer(employer.organisation), title="Ailleurs")
    assert "Ailleurs" not in text(recruiter.get("/employer/offers/"))
    for method, path in (("get", ""), ("post", ""), ("post", "publish/"), ("post", "close/")):
        text(getattr(recruiter, method)(f"/employer/offers/{foreign.pk}/{path}"), 404)


def test_who_works_for_no_employer_gets_no_form() -> None:
    text(browser_of(make_user()).get("/employer/offers/new/"), 403)


def test_french(employer: Employer) -> None:
    browser = browser_of(make_recruiter(employer), language="fr")
    assert "Rédiger une offre" in text(browser.get("/employer/offers/"))
