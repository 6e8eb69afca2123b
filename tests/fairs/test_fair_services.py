"""Making, changing and publishing fairs."""

from datetime import timedelta
from typing import Any

import pytest

from backend.accounts.actors import Actor
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry, Event
from events.fairs import services
from events.fairs.enums import FairStatus
from events.fairs.models import Fair, Venue
from tests.factories.accounts import actor_of, make_organisation, make_user, organiser_of
from tests.factories.fairs import make_fair, make_venue
from tests.factories.threads import at_once

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def values(**more: Any) -> dict[str, Any]:
    start = now().replace(microsecond=0) + timedelta(days=30)
    return {"name": "Forum de l’emploi", "starts_at": start, "ends_at": start + 8 * HOUR, "capacity": 500} | more


@pytest.fixture
def organiser() -> Actor:
    return organiser_of(make_organisation())


def test_a_fair_begins_as_a_draft_with_a_slug_and_a_number(organiser: Actor) -> None:
    fair = services.create_fair(values(), actor=organiser)
    assert (fair.status, fair.slug, fair.published_at) == (FairStatus.DRAFT, "forum-de-l-emploi", None)
    assert 1 <= fair.number < 2**24
    assert AuditEntry.objects.get(object_id=fair.id).action == "fair.created"


def test_the_same_name_again_gets_the_next_slug(organiser: Actor) -> None:
    slugs = [services.create_fair(values(), actor=organiser).slug for _ in range(3)]
    assert slugs == ["forum-de-l-emploi", "forum-de-l-emploi-2", "forum-de-l-emploi-3"]


def test_a_name_without_latin_letters_gets_a_slug_too(organiser: Actor) -> None:
    fair = services.create_fair(values(name="招聘会"), actor=organiser)
    assert fair.slug == f"fair-{fair.number}"


def test_a_wanted_slug_is_had_once(organiser: Actor) -> None:
    assert services.create_fair(values(slug="salon-13"), actor=organiser).slug == "salon-13"
    with pytest.raises(DomainError, match="slug_taken"):
        services.create_fair(values(slug="salon-13"), actor=organiser)


def test_a_number_that_is_taken_is_drawn_again(organiser: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = make_fair(number=7).number
    drawn = iter([taken - 1, taken - 1, 41])
    monkeypatch.setattr(services.secrets, "randbelow", lambda _limit: next(drawn))
    assert services.create_fair(values(), actor=organiser).number == 42


def test_who_organises_nothing_makes_no_fair() -> None:
    with pytest.raises(DomainError, match="forbidden"):
        services.create_fair(values(), actor=actor_of(make_user()))


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"ends_at": 0 * HOUR}, "ends_at"),
        ({"ends_at": -HOUR}, "ends_at"),
        ({"ends_at": timedelta(days=400)}, "ends_at"),
        ({"registration_opens_at": -HOUR, "registration_closes_at": -2 * HOUR}, "registration_closes_at"),
        ({"booking_opens_at": -HOUR, "booking_closes_at": -HOUR}, "booking_closes_at"),
        ({"booking_opens_at": 9 * HOUR, "booking_closes_at": 10 * HOUR}, "booking_opens_at"),
        ({"registration_opens_at": 9 * HOUR}, "registration_opens_at"),
        ({"checkin_closes_at": -2 * HOUR}, "checkin_closes_at"),
        ({"checkin_opens_at": 8 * HOUR}, "checkin_opens_at"),
    ],
)
def test_times_that_do_not_fit_together_are_named(organiser: Actor, wrong: dict[str, timedelta], field: str) -> None:
    body = values()
    with pytest.raises(DomainError, match="invalid") as refusal:
        services.create_fair(body | {name: body["starts_at"] + by for name, by in wrong.items()}, actor=organiser)
    assert list(refusal.value.errors) == [field]
    assert not Fair.objects.exists()


def test_another_organisation_s_venue_is_not_known(organiser: Actor) -> None:
    with pytest.raises(DomainError, match="invalid") as refusal:
        services.create_fair(values(venue=make_venue()), actor=organiser)
    assert list(refusal.value.errors) == ["venue"]


def test_a_fair_of_another_organisation_is_not_for_its_strangers_to_make(organiser: Actor) -> None:
    elsewhere = make_organisation()
    for make in (services.create_fair, services.create_venue):
        with pytest.raises(DomainError, match="forbidden"):
            make(values(), actor=organiser, organisation_id=elsewhere.id)
    assert services.create_fair(values(), actor=organiser_of(elsewhere), organisation_id=elsewhere.id)


