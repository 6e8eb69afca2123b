"""An adviser's pages in a browser without JavaScript: the list of a day, registering, one person, booking for them."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role
from backend.accounts.models import User
from backend.core.models import AuditEntry
from checkin.services import admit_scans
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.interviews.enums import BookingStatus
from events.interviews.models import Place, Slot
from events.interviews.services import book_interview
from events.registrations.enums import Channel, RegistrationStatus
from events.registrations.models import Registration
from tests.factories.accounts import make_member, make_organisation
from tests.factories.browser import browser_of
from tests.factories.checkin import make_scan
from tests.factories.employers import make_employer, make_exhibitor, make_stand
from tests.factories.fairs import make_fair
from tests.factories.interviews import make_interviewer, make_slot
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 26, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NINE, tick=False) as moved:
        yield moved


@pytest.fixture
def fair() -> Fair:
    """From 09:00 to 17:00 of Paris, just opened."""
    return make_fair(name="Forum", slug="forum", starts_at=NINE, ends_at=NINE + timedelta(hours=8))


@pytest.fixture
def adviser(fair: Fair) -> User:
    return make_member(fair.organisation, Role.ADVISER)


@pytest.fixture
def client(adviser: User) -> Client:
    return browser_of(adviser)


def advised(fair: Fair, name: str, **values: Any) -> Registration:
    return make_registration(fair, given_name=name, family_name="", email="", channel=Channel.ADVISER, **values)


def slots(fair: Fair, *minutes: int, employer: str = "Airbus", label: str = "B12") -> list[Slot]:
    """Slots of ten minutes of one table, so many minutes after nine."""
    row = make_employer(fair.organisation, name=employer, slug=employer.lower())
    stand = make_stand(fair, label, exhibitor=make_exhibitor(fair, row))
    table = make_interviewer(stand)
    starts = [NINE + timedelta(minutes=n) for n in minutes]
    return [make_slot(fair, stand=stand, interviewer=table, starts_at=at) for at in starts]


def book(person: Registration, slot: Slot) -> Place:
    return book_interview(slot.pk, actor=SYSTEM, registration_id=person.pk)


def arrive(person: Registration) -> None:
    [answer] = admit_scans(person.fair, [make_scan(person.code)], actor=SYSTEM)
    assert answer.error is None
    person.refresh_from_db()


def words_of(response: Any, status: int = 200) -> str:
    """What a person reads, on one line."""
    assert response.status_code == status, response.content[:500]
    body = response.content.decode().split("</head>")[1]
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


def names_of(response: Any) -> list[str]:
    """Who is in the list."""
    return re.findall(r"<bdi>(.*?)</bdi>", response.content.decode())


def test_the_day_at_a_glance(client: Client, fair: Fair, clock: Any) -> None:
    first, second, third = slots(fair, 5, 20, 60)
    ana, bo, cem, dora = (advised(fair, name) for name in ("Ana", "Bo", "Cem", "Dora"))
    for person, slot in ((ana, first), (bo, second), (cem, third)):
        book(person, slot)
    arrive(ana)
    arrive(cem)
    clock.move_to(NINE + timedelta(minutes=42))
    arrive(dora)
    words = words_of(client.get("/adviser/"))
    assert "Arrived 3 of 4 people Waiting 1 here" in words
    assert "Met 1 had an interview Absent 1 not here" in words
    assert f"Ana Inside arrived at 9:00 nothing more to come {ana.code}" in words
    assert f"Bo Expected absent nothing more to come {bo.code}" in words
    assert f"Cem Inside arrived at 9:00 10:00 Airbus, stand B12 {cem.code}" in words
    assert f"Dora Inside arrived at 9:42 no interview yet Book Dora {dora.code}" in words
    for shown, names in (
        ("waiting", ["Cem"]),
        ("met", ["Ana"]),
        ("absent", ["Bo"]),
        ("x", ["Ana", "Bo", "Cem", "Dora"]),
    ):
        assert [name.strip() for name in names_of(client.get(f"/adviser/forum/?show={shown}"))] == names
    advised(fair, "Elif")
    advised(fair, "Fred", status=RegistrationStatus.WAITLISTED)
    clock.move_to(NINE + timedelta(hours=9))
    words = words_of(client.get("/adviser/forum/"))
    assert "Waiting 0" in words
    assert "Ana Left" in words
    assert "Met 2 had an interview Absent 2 not here" in words


def test_what_an_employer_noted_counts(client: Client, fair: Fair, clock: Any) -> None:
    one, two = slots(fair, 60, 80)
    ana, bo = advised(fair, "Ana"), advised(fair, "Bo")
    Place.objects.filter(pk=book(ana, one).pk).update(status=BookingStatus.DONE, is_live=False)
    Place.objects.filter(pk=book(bo, two).pk).update(status=BookingStatus.NO_SHOW, is_live=False)
    assert "Met 1 had an interview Absent 1 not here" in words_of(client.get("/adviser/"))


def test_who_cancelled_is_listed_and_not_counted(client: Client, fair: Fair) -> None:
    advised(fair, "Ana", status=RegistrationStatus.CANCELLED)
    advised(fair, "Bo")
    words = words_of(client.get("/adviser/"))
    assert "Arrived 0 of 1 person" in words
    assert "Ana Cancelled" in words


def test_search_by_name_and_code_alone(client: Client, fair: Fair) -> None:
    make_registration(fair, given_name="Éléonore", email="secret@example.org", channel=Channel.ADVISER)
    bo = advised(fair, "Bo")
    assert len(names_of(client.get("/adviser/forum/?q=eleonore"))) == 1
    assert [name.strip() for name in names_of(client.get(f"/adviser/forum/?q={bo.code}"))] == ["Bo"]
    assert [name.strip() for name in names_of(client.get(f"/adviser/forum/?q={bo.code[:4]}-{bo.code[4:]}"))] == ["Bo"]
    assert "Nobody found" in words_of(client.get("/adviser/forum/?q=secret"))


def test_only_the_people_of_the_advisers(client: Client, fair: Fair) -> None:
    make_registration(fair, given_name="Selma")
    advised(fair, "Ana")
    elsewhere = make_fair()
    advised(elsewhere, "Zora")
    words = words_of(client.get("/adviser/"))
    assert "Selma" not in words
    assert "Zora" not in words
    assert "Ana" in words


def test_one_switches_between_fairs_and_none_is_said(client: Client, fair: Fair, adviser: User) -> None:
    assert 'aria-label="Fairs"' not in client.get("/adviser/").content.decode()
    start = NINE - timedelta(hours=1)
    later = make_fair(fair.organisation, name="Salon", starts_at=start, ends_at=NINE + timedelta(days=9))
    fair.starts_at = NINE - timedelta(hours=2)
    fair.save()
    advised(later, "Ana")
    page = client.get("/adviser/")
    assert "You have registered nobody for this fair yet" in words_of(page)
    assert f'href="/adviser/{later.slug}/"' in page.content.decode()
    assert names_of(client.get(f"/adviser/{later.slug}/")) == [" Ana"]
    make_fair(fair.organisation, slug="draft", status=FairStatus.DRAFT)
    words_of(client.get("/adviser/draft/"), 404)
    nowhere = browser_of(make_member(make_organisation(), Role.ADVISER))
    assert "No fair yet" in words_of(nowhere.get("/adviser/"))


def test_registering_needs_a_name_and_their_consent(client: Client, fair: Fair, adviser: User) -> None:
    page = client.post("/adviser/forum/register/", {"given_name": "", "contact": "ana@"})
    assert page.status_code == 422
    for field in ("given_name", "contact", "privacy"):
        assert f'id="id_{field}_error"' in page.content.decode()
    page = client.post("/adviser/forum/register/", {"given_name": "Ana", "privacy": "on"}, follow=True)
    ana = Registration.objects.get()
    assert page.redirect_chain == [(f"/adviser/forum/{ana.pk}/", 302)]
    assert "Ana is registered." in words_of(page)
    assert (ana.channel, ana.status, ana.email, ana.phone) == ("adviser", "confirmed", "", "")
    assert AuditEntry.objects.get(object_id=ana.pk).actor_user_id == adviser.pk


def test_somebody_known_is_opened_or_refused(client: Client, fair: Fair) -> None:
    own = make_registration(fair, given_name="Ana", email="ana@example.org", channel=Channel.ADVISER)
    make_registration(fair, given_name="Bo", email="bo@example.org")
    values = {"given_name": "Ana", "contact": "ana@example.org", "privacy": "on"}
    page = client.post("/adviser/forum/register/", values, follow=True)
    assert page.redirect_chain == [(f"/adviser/forum/{own.pk}/", 302)]
    assert "is registered already." in words_of(page)
    page = client.post("/adviser/forum/register/", values | {"given_name": "Bo", "contact": "bo@example.org"})
    assert "registered already" in words_of(page, 422)


def test_outside_the_window_nobody_is_registered(client: Client, fair: Fair) -> None:
    Fair.objects.filter(pk=fair.pk).update(registration_closes_at=NINE - timedelta(minutes=1))
    for path in ("", "register/", "import/"):
        assert "At the entrance staff may still let people in" in words_of(client.get(f"/adviser/forum/{path}"))
    page = client.post("/adviser/forum/register/", {"given_name": "Ana", "privacy": "on"})
    assert page.status_code == 422
    assert not Registration.objects.exists()


def test_a_file_is_tried_then_imported(client: Client, fair: Fair) -> None:
    def send(step: str, text: str) -> Any:
        file = SimpleUploadedFile("personnes.csv", text.encode())
        return client.post("/adviser/forum/import/", {"file": file, "step": step})

    good = "prénom;nom\nAna;Núñez\nBo;Roux\n"
    assert "2 would be new" in words_of(send("check", good))
    assert not Registration.objects.exists()
    words = words_of(send("import", "given_name,birth_date\nAna,1990-01-01\nBo,soon\n"), 422)
    assert "Nothing was imported" in words
    assert "Row 3 birth_date" in words
    assert not Registration.objects.exists()
    page = send("import", good)
    assert "2 new" in words_of(page)
    assert 'href="/adviser/forum/">See them</a>' in page.content.decode()
    assert set(Registration.objects.values_list("channel", flat=True)) == {"adviser"}
    assert "This field is required" in words_of(client.post("/adviser/forum/import/", {"step": "check"}), 422)


def test_booking_for_somebody_and_cancelling_it(client: Client, fair: Fair, adviser: User) -> None:
    free, late = slots(fair, 60, 90)
    [close] = slots(fair, 62, employer="Naval", label="C3")
    ana, bo = advised(fair, "Ana"), advised(fair, "Bo")
    home = f"/adviser/forum/{ana.pk}/"
    book(bo, late)
    assert f'href="{home}book/"' in client.get(home).content.decode()
    assert f'href="{home}book/airbus/"' in client.get(f"{home}book/").content.decode()
    words = words_of(client.get(f"{home}book/airbus/"))
    assert "For Ana" in words
    assert "10:30 full" in words
    page = client.post(f"{home}book/airbus/", {"slot": str(free.pk)}, follow=True)
    assert page.redirect_chain == [(home, 302)]
    assert "Booked: 10:00, Airbus, stand B12." in words_of(page)
    assert "Next interview 10:00 Airbus in 1 h Stand B12" in words_of(page)
    place = Place.objects.get(registration=ana)
    assert AuditEntry.objects.get(object_id=place.pk).actor_user_id == adviser.pk
    words = words_of(client.get(f"{home}book/airbus/"))
    assert "Ana has an interview here" in words
    assert "10:02 too close to 10:00 Airbus" in words_of(client.get(f"{home}book/naval/"))
    words_of(client.post(f"{home}book/naval/", {"slot": str(close.pk)}), 409)

    path = f"{home}interviews/{place.pk}/"
    assert path in client.get(home).content.decode()
    assert "For Ana" in words_of(client.get(path))
    page = client.post(path, follow=True)
    assert page.redirect_chain == [(home, 302)]
    assert "The interview with Airbus is cancelled." in words_of(page)
    assert AuditEntry.objects.filter(object_id=place.pk, actor_user_id=adviser.pk).count() == 2


def test_the_ticket_and_giving_it_up(client: Client, fair: Fair) -> None:
    ana = advised(fair, "Ana")
    book(ana, slots(fair, 60)[0])
    page = client.get(f"/adviser/forum/{ana.pk}/")
    assert "<svg" in page.content.decode()
    assert f"{ana.code[:4]}-{ana.code[4:]}" in words_of(page)
    page = client.post(f"/adviser/forum/{ana.pk}/", follow=True)
    assert page.redirect_chain == [("/adviser/forum/", 302)]
    assert "The registration of Ana is cancelled." in words_of(page)
    ana.refresh_from_db()
    assert ana.status == "cancelled"
    assert not Place.objects.get(registration=ana).is_live
    words = words_of(client.get(f"/adviser/forum/{ana.pk}/"))
    assert "The registration is cancelled" in words
    assert "Book interviews" not in words


@pytest.mark.parametrize("path", ["", "book/", "book/airbus/"])
def test_whoever_is_not_theirs_is_not_there(client: Client, fair: Fair, path: str) -> None:
    slots(fair, 60)
    foreign = make_fair()
    other = make_fair(fair.organisation)
    for person in (make_registration(fair), advised(foreign, "Zora"), advised(other, "Ana")):
        words_of(client.get(f"/adviser/forum/{person.pk}/{path}"), 404)
        if path != "book/":
            words_of(client.post(f"/adviser/forum/{person.pk}/{path}"), 404)
        person.refresh_from_db()
        assert person.status == "confirmed"
    words_of(client.get(f"/adviser/{foreign.slug}/"), 404)
    words_of(client.get(f"/adviser/{foreign.slug}/register/"), 404)


def test_a_sign_in_leads_there_and_others_may_not(client: Client, fair: Fair) -> None:
    assert 'href="/adviser/" aria-current="page"' in client.get("/adviser/").content.decode()
    assert client.get("/sign-in/").headers["Location"] == "/adviser/"
    for role in (Role.ORGANISER, Role.STAFF):
        words_of(browser_of(make_member(fair.organisation, role)).get("/adviser/"), 403)
