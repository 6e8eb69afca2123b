"""What services of fairs refuse where no form stands before them, and who comes second to an address or a number."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError

from backend.core import slugs
from backend.core.clock import now
from backend.core.errors import DomainError
from events.fairs import selectors, services
from events.fairs.models import Fair, Series
from tests.factories.accounts import make_organisation, organiser_of
from tests.factories.fairs import make_fair, make_series

pytestmark = pytest.mark.django_db


def values(**changes: Any) -> dict[str, Any]:
    moment = now()
    known = {"name": "Forum", "time_zone": "Europe/Paris", "starts_at": moment, "ends_at": moment + timedelta(hours=6)}
    return known | changes


def others_fair(**same: Any) -> None:
    """Somebody else's fair with some of the same values, written past the services."""
    Fair.objects.bulk_create([Fair(**values(organisation=make_organisation(), slug="other", number=999_999) | same)])


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have somebody write such a fair once a service has looked which addresses there are."""

    def happen(**same: Any) -> None:
        def numbers(start: int) -> Iterator[int]:
            if not Fair.objects.filter(**same).exists():
                others_fair(**same)
            return count(start)

        monkeypatch.setattr(slugs, "count", numbers)

    return happen


def test_an_address_taken_meanwhile_gets_the_next_number(meanwhile: Callable[..., None]) -> None:
    meanwhile(slug="forum")
    assert services.create_fair(values(), actor=organiser_of(make_organisation())).slug == "forum-2"


def test_a_wanted_address_taken_meanwhile_is_refused(meanwhile: Callable[..., None]) -> None:
    meanwhile(slug="salon")
    with pytest.raises(DomainError, match="slug_taken"):
        services.create_fair(values(slug="salon"), actor=organiser_of(make_organisation()))


def test_a_number_taken_meanwhile_is_drawn_again(
    meanwhile: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([40, 41])
    monkeypatch.setattr(services.secrets, "randbelow", lambda _limit: next(drawn))
    meanwhile(number=41)
    fair = services.create_fair(values(), actor=organiser_of(make_organisation()))
    assert (fair.number, fair.slug) == (42, "forum")


def test_a_changed_address_taken_meanwhile_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    fair = make_fair(slug="forum")
    organiser = organiser_of(fair.organisation)
    save = Fair.save

    def save_second(row: Fair, **options: Any) -> None:
        others_fair(slug="salon")
        save(row, **options)

    monkeypatch.setattr(Fair, "save", save_second)
    with pytest.raises(DomainError, match="slug_taken"):
        services.change_fair(fair, actor=organiser, values={"slug": "salon"})
    assert Fair.objects.get(pk=fair.pk).slug == "forum"


def test_what_else_the_database_refuses_is_not_mistaken_for_an_address() -> None:
    fair = make_fair(slug="forum")
    with pytest.raises(IntegrityError):
        services.change_fair(fair, actor=organiser_of(fair.organisation), values={"capacity": -1})


@pytest.mark.parametrize(
    "wrong",
    [{"duration_minutes": 0}, {"exdates": ["0001-01-01"]}, {"rdates": ["2026-11-28T09:00:00"]}, {"time_zone": "X/Y"}],
)
def test_dates_that_make_no_sense_are_refused_and_nothing_is_changed(wrong: dict[str, Any]) -> None:
    series = make_series()
    with pytest.raises(DomainError) as refusal:
        services.change_series(series, actor=organiser_of(series.organisation), values=wrong)
    assert list(refusal.value.errors) == ["starts_at"]
    [name] = wrong
    assert getattr(Series.objects.get(pk=series.pk), name) == getattr(series, name)


def test_a_time_without_dates_has_no_fairs() -> None:
    series = make_series()
    long_before = datetime(1990, 1, 1, tzinfo=UTC)
    dates = selectors.occurrences_between(series, long_before, long_before + timedelta(days=9), field="to")
    assert dates == []
    assert selectors.fairs_of_occurrences(series, dates) == {}
