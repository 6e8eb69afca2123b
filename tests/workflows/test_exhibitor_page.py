"""The organiser adds exhibitors by hand in a browser without JavaScript."""

from typing import Any

import pytest
from django.test import Client

from events.employers.enums import ExhibitorStatus
from events.employers.models import Employer, Exhibitor
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from tests.factories.accounts import make_member
from tests.factories.browser import browser_of
from tests.factories.employers import make_employer, make_exhibitor
from tests.factories.fairs import make_fair

pytestmark = pytest.mark.django_db
SIRET = "73282932000074"


@pytest.fixture
def fair() -> Fair:
    return make_fair(name="Forum de Martigues")


@pytest.fixture
def organiser(fair: Fair) -> Client:
    return browser_of(make_member(fair.organisation))


def page(client: Client, fair: Fair, **query: str) -> str:
    text: str = client.get(f"/organiser/{fair.slug}/exhibitors/add/", query).content.decode()
    return text


def send(client: Client, fair: Fair, status: int = 200, **values: Any) -> str:
    answer = client.post(f"/organiser/{fair.slug}/exhibitors/add/", values, follow=True)
    assert answer.status_code == status, answer.content[:500]
    text: str = answer.content.decode()
    return text


def test_a_known_employer_is_found_and_added(organiser: Client, fair: Fair) -> None:
    naval = make_employer(fair.organisation, name="Naval Group")
    make_employer(fair.organisation, name="Chaudronnerie du Rhône")
    make_exhibitor(fair, make_employer(fair.organisation, name="Naval Energies"))
    make_employer(name="Naval of others")
    assert "Chaudronnerie" in page(organiser, fair)
    found = page(organiser, fair, q="NAVAL")
    assert "Naval Group" in found
    assert "Chaudronnerie" not in found
    assert "Naval Energies" not in found
    assert "Naval of others" not in found
    assert "Nobody found" in page(organiser, fair, q="zzz")
    assert "Naval Group takes part." in send(organiser, fair, employer=naval.slug)
    assert Exhibitor.objects.get(fair=fair, employer=naval).status == ExhibitorStatus.ACCEPTED
    assert "Naval Group takes part already." in send(organiser, fair, employer=naval.slug)


def test_an_employer_that_no_database_could_look_up_is_not_found(organiser: Client, fair: Fair) -> None:
    send(organiser, fair, 404, employer="a\x00b")


def test_who_had_withdrawn_may_come_again(organiser: Client, fair: Fair) -> None:
    gone = make_exhibitor(fair, make_employer(fair.organisation, name="Airbus"), status=ExhibitorStatus.WITHDRAWN)
    assert "Airbus" in page(organiser, fair, q="airbus")
    send(organiser, fair, employer=gone.employer.slug)
    gone.refresh_from_db()
    assert gone.status == ExhibitorStatus.ACCEPTED


def test_a_new_employer_takes_part_at_once(organiser: Client, fair: Fair) -> None:
    values = {
        "name": "Airbus",
        "siret": "732 829 320 00074",
        "contact_email": "rh@example.org",
        "sector": "Aéronautique",
    }
    assert "Airbus takes part." in send(organiser, fair, **values)
    employer = Employer.objects.get()
    assert (employer.organisation, employer.siret) == (fair.organisation, SIRET)
    assert (employer.contact_email, employer.sector) == ("rh@example.org", "Aéronautique")
    assert Exhibitor.objects.get(fair=fair).employer == employer


@pytest.mark.parametrize(("siret", "field"), [(SIRET, "siret"), ("", "name")])
def test_an_employer_that_is_known_is_offered_instead(organiser: Client, fair: Fair, siret: str, field: str) -> None:
    known = make_employer(fair.organisation, name="Airbus", siret=siret)
    make_employer(fair.organisation, name="Naval Group")
    text = send(organiser, fair, 422, name="AIRBUS", siret=siret)
    assert f'id="id_{field}_error"' in text
    assert "add it from the list" in text
    assert f'value="{known.slug}"' in text
    assert "Naval Group" not in text
    make_exhibitor(fair, known)
    assert "known and takes part already" in send(organiser, fair, 422, name="AIRBUS", siret=siret)
    assert Employer.objects.count() == 2


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "A", "siret": "732 829 320 00075"}, "siret"),
        ({"name": "A", "siret": "732829320"}, "siret"),
        ({"name": "A", "contact_email": "rh@"}, "contact_email"),
        ({"name": "A", "sector": "x" * 101}, "sector"),
    ],
)
def test_errors_stand_at_their_fields(organiser: Client, fair: Fair, values: dict[str, str], field: str) -> None:
    assert f'id="id_{field}_error"' in send(organiser, fair, 422, **values)
    assert not Employer.objects.exists()


def test_into_a_cancelled_fair_nobody_comes(organiser: Client, fair: Fair) -> None:
    Fair.objects.filter(pk=fair.pk).update(status=FairStatus.CANCELLED)
    known = make_employer(fair.organisation)
    assert "The present state does not allow this." in send(organiser, fair, employer=known.slug)
    assert "The present state does not allow this." in send(organiser, fair, 422, name="Airbus")
    assert not Exhibitor.objects.exists()
    assert Employer.objects.get() == known


def test_others_are_not_there(organiser: Client, fair: Fair) -> None:
    send(organiser, fair, 404, employer=make_employer().slug)
    send(organiser, make_fair(), 404, name="Airbus")
    assert not Exhibitor.objects.exists()
