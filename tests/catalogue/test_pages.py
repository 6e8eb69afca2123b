"""The public pages of the fairs without JavaScript."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils.html import escape
from pytest_django import DjangoAssertNumQueries

from events.catalogue.words import action_for, phase_words, window_words
from events.employers.enums import ExhibitorStatus
from events.employers.models import Stand
from events.fairs.models import Fair, Venue
from events.interviews import services
from events.offers.models import Offer
from events.registrations.enums import RegistrationStatus
from tests.factories.accounts import actor_of, make_member
from tests.factories.browser import browser_of
from tests.factories.employers import make_employer, make_exhibitor, make_stand
from tests.factories.fairs import make_fair, make_venue
from tests.factories.interviews import make_interviewer, make_slot
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.django_db
NINE = datetime(2026, 11, 26, 8, tzinfo=UTC)
NOW = NINE - timedelta(days=20)


@pytest.fixture(autouse=True)
def _weeks_before() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def venue() -> Venue:
    return make_venue(name="La Halle", address="1 quai Général-Leclerc")


@pytest.fixture
def fair(venue: Venue) -> Fair:
    return coming(venue, name="Forum de Martigues", slug="forum")


def coming(venue: Venue, **values: Any) -> Fair:
    times = {"starts_at": NINE, "ends_at": NINE + timedelta(hours=8)}
    return make_fair(venue.organisation, **times | {"venue": venue} | values)


def exhibit(fair: Fair, name: str, label: str, *, status: str = ExhibitorStatus.ACCEPTED, **values: Any) -> Stand:
    sector = values.get("sector", "")
    employer = make_employer(fair.organisation, name=name, slug=name.lower(), sector_key=sector.lower(), **values)
    return make_stand(fair, label, exhibitor=make_exhibitor(fair, employer, status=status))


def offer(stand: Stand, title: str = "Soudeur", status: str = "published") -> Offer:
    assert stand.exhibitor is not None
    values = {"title": title, "rome_code": "H2913", "contract_type": "cdi", "positions": 2, "status": status}
    return Offer.objects.create(employer=stand.exhibitor.employer, fair=stand.fair, **values)


def page(path: str, language: str = "en", status: int = 200) -> str:
    response = browser_of(language=language).get(path)
    assert response.status_code == status
    text: str = response.content.decode()
    return text


def words(text: str) -> str:
    """What a person reads, on one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", text.split("</head>")[1]).split())


def test_home_shows_the_next_fairs_with_their_numbers(fair: Fair, venue: Venue) -> None:
    stand = exhibit(fair, "Airbus", "B12")
    exhibit(fair, "Refusé", "B13", status=ExhibitorStatus.REJECTED)
    make_slot(fair, stand=stand, starts_at=NINE)
    offer(stand)
    offer(stand, status="draft")
    coming(venue, name="Earlier", starts_at=NINE - timedelta(days=3), ends_at=NINE - timedelta(days=2))
    coming(venue, name="Over", starts_at=NOW - timedelta(days=2), ends_at=NOW - timedelta(days=1))
    coming(venue, name="Secret", status="draft")
    shown = words(page("/"))
    assert shown.index("Earlier") < shown.index("Forum de Martigues")
    assert "Over" not in shown
    assert "Secret" not in shown
    card = shown[shown.index("Forum de Martigues") :]
    assert "Thursday 26 November , 9:00 – 17:00 La Halle, Martigues 1 employer 1 offer 1 free interview" in card


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("place=martigues", ["Forum"]),
        ("place=MARTIGUES+halle", ["Forum"]),
        ("place=13200", ["Arles"]),
        ("place=nice", []),
        ("from_on=2026-12-01", ["Arles"]),
        ("from_on=2026-11-26", ["Forum", "Arles"]),
        ("from_on=yesterday", ["Forum", "Arles"]),
        ("sector=Industrie", ["Forum"]),
        ("sector=Unheard", ["Forum", "Arles"]),
        ("page=99", ["Forum", "Arles"]),
    ],
)
def test_home_can_be_narrowed(query: str, found: list[str], fair: Fair, venue: Venue) -> None:
    exhibit(fair, "Airbus", "B12", sector="Industrie")
    elsewhere = make_venue(venue.organisation, name="Palais", commune="Arles", postcode="13200")
    coming(elsewhere, name="Arles en alternance", starts_at=NINE + timedelta(days=9), ends_at=NINE + timedelta(days=10))
    names = re.findall(r'<h3 class="fair-name"><a[^>]*>(\w+)', page(f"/?{query}"))
    assert names == found


