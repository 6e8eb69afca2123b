"""Many employers at once."""

import pytest

from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role
from backend.core.errors import DomainError
from backend.core.models import AuditEntry
from events.employers import bulk
from events.employers.models import Employer, Exhibitor
from tests.factories.accounts import actor_of, make_member, make_organisation
from tests.factories.employers import make_employer
from tests.factories.fairs import make_fair

pytestmark = pytest.mark.django_db
SIRET = "73282932000074"


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, **kwargs)
    return caught.value.code


def test_new_employers_get_addresses_that_are_free():
    organisation = make_organisation()
    make_employer(organisation, name="Orange", slug="orange", siret=SIRET)
    new = [Employer(organisation=organisation, name=name) for name in ("Orange", "Orange !", "SNCF")]
    bulk.create_employers(new, actor=SYSTEM)
    assert [employer.slug for employer in new] == ["orange-2", "orange-3", "sncf"]
    assert Employer.objects.get(slug="sncf").search_key.startswith("sncf")


def test_an_employer_that_came_meanwhile_is_not_made_twice():
    organisation = make_organisation()
    make_employer(organisation, name="Orange")
    new = [Employer(organisation=organisation, name=name) for name in ("SNCF", "ORANGE")]
    assert refusal(bulk.create_employers, new, actor=SYSTEM) == "already_exists"
    assert Employer.objects.count() == 1


def test_a_siret_stays_with_its_owner():
    organisation = make_organisation()
    make_employer(organisation, siret=SIRET)
    other = make_employer(organisation)
    assert refusal(bulk.amend_employers, [(other, {"siret": SIRET})], actor=SYSTEM) == "already_exists"
    other.refresh_from_db()
    assert other.siret == ""


def test_accepting_again_changes_nothing_and_is_for_organisers():
    fair = make_fair()
    employer = make_employer(fair.organisation)
    for _time in range(2):
        bulk.accept_employers(fair, [employer], actor=SYSTEM)
    assert Exhibitor.objects.get().status == "accepted"
    staff = actor_of(make_member(fair.organisation, Role.STAFF))
    assert refusal(bulk.accept_employers, fair, [employer], actor=staff) == "forbidden"
    assert refusal(bulk.lock_employers, fair, actor=staff) == "forbidden"


def test_an_employer_that_asks_meanwhile_is_accepted(monkeypatch):
    fair = make_fair()
    asking, other = make_employer(fair.organisation), make_employer(fair.organisation)
    insert = Exhibitor.objects.bulk_create

    def insert_after_the_team(*args, **kwargs):
        Exhibitor.objects.create(fair=fair, employer=asking, status="submitted", wishes={"stand_size": "9"})
        return insert(*args, **kwargs)

    monkeypatch.setattr(Exhibitor.objects, "bulk_create", insert_after_the_team)
    bulk.accept_employers(fair, [asking, other], actor=SYSTEM)
    parts = {part.employer_id: part for part in Exhibitor.objects.all()}
    assert {part.status for part in parts.values()} == {"accepted"}
    assert parts[asking.id].wishes == {"stand_size": "9"}
    trail = AuditEntry.objects.filter(action="exhibitor.accepted").values_list("object_id", "from_state")
    assert dict(trail) == {parts[asking.id].id: "submitted", parts[other.id].id: ""}
