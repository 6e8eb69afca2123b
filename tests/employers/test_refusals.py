"""What services refuse when no route stands before them; and what meets what on its way to the database."""

from typing import Any

import pytest

from backend.accounts.actors import Actor
from backend.accounts.enums import Scope
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.employers import selectors, services
from events.employers.enums import EmployerRole
from events.employers.models import Employer, Exhibitor, Stand
from events.fairs.models import Fair
from tests.factories.accounts import actor_of, make_organisation, make_user, organiser_of
from tests.factories.employers import make_employer, make_exhibitor, make_recruiter, make_stand
from tests.factories.fairs import make_fair

pytestmark = pytest.mark.django_db


@pytest.fixture
def fair() -> Fair:
    return make_fair()


def strangers(fair: Fair) -> list[Actor]:
    """Another organisation's organiser, somebody's recruiter, anybody."""
    recruiter = make_recruiter(make_employer(fair.organisation), EmployerRole.ADMIN)
    return [organiser_of(make_organisation()), actor_of(recruiter), actor_of(make_user(), [Scope.CANDIDATE])]


def refused(code: str, action: Any, *args: Any, **values: Any) -> DomainError:
    """The refusal; nothing is on record."""
    before = AuditEntry.objects.count()
    with pytest.raises(DomainError) as refusal:
        action(*args, **values)
    assert refusal.value.code == code
    assert AuditEntry.objects.count() == before
    return refusal.value


def test_nobody_else_changes_an_employer_or_arranges_a_fair(fair: Fair) -> None:
    employer = make_employer(fair.organisation, name="Mistral")
    stand, exhibitor = make_stand(fair), make_exhibitor(fair)
    for actor in strangers(fair):
        refused("forbidden", services.change_employer, employer, actor=actor, values={"name": "Tramontane"})
        refused("forbidden", services.create_exhibitor, fair, actor=actor, employer=employer)
        refused("forbidden", services.create_stands, fair, actor=actor, labels=["B1"])
        refused("forbidden", services.assign_stand, stand, actor=actor, exhibitor=exhibitor)
    employer.refresh_from_db()
    assert employer.name == "Mistral"
    assert not Exhibitor.objects.filter(employer=employer).exists()
    assert Stand.objects.get(fair=fair).exhibitor is None


def test_an_employer_of_another_organisation_takes_no_part(fair: Fair) -> None:
    theirs = make_employer()
    both = organiser_of(fair.organisation)
    refused("not_found", services.create_exhibitor, fair, actor=both, employer=theirs)


def test_a_name_that_was_taken_meanwhile_is_answered_with_the_employer_there_is(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service looks, somebody else writes, the database refuses, the service looks again."""
    organiser = organiser_of(fair.organisation)
    there = make_employer(fair.organisation, name="Mistral")
    other = make_employer(fair.organisation, name="Tramontane")
    real = selectors.employer_known_as

    def blind_once() -> list[int]:
        looks: list[int] = []

        def look(*args: Any, **values: Any) -> Employer | None:
            looks.append(1)
            return None if len(looks) == 1 else real(*args, **values)

        monkeypatch.setattr(selectors, "employer_known_as", look)
        return looks

    looks = blind_once()
    error = refused("already_exists", services.create_employer, {"name": "Mistral"}, actor=organiser)
    assert (error.extra["employer"], len(looks)) == (there.slug, 2)
    looks = blind_once()
    error = refused("already_exists", services.change_employer, other, actor=organiser, values={"name": "Mistral"})
    assert (error.extra["employer"], len(looks)) == (there.slug, 2)


def test_a_label_that_was_taken_meanwhile_makes_no_stand(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    make_stand(fair, "B2")
    looks: list[int] = []
    real = selectors.labels_taken

    def blind_once(*args: Any) -> list[str]:
        looks.append(1)
        return [] if len(looks) == 1 else real(*args)

    monkeypatch.setattr(selectors, "labels_taken", blind_once)
    organiser = organiser_of(fair.organisation)
    error = refused("label_taken", services.create_stands, fair, actor=organiser, labels=["B1", "b2"])
    assert error.extra["labels"] == ["B2"]
    assert Stand.objects.filter(fair=fair).count() == 1
