"""The organiser gives away stands in a browser without JavaScript."""

import pytest
from django.test import Client

from events.employers.models import Exhibitor, Stand
from events.fairs.models import Fair
from tests.factories.accounts import make_member
from tests.factories.browser import browser_of
from tests.factories.employers import make_employer, make_exhibitor, make_stand
from tests.factories.fairs import make_fair

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair() -> Fair:
    return make_fair(name="Forum de Martigues")


@pytest.fixture
def organiser(fair: Fair) -> Client:
    return browser_of(make_member(fair.organisation))


@pytest.fixture
def exhibitor(fair: Fair) -> Exhibitor:
    return make_exhibitor(fair, make_employer(fair.organisation, name="Airbus"))


@pytest.fixture
def stand(fair: Fair) -> Stand:
    return make_stand(fair, "B12")


def send(client: Client, fair: Fair, exhibitor: Exhibitor, stand: Stand, status: int = 200) -> str:
    values = {"exhibitor": str(exhibitor.pk), "stand": str(stand.pk)}
    answer = client.post(f"/organiser/{fair.slug}/exhibitors/", values, follow=True)
    assert answer.status_code == status
    text: str = answer.content.decode()
    return text


def test_a_free_stand_is_given_away(organiser: Client, fair: Fair, exhibitor: Exhibitor, stand: Stand) -> None:
    assert "Assign the stand" in organiser.get(f"/organiser/{fair.slug}/exhibitors/").content.decode()
    page = send(organiser, fair, exhibitor, stand)
    assert "Airbus has stand B12." in page
    assert "Assign the stand" not in page
    stand.refresh_from_db()
    assert stand.exhibitor == exhibitor


def test_errors_stand_at_their_fields(organiser: Client, fair: Fair, exhibitor: Exhibitor, stand: Stand) -> None:
    elsewhere = make_stand(make_fair(fair.organisation))
    assert 'id="id_stand_error"' in send(organiser, fair, exhibitor, elsewhere, 422)
    rejected = make_exhibitor(fair, make_employer(fair.organisation), status="rejected")
    assert 'id="id_exhibitor_error"' in send(organiser, fair, rejected, stand, 422)
    assert not Stand.objects.exclude(exhibitor=None).exists()


def test_another_organisation_is_not_there(exhibitor: Exhibitor, fair: Fair, stand: Stand) -> None:
    send(browser_of(make_member(make_fair().organisation)), fair, exhibitor, stand, 404)
    stand.refresh_from_db()
    assert stand.exhibitor is None