def test_nothing_found_says_what_to_do(fair: Fair) -> None:
    shown = words(page("/?place=nice"))
    assert "0 fairs found" in shown
    assert "Show all fairs" in shown
    Fair.objects.all().delete()
    assert "No fair is announced yet" in words(page("/"))


def test_a_fair_says_when_where_and_what_to_do(fair: Fair) -> None:
    stand = exhibit(fair, "Airbus", "B12")
    make_slot(fair, stand=stand, starts_at=NINE)
    text = page("/fairs/forum/")
    shown = words(text)
    assert "Thursday 26 November , 9:00 – 17:00 La Halle, Martigues" in shown
    assert "1 quai Général-Leclerc 13500 Martigues" in shown
    assert "Free interviews 1" in shown
    assert '<a class="button action" href="/fairs/forum/register/">Register</a>' in text
    assert page("/fairs/forum/", "fr").count("jeudi 26 novembre") > 1
    assert page(f"/fairs/{fair.pk}/").count("Forum de Martigues") > 1


def test_search_engines_read_an_event_that_cannot_break_out(fair: Fair) -> None:
    Fair.objects.filter(pk=fair.pk).update(name="</script><script>alert(1)</script> & Cie", description="a < b")
    text = page("/fairs/forum/")
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert len(blocks) == 1
    event = json.loads(blocks[0])
    assert event["name"] == "</script><script>alert(1)</script> & Cie"
    assert event["startDate"] == "2026-11-26T09:00:00+01:00"
    assert event["location"]["address"]["addressLocality"] == "Martigues"
    assert event["eventStatus"] == "https://schema.org/EventScheduled"
    assert "<script>alert" not in text


def test_the_one_button_follows_who_looks(fair: Fair) -> None:
    registration = make_registration(fair)
    client = browser_of(registration.user)
    text = client.get("/fairs/forum/").content.decode()
    assert '<a class="button action" href="/me/fairs/forum/book/">Book interviews</a>' in text
    assert "You are registered." in text
    Fair.objects.filter(pk=fair.pk).update(booking_opens_at=NINE - timedelta(days=1))
    text = client.get("/fairs/forum/").content.decode()
    assert '<a class="button action" href="/me/fairs/forum/">My ticket and interviews</a>' in text


@pytest.mark.parametrize(
    ("values", "status", "label"),
    [
        ({"status": "cancelled"}, "cancelled", "Cancelled"),
        ({"registration_opens_at": NOW + timedelta(days=2)}, "upcoming", "Registration opens Sunday 9:00"),
        ({"registration_opens_at": NOW + timedelta(days=9)}, "upcoming", "Registration opens Sunday 15 November, 9:00"),
        ({"booking_opens_at": NOW + timedelta(days=3, minutes=5)}, "registration", "Booking opens Monday 9:05"),
        ({}, "booking", "Booking open"),
        ({"starts_at": NOW - timedelta(hours=1)}, "ongoing", "Under way"),
        ({"starts_at": NOW - timedelta(hours=2), "ends_at": NOW}, "over", "Over"),
    ],
)
def test_phases_in_words(values: dict[str, Any], status: str, label: str, venue: Venue) -> None:
    said = phase_words(coming(venue, **values), NOW)
    assert (said.value, said.label) == (status, label)


def test_no_button_where_nothing_can_be_done(venue: Venue) -> None:
    later = coming(venue, registration_opens_at=NOW + timedelta(days=1))
    closed = coming(venue, registration_closes_at=NOW)
    cancelled = coming(venue, status="cancelled")
    assert [action_for(fair, None, NOW) for fair in (later, closed, cancelled)] == [None, None, None]
    waiting = make_registration(later, status=RegistrationStatus.WAITLISTED)
    action = action_for(later, waiting, NOW)
    assert action is not None
    assert action.url == f"/me/fairs/{later.slug}/"


def test_windows_in_words(fair: Fair) -> None:
    assert window_words((None, NOW), fair, NOW) == "closed"
    assert window_words((None, NINE), fair, NOW) == ""
    assert window_words((NOW + timedelta(days=1), NINE), fair, NOW) == "open Saturday 9:00"
    assert window_words((NOW, NINE), fair, NOW) == "until Thursday 26 November, 9:00"