def test_a_new_venue_is_made_with_the_fair_or_not_at_all(organiser: Actor) -> None:
    fair = services.create_fair(values(), actor=organiser, new_venue={"name": "Halle", "commune": "Istres"})
    assert fair.venue is not None
    assert (fair.venue.name, fair.venue.organisation_id, fair.venue.commune_key) == (
        "Halle",
        fair.organisation_id,
        "istres",
    )
    changed = services.change_fair(fair, actor=organiser, values={}, new_venue={"name": "Gymnase"})
    assert changed.venue is not None
    assert changed.venue.name == "Gymnase"
    wrong = values(ends_at=now())
    with pytest.raises(DomainError, match="invalid"):
        services.create_fair(wrong, actor=organiser, new_venue={"name": "Nulle part"})
    with pytest.raises(DomainError, match="invalid"):
        services.change_fair(fair, actor=organiser, values={"ends_at": now()}, new_venue={"name": "Nulle part"})
    assert set(Venue.objects.values_list("name", flat=True)) == {"Halle", "Gymnase"}


def test_publishing_once_and_again(organiser: Actor) -> None:
    fair = services.create_fair(values(), actor=organiser)
    published = services.publish_fair(fair, actor=organiser)
    again = services.publish_fair(fair, actor=organiser)
    assert published.status == again.status == FairStatus.PUBLISHED
    assert published.published_at == again.published_at
    assert AuditEntry.objects.filter(object_id=fair.id, action="fair.published").count() == 1
    assert Event.objects.filter(name="fair.published").count() == 1


@pytest.mark.parametrize("status", [FairStatus.CANCELLED, FairStatus.ARCHIVED])
def test_what_is_off_is_neither_published_nor_changed(status: FairStatus) -> None:
    fair = make_fair(status=status)
    organiser = organiser_of(fair.organisation)
    with pytest.raises(DomainError, match="wrong_state"):
        services.publish_fair(fair, actor=organiser)
    with pytest.raises(DomainError, match="wrong_state"):
        services.change_fair(fair, actor=organiser, values={"name": "Autre"})


def test_another_organisation_publishes_and_changes_nothing(organiser: Actor) -> None:
    fair = make_fair(status=FairStatus.DRAFT)
    with pytest.raises(DomainError, match="forbidden"):
        services.publish_fair(fair, actor=organiser)
    with pytest.raises(DomainError, match="forbidden"):
        services.change_fair(fair, actor=organiser, values={"name": "Autre"})
    fair.refresh_from_db()
    assert (fair.status, fair.name != "Autre") == (FairStatus.DRAFT, True)


def test_a_change_is_on_record_once(organiser: Actor) -> None:
    fair = services.create_fair(values(), actor=organiser)
    for _ in range(2):
        fair = services.change_fair(fair, actor=organiser, values={"name": "Salon d’été", "capacity": 500})
    fair.refresh_from_db()
    assert (fair.name, fair.search_key) == ("Salon d’été", "salon d'ete")
    assert [entry.reason for entry in AuditEntry.objects.filter(action="fair.changed")] == ["name"]


def test_a_change_to_a_taken_slug_is_refused(organiser: Actor) -> None:
    fair = services.create_fair(values(), actor=organiser)
    make_fair(slug="salon-13")
    with pytest.raises(DomainError, match="slug_taken"):
        services.change_fair(fair, actor=organiser, values={"slug": "salon-13"})
    assert services.change_fair(fair, actor=organiser, values={"slug": "salon-14"}).slug == "salon-14"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_one_name_get_two_slugs() -> None:
    organiser = organiser_of(make_organisation())
    made = at_once(*[lambda: services.create_fair(values(), actor=organiser).slug] * 4)
    assert sorted(made) == ["forum-de-l-emploi", *(f"forum-de-l-emploi-{number}" for number in (2, 3, 4))]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_want_one_slug() -> None:
    organiser = organiser_of(make_organisation())
    made = at_once(*[lambda: services.create_fair(values(slug="salon"), actor=organiser).slug] * 3)
    assert sorted(made) == ["salon", "slug_taken", "slug_taken"]


@pytest.mark.django_db(transaction=True)
def test_two_publish_at_once() -> None:
    fair = make_fair(status=FairStatus.DRAFT)
    organiser = organiser_of(fair.organisation)
    assert at_once(*[lambda: services.publish_fair(fair, actor=organiser).status] * 2) == ["published", "published"]
    assert AuditEntry.objects.filter(object_id=fair.id, action="fair.published").count() == 1
