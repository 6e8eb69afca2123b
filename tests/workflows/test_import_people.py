"""A file of the people whom advisers accompany: theirs alone, in the fair's window."""

import io
from datetime import timedelta
from typing import Any

import pytest

from backend.accounts.actors import Actor
from backend.accounts.enums import Role, Scope
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.mail.models import OutboxMessage
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.registrations.enums import Channel, RegistrationStatus
from events.registrations.models import Registration
from events.registrations.services import amend_registrations, register_many
from events.workflows.import_file import import_file, import_people
from events.workflows.import_rows import Report
from tests.factories.accounts import actor_of, make_member, make_organisation, organiser_of
from tests.factories.fairs import make_fair
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.django_db
FILE = "prénom;nom;e-mail;né le\nZoé;Lefèvre;zoe@example.org;03/02/1990\nAna;Núñez;;01/12/1985\n"


def adviser_of(fair: Fair) -> Actor:
    return actor_of(make_member(fair.organisation, Role.ADVISER))


def load(fair: Fair, actor: Actor, text: str = FILE, **options: Any) -> Report:
    return import_people(fair, actor=actor, file=io.BytesIO(text.encode()), name="personnes.csv", **options)


def sums(report: Report) -> tuple[int, int, int]:
    return report.created, report.updated, report.unchanged


def test_people_are_registered_as_an_advisers() -> None:
    fair = make_fair()
    adviser = adviser_of(fair)
    assert sums(load(fair, adviser, is_dry_run=True)) == (2, 0, 0)
    assert not Registration.objects.exists()
    assert sums(load(fair, adviser)) == (2, 0, 0)
    assert set(Registration.objects.values_list("channel", "status")) == {("adviser", "confirmed")}
    assert OutboxMessage.objects.count() == 0
    assert sums(load(fair, adviser)) == (0, 0, 2)
    changed = FILE.replace("01/12/1985", "01/12/1985;Arles").replace("né le", "né le;ville")
    assert sums(load(fair, adviser, changed.replace("03/02/1990", "03/02/1990;"))) == (0, 1, 1)
    assert Registration.objects.get(given_name="Ana").commune == "Arles"


def test_all_rows_or_none() -> None:
    fair = make_fair()
    with pytest.raises(DomainError) as caught:
        load(fair, adviser_of(fair), FILE.replace("01/12/1985", "soon"))
    assert caught.value.code == "import_refused"
    assert list(caught.value.errors) == ["row 3"]
    assert not Registration.objects.exists()


def test_whom_no_adviser_registered_stays_as_they_are() -> None:
    fair = make_fair()
    own = make_registration(fair, given_name="Zoé", family_name="Martin", email="zoe@example.org")
    report = load(fair, adviser_of(fair))
    assert sums(report) == (1, 0, 1)
    assert report.notes == ["Row 2: registered already, not by an adviser; left as it is."]
    own.refresh_from_db()
    assert (own.family_name, own.channel) == ("Martin", "self")


def test_a_name_alone_means_nobody_else() -> None:
    fair = make_fair()
    make_registration(fair, given_name="Ana", family_name="Núñez", email="")
    text = "given_name,family_name\nAna,Núñez\n"
    assert sums(load(fair, adviser_of(fair), text)) == (1, 0, 0)
    assert sums(load(fair, adviser_of(fair), text)) == (0, 0, 1)


def test_who_cancelled_elsewhere_can_be_registered() -> None:
    fair = make_fair()
    make_registration(fair, given_name="Zoé", email="zoe@example.org", status=RegistrationStatus.CANCELLED)
    assert sums(load(fair, adviser_of(fair))) == (2, 0, 0)


def test_advisers_keep_to_the_window_and_to_their_fairs() -> None:
    fair = make_fair()
    adviser = adviser_of(fair)
    for values, code in (
        ({"status": FairStatus.DRAFT}, "registration_not_open"),
        ({"registration_closes_at": now() - timedelta(minutes=1)}, "registration_closed"),
    ):
        other = make_fair(fair.organisation, **values)
        with pytest.raises(DomainError, match=code):
            load(other, adviser)
        assert sums(load(other, organiser_of(fair.organisation))) == (2, 0, 0)
    for stranger in (adviser_of(make_fair(make_organisation())), actor_of(make_member(fair.organisation, Role.STAFF))):
        with pytest.raises(DomainError, match="forbidden"):
            load(fair, stranger)
    with pytest.raises(DomainError, match="forbidden"):
        import_file(fair, actor=adviser, file=io.BytesIO(FILE.encode()), name="x.csv", kind="registrations")


def test_the_services_refuse_an_adviser_more_than_their_people() -> None:
    fair = make_fair()
    adviser = actor_of(make_member(fair.organisation, Role.ADVISER), [Scope.ADVISER])
    with pytest.raises(DomainError, match="forbidden"):
        register_many(fair, [{"given_name": "Zoé"}], actor=adviser, channel=Channel.IMPORT)
    own, advised = make_registration(fair), make_registration(fair, channel=Channel.ADVISER)
    with pytest.raises(DomainError, match="forbidden"):
        amend_registrations(fair, [(own, {"commune": "Arles"})], actor=adviser)
    amend_registrations(fair, [(advised, {"commune": "Arles"})], actor=adviser)
    assert set(Registration.objects.values_list("channel", "commune")) == {("self", ""), ("adviser", "Arles")}