def test_employers_can_be_searched(fair: Fair) -> None:
    exhibit(fair, "Airbus", "B12", sector="Industrie", search_key="airbus marignane")
    exhibit(fair, "Naval", "C3", sector="Mer")
    exhibit(fair, "Hidden", "C4", status=ExhibitorStatus.SUBMITTED)

    def names(query: str) -> list[str]:
        return re.findall(r'<h2 class="employer-name"><a[^>]*>(\w+)', page(f"/fairs/forum/employers/{query}"))

    assert names("") == ["Airbus", "Naval"]
    assert names("?search=AIR") == ["Airbus"]
    assert names("?search=marignane") == ["Airbus"]
    assert names("?search=c3") == ["Naval"]
    assert names("?sector=Mer") == ["Naval"]
    assert names("?search=zzz") == []
    assert "No employer fits" in words(page("/fairs/forum/employers/?search=zzz"))


def test_an_employer_shows_offers_and_the_times_it_has_left(fair: Fair) -> None:
    stand = exhibit(fair, "Airbus", "B12", description="Nous construisons des hélicoptères.", size="5000+")
    offer(stand)
    first, second = make_interviewer(stand), make_interviewer(stand)
    for table, minutes in ((first, 0), (second, 0), (first, 15), (first, 30)):
        make_slot(fair, stand=stand, interviewer=table, starts_at=NINE + timedelta(minutes=minutes))
    taken = make_slot(fair, stand=stand, interviewer=second, starts_at=NINE + timedelta(minutes=45))
    registration = make_registration(fair)
    assert registration.user is not None
    services.book_interview(taken.pk, actor=actor_of(registration.user), registration_id=registration.pk)
    shown = words(page("/fairs/forum/employers/airbus/"))
    assert "Stand B12" in shown
    assert "Nous construisons des hélicoptères." in shown
    assert "Soudeur Permanent contract (CDI) 2 positions" in shown
    assert "Free interviews Register and book 9:00 × 2 9:15 9:30" in shown
    assert "9:45" not in shown
    mine = words(browser_of(registration.user).get("/fairs/forum/employers/airbus/").content.decode())
    assert "You have an interview at 9:45 ." in mine


def test_what_is_not_public_is_not_there(fair: Fair, venue: Venue) -> None:
    exhibit(fair, "Hidden", "C4", status=ExhibitorStatus.SUBMITTED)
    page("/fairs/forum/employers/hidden/", status=404)
    page("/fairs/forum/employers/nobody/", status=404)
    draft = coming(venue, status="draft")
    page(f"/fairs/{draft.slug}/", status=404)
    organiser = browser_of(make_member(venue.organisation))
    assert "Only the organiser's team" in words(
        organiser.get(f"/fairs/{draft.slug}/").content.decode().replace("&#x27;", "'")
    )


def test_a_cancelled_fair_stays_and_says_so(fair: Fair) -> None:
    Fair.objects.filter(pk=fair.pk).update(status="cancelled")
    shown = words(page("/fairs/forum/"))
    assert "This fair does not take place" in shown
    assert "button action" not in page("/fairs/forum/")


def test_what_people_wrote_is_escaped(fair: Fair) -> None:
    exhibit(fair, "Airbus", "B12", description="<img src=x onerror=alert(1)>")
    text = page("/fairs/forum/employers/airbus/")
    assert "<img src=x" not in text
    assert escape("<img src=x onerror=alert(1)>") in text


@pytest.mark.parametrize("rows", [1, 3])
def test_queries_do_not_grow(
    rows: int, fair: Fair, venue: Venue, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        stand = exhibit(fair, f"Employer{number}", f"B{number}", sector=f"S{number}")
        make_slot(fair, stand=stand, starts_at=NINE)
        offer(stand)
        other = coming(venue, name=f"Other {number}")
        exhibit(other, f"Also{number}", f"C{number}")
    with django_assert_num_queries(6):
        page("/")
    with django_assert_num_queries(5):
        page("/fairs/forum/")
    with django_assert_num_queries(7):
        page("/fairs/forum/employers/")
    with django_assert_num_queries(5):
        page("/fairs/forum/employers/employer0/")


def test_the_first_visit_is_light(fair: Fair) -> None:
    """Under 100 kB in all the first time; the frame's styles and scripts need 30 of them, compressed."""
    for number in range(60):
        exhibit(fair, f"Employer{number}", f"B{number}", sector="Industrie", commune="Marignane")
    assert len(page("/fairs/forum/employers/").encode()) < 70_000


def test_a_telephone_can_keep_the_site() -> None:
    response = browser_of().get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    manifest = response.json()
    assert manifest["start_url"] == "/me/"
    assert {icon["sizes"] for icon in manifest["icons"]} == {"192x192", "512x512"}
