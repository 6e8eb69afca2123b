"""An organiser makes and changes a fair in a browser without JavaScript."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role
from backend.accounts.models import User
from backend.accounts.services.people import add_member
from events.fairs.enums import FairStatus
from events.fairs.models import Fair, Venue
from events.interviews.services import book_interview
from tests.factories.accounts import make_member, make_organisation, make_user
from tests.factories.browser import browser_of, form_on
from tests.factories.fairs import make_fair, make_venue
from tests.factories.interviews import make_candidate, make_slot

pytestmark = pytest.mark.django_db
WINTER = {"name": "Forum de Martigues", "kind": "forum", "starts_at": "2027-03-02T09:00", "ends_at": "2027-03-02T17:30"}


@pytest.fixture
def person() -> User:
    return make_member(make_organisation())


@pytest.fixture
def organiser(person: User) -> Client:
    return browser_of(person)


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content[:500]
    text: str = answer.content.decode()
    return text


def make(client: Client, status: int = 200, **values: Any) -> str:
    return text_of(client.post("/organiser/", WINTER | values, follow=True), status)


def has_error(page: str, field: str) -> bool:
    return f'id="id_{field}_error"' in page


# --- making one -------------------------------------------------------------------------------------------------------


def test_a_fair_is_made_from_the_list(organiser: Client, person: User) -> None:
    assert 'href="?new=1"' in text_of(organiser.get("/organiser/"))
    assert "Make the fair" in text_of(organiser.get("/organiser/?new=1"))
    page = make(organiser, capacity="500", inside_limit="300", kind="job_dating")
    assert "The fair is made." in page
    assert "This is a draft" in page
    fair = Fair.objects.get()
    assert (fair.slug, fair.status, fair.kind) == ("forum-de-martigues", FairStatus.DRAFT, "job_dating")
    assert (fair.capacity, fair.inside_limit, fair.time_zone) == (500, 300, "Europe/Paris")
    assert (fair.starts_at, fair.ends_at) == (
        datetime(2027, 3, 2, 8, tzinfo=UTC),
        datetime(2027, 3, 2, 16, 30, tzinfo=UTC),
    )
    assert fair.organisation.memberships.filter(user=person).exists()
    assert "Draft" in text_of(organiser.get("/organiser/"))


def test_a_fair_called_new_hides_nothing(organiser: Client) -> None:
    make(organiser, name="New")
    assert Fair.objects.get().slug == "new"
    assert "Make the fair" in text_of(organiser.get("/organiser/?new=1"))
    assert "This is a draft" in text_of(organiser.get("/organiser/new/"))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x07b"}, "name"),
        ({"kind": "party"}, "kind"),
        ({"ends_at": "2027-03-02T08:00"}, "ends_at"),
        ({"ends_at": "2029-03-02T08:00"}, "ends_at"),
        ({"starts_at": ""}, "starts_at"),
        ({"starts_at": "2027-03-02"}, "starts_at"),
        ({"starts_at": "2027-02-30T09:00"}, "starts_at"),
        ({"starts_at": "2027-03-02T09:00+01:00"}, "starts_at"),
        ({"starts_at": "0001-01-01T00:00"}, "starts_at"),
        ({"starts_at": "tomorrow"}, "starts_at"),
        ({"starts_at": "2027-03-28T02:30", "ends_at": "2027-03-28T17:00"}, "starts_at"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "many"}, "capacity"),
        ({"inside_limit": "9" * 12}, "inside_limit"),
        ({"venue": "nowhere"}, "venue"),
        ({"venue_commune": "Martigues"}, "venue_name"),
    ],
)
def test_errors_stand_at_their_fields(organiser: Client, values: dict[str, str], field: str) -> None:
    page = make(organiser, 422, **values)
    assert has_error(page, field)
    assert not Fair.objects.exists()
    assert not Venue.objects.exists()


def test_an_hour_that_comes_twice_is_the_first(organiser: Client) -> None:
    make(organiser, starts_at="2026-10-25T02:30", ends_at="2026-10-25T17:00")
    assert Fair.objects.get().starts_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_the_days_on_which_clocks_change_have_23_and_25_hours(organiser: Client) -> None:
    for day, hours in (("2027-03-28", 23), ("2026-10-25", 25)):
        following = (datetime.fromisoformat(day) + timedelta(days=1)).date()
        make(organiser, name=day, starts_at=f"{day}T00:00", ends_at=f"{following}T00:00")
        fair = Fair.objects.get(name=day)
        assert fair.ends_at - fair.starts_at == timedelta(hours=hours)


def test_a_place_is_chosen_or_new(organiser: Client, person: User) -> None:
    organisation = person.memberships.get().organisation
    known = make_venue(organisation, name="Halle")
    make(organiser, venue=str(known.pk))
    assert Fair.objects.latest("created_at").venue == known
    assert has_error(make(organiser, 422, venue=str(known.pk), venue_name="Gymnase"), "venue_name")
    make(
        organiser, venue_name="Gymnase", venue_address="1 rue Haute", venue_postcode="13500", venue_commune="Martigues"
    )
    venue = Fair.objects.latest("created_at").venue
    assert venue is not None
    assert (venue.organisation, venue.name, venue.postcode) == (organisation, "Gymnase", "13500")
    assert has_error(make(organiser, 422, venue=str(make_venue().pk)), "venue")


def test_who_organises_for_several_says_for_whom(organiser: Client, person: User) -> None:
    home, second = person.memberships.get().organisation, make_organisation("Second")
    assert "Organisation" not in text_of(organiser.get("/organiser/?new=1")).partition("<main")[2]
    add_member(second, actor=SYSTEM, user=person, role=Role.ORGANISER)
    assert has_error(make(organiser, 422), "organisation")
    assert has_error(make(organiser, 422, organisation=str(make_organisation().pk)), "organisation")
    make(organiser, organisation=str(second.pk), venue_name="Gymnase")
    fair = Fair.objects.get()
    assert fair.organisation == second
    assert fair.venue is not None
    assert fair.venue.organisation == second
    elsewhere = str(make_venue(home).pk)
    assert has_error(make(organiser, 422, organisation=str(second.pk), venue=elsewhere), "venue")


def test_staff_make_none(person: User) -> None:
    staff = browser_of(make_member(person.memberships.get().organisation, role=Role.STAFF))
    assert staff.get("/organiser/?new=1").status_code == 403
    assert staff.post("/organiser/", WINTER).status_code == 403
    assert browser_of(make_user()).post("/organiser/", WINTER).status_code == 403
    assert not Fair.objects.exists()


# --- the settings -----------------------------------------------------------------------------------------------------


@pytest.fixture
def fair(person: User) -> Fair:
    """In winter, to the second that no form shows."""
    starts_at = datetime(2027, 3, 2, 8, 0, 30, tzinfo=UTC)
    values = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=8), "time_zone": "Europe/Paris"}
    return make_fair(person.memberships.get().organisation, name="Forum", **values)


def settings_of(fair: Fair, **values: Any) -> dict[str, Any]:
    """What the form holds as a browser sends it, and what is typed in."""
    kept = (
        "name",
        "kind",
        "slug",
        "time_zone",
        "walking_gap_minutes",
        "waitlist_offer_minutes",
        "cancel_until_minutes",
    )
    times = {"starts_at": "2027-03-02T09:00", "ends_at": "2027-03-02T17:00", "one_booking_per_employer": "on"}
    return {name: getattr(fair, name) for name in kept} | times | values


def change(client: Client, fair: Fair, status: int = 200, **values: Any) -> str:
    address = f"/organiser/{fair.slug}/settings/"
    return text_of(client.post(address, settings_of(fair, **values), follow=True), status)


def test_the_form_holds_what_there_is_and_sending_it_changes_nothing(organiser: Client, fair: Fair) -> None:
    page = text_of(organiser.get(f"/organiser/{fair.slug}/settings/"))
    assert 'value="2027-03-02T09:00"' in page
    assert "Empty: one hour before the fair starts." in page
    before = Fair.objects.values().get(pk=fair.pk)
    assert "The settings are saved." in change(organiser, fair)
    assert Fair.objects.values().get(pk=fair.pk) == before


def test_a_setting_that_a_colleague_changed_meanwhile_stays(organiser: Client, fair: Fair) -> None:
    address = f"/organiser/{fair.slug}/settings/"
    venue = make_venue(fair.organisation)
    Fair.objects.update(capacity=500, description="Two\nlines", one_booking_per_employer=True, venue=venue)
    form = form_on(organiser.get(address).content.decode())
    later = fair.starts_at + timedelta(minutes=30)
    theirs = {"capacity": 800, "description": "Theirs", "one_booking_per_employer": False, "venue_id": None}
    Fair.objects.update(starts_at=later, **theirs)
    before = Fair.objects.values().get()
    organiser.post(address, form)
    assert Fair.objects.values().get() == before
    # A form that comes back for a mistake still knows what it showed at first.
    again = form_on(text_of(organiser.post(address, form | {"slug": "!"}), 422))
    organiser.post(address, again | {"slug": fair.slug, "name": "New name", "inside_limit": "90"})
    mine = {"name": "New name", "inside_limit": 90}
    after = Fair.objects.values().get()
    assert {name for name in after if after[name] != before[name]} - {"updated_at", "name_key", "search_key"} == set(
        mine
    )


def test_every_setting_is_changed(organiser: Client, fair: Fair) -> None:
    numbers = {
        "capacity": 700,
        "inside_limit": 250,
        "walking_gap_minutes": 10,
        "booking_limit": 4,
        "booking_limit_per_day": 3,
        "waitlist_offer_minutes": 60,
        "cancel_until_minutes": 30,
    }
    texts = {"name": "Forum d’été", "kind": "conference", "slug": "Forum-2027", "description": "Une ligne\r\nDeux"}
    times = {
        "starts_at": "2027-07-01T10:00",
        "ends_at": "2027-07-01T18:00",
        "registration_opens_at": "2027-05-01T08:00",
        "registration_closes_at": "2027-06-30T12:00",
        "booking_opens_at": "2027-06-01T08:00",
        "booking_closes_at": "2027-06-30T18:00",
        "checkin_opens_at": "2027-07-01T09:30",
        "checkin_closes_at": "2027-07-01T17:00",
    }
    place = {"venue_name": "Gymnase", "venue_commune": "Istres"}
    change(organiser, fair, **numbers, **texts, **times, **place, one_booking_per_employer="")
    fair.refresh_from_db()
    assert {name: getattr(fair, name) for name in numbers} == numbers
    assert (fair.name, fair.kind, fair.slug, fair.description) == (
        "Forum d’été",
        "conference",
        "forum-2027",
        "Une ligne\nDeux",
    )
    assert {name: f"{getattr(fair, name).astimezone(fair.zone):%Y-%m-%dT%H:%M}" for name in times} == times
    assert not fair.one_booking_per_employer
    assert fair.venue is not None
    assert fair.venue.commune == "Istres"


def test_another_zone_keeps_what_the_clocks_show(organiser: Client, fair: Fair) -> None:
    change(organiser, fair, time_zone="Indian/Reunion")
    fair.refresh_from_db()
    assert fair.starts_at == datetime(2027, 3, 2, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ends_at": "2027-03-02T09:00"}, "ends_at"),
        ({"starts_at": "2027-03-28T02:59"}, "starts_at"),
        ({"time_zone": "Europe/Martigues"}, "time_zone"),
        ({"slug": "salon pris"}, "slug"),
        ({"slug": "0198c0de-7a11-7c3e-9b5f-3f6d2a90c0aa"}, "slug"),
        ({"slug": "taken"}, "slug"),
        ({"registration_opens_at": "2027-03-03T09:00"}, "registration_opens_at"),
        ({"booking_opens_at": "2027-02-03T09:00", "booking_closes_at": "2027-02-02T09:00"}, "booking_closes_at"),
        ({"checkin_closes_at": "2027-03-02T07:00"}, "checkin_closes_at"),
        ({"walking_gap_minutes": ""}, "walking_gap_minutes"),
        ({"booking_limit": "0"}, "booking_limit"),
        ({"waitlist_offer_minutes": "0"}, "waitlist_offer_minutes"),
        ({"venue_address": "1 rue Haute"}, "venue_name"),
    ],
)
def test_a_wrong_setting_stands_at_its_field(organiser: Client, fair: Fair, values: dict[str, str], field: str) -> None:
    make_fair(slug="taken")
    before = Fair.objects.values().get(pk=fair.pk)
    assert has_error(change(organiser, fair, 422, **values), field)
    assert Fair.objects.values().get(pk=fair.pk) == before


def test_bookings_that_no_longer_fit_are_listed(organiser: Client, fair: Fair) -> None:
    slot = make_slot(fair, starts_at=fair.ends_at - timedelta(hours=1))
    candidate = make_candidate(fair)
    booking = book_interview(slot.pk, actor=SYSTEM, registration_id=candidate.pk)
    page = change(organiser, fair, name="Forum 2027")
    assert "no longer fit" not in page
    page = change(organiser, fair, ends_at="2027-03-02T15:00")
    assert "The settings are saved." in page
    assert "1 booked interview no longer fits" in page
    assert f'href="/employer/bookings/{booking.pk}/"' in page
    booking.refresh_from_db()
    assert booking.is_live


def test_a_cancelled_fair_stays_as_it_is(organiser: Client, fair: Fair) -> None:
    Fair.objects.filter(pk=fair.pk).update(status=FairStatus.CANCELLED)
    assert "Save the settings" not in text_of(organiser.get(f"/organiser/{fair.slug}/settings/"))
    assert "The present state does not allow this." in change(organiser, fair, 422, name="Other")
    fair.refresh_from_db()
    assert fair.name == "Forum"


def test_a_draft_is_published_from_its_settings(organiser: Client, fair: Fair) -> None:
    assert "Publish the fair" not in text_of(organiser.get(f"/organiser/{fair.slug}/settings/"))
    Fair.objects.filter(pk=fair.pk).update(status=FairStatus.DRAFT)
    assert "Publish the fair" in text_of(organiser.get(f"/organiser/{fair.slug}/settings/"))


def test_the_settings_of_others_are_not_there(organiser: Client, fair: Fair) -> None:
    other = make_fair()
    assert organiser.get(f"/organiser/{other.slug}/settings/").status_code == 404
    assert organiser.post(f"/organiser/{other.slug}/settings/", settings_of(other)).status_code == 404
    staff = browser_of(make_member(fair.organisation, role=Role.STAFF))
    assert staff.get(f"/organiser/{fair.slug}/settings/").status_code == 403
