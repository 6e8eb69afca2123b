"""Badges of those who come to work: registrations that the badge job makes."""

import pytest

from backend.accounts.actors import SYSTEM
from backend.accounts.enums import Role
from events.employers.enums import ExhibitorStatus
from events.fairs.enums import FairStatus
from events.registrations.models import Registration
from events.registrations.services.badge_people import ensure_staff_registrations
from events.registrations.services.cancelling import cancel_registration_row
from tests.factories.accounts import make_member, make_organisation
from tests.factories.badges import make_print_job, pdf_of, qr_text_of, run, scanned_pages
from tests.factories.checkin import staff_client
from tests.factories.client import refused
from tests.factories.employers import make_employer, make_exhibitor, make_recruiter
from tests.factories.fairs import make_fair

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


def test_the_job_makes_badges_of_those_who_come_to_work() -> None:
    organisation = make_organisation("Ville de Martigues")
    fair = make_fair(organisation, capacity=0)
    employer = make_employer(organisation, name="Airbus")
    make_exhibitor(fair, employer)
    recruiter = make_recruiter(employer)
    recruiter.name = "Marie Anne de La Tour"
    recruiter.save(update_fields=["name"])
    refused = make_employer(organisation)
    make_exhibitor(fair, refused, status=ExhibitorStatus.REJECTED)
    make_recruiter(refused)
    staff, adviser = make_member(organisation, Role.STAFF), make_member(organisation, Role.ADVISER)
    make_member(organisation, Role.AUDITOR)
    make_member(make_organisation(), Role.STAFF)
    job = run(make_print_job(fair, audience="all"))
    made = {(row.kind, row.user_id): row for row in Registration.objects.filter(fair=fair)}
    owner = organisation.memberships.get(role=Role.OWNER).user_id
    assert set(made) == {
        ("employer", recruiter.id),
        ("staff", staff.id),
        ("staff", owner),
        ("adviser", adviser.id),
    }
    badge = made["employer", recruiter.id]
    assert (badge.given_name, badge.family_name) == ("Marie", "Anne de La Tour")
    assert (badge.employer_name, badge.channel, badge.status) == ("Airbus", "badge_job", "confirmed")
    assert made["staff", staff.id].employer_name == "Ville de Martigues"
    assert job.total == 4
    assert scanned_pages(pdf_of(job)) == [{qr_text_of(row) for row in made.values()}]


def test_people_who_come_to_work_are_registered_once() -> None:
    organisation = make_organisation()
    fair = make_fair(organisation)
    recruiter = make_recruiter(make_exhibitor(fair, make_employer(organisation, name="Alfa")).employer)
    second = make_exhibitor(fair, make_employer(organisation, name="Beta")).employer
    second.members.create(user=recruiter)
    [made] = ensure_staff_registrations(fair, ["employer"], actor=SYSTEM)
    assert made.employer_name == "Alfa"
    assert ensure_staff_registrations(fair, ["employer"], actor=SYSTEM) == []
    cancel_registration_row(made, actor=SYSTEM)
    assert ensure_staff_registrations(fair, ["employer"], actor=SYSTEM) == []
    assert run(make_print_job(fair, audience="employer")).total == 0


def test_only_the_kinds_asked_for_are_made() -> None:
    fair = make_fair()
    run(make_print_job(fair, audience="candidate"))
    run(make_print_job(fair, audience="all", registration_ids=[]))
    assert not Registration.objects.filter(fair=fair).exists()
    assert run(make_print_job(fair, audience="staff")).total == 1


def test_a_fair_that_is_off_gets_no_people_and_its_job_ends() -> None:
    fair = make_fair(status=FairStatus.CANCELLED)
    assert run(make_print_job(fair, audience="all")).state == "done"
    assert not Registration.objects.filter(fair=fair).exists()


def test_who_has_left_gets_no_badge_any_more() -> None:
    organisation = make_organisation()
    fair = make_fair(organisation)
    leaving, withdrawing = (make_exhibitor(fair, make_employer(organisation)) for _each in range(2))
    gone, stays, withdrawn = (make_recruiter(part.employer) for part in (leaving, leaving, withdrawing))
    former, adviser = make_member(organisation, Role.STAFF), make_member(organisation, Role.ADVISER)
    assert run(make_print_job(fair, audience="all")).total == 6  # and the owner
    before = list(Registration.objects.filter(fair=fair))
    gone.employer_memberships.all().delete()
    withdrawing.status = ExhibitorStatus.WITHDRAWN
    withdrawing.save(update_fields=["status"])
    former.memberships.all().delete()
    adviser.memberships.update(role=Role.AUDITOR)
    left = [row for row in before if row.user_id in {gone.id, withdrawn.id, former.id, adviser.id}]
    job = run(make_print_job(fair, audience="all"))
    assert scanned_pages(pdf_of(job)) == [{qr_text_of(row) for row in before if row not in left}]
    assert stays.id in {row.user_id for row in before if row not in left}
    assert run(make_print_job(fair, registration_ids=[row.id for row in left])).total == 0
    staff = staff_client(fair)
    for row in left:
        refused(staff.get(f"registrations/{row.id}/badge.pdf"), 409, "nothing_to_print")


def test_who_comes_back_gets_the_same_badge() -> None:
    fair = make_fair()
    member = make_member(fair.organisation, Role.STAFF)
    run(make_print_job(fair, audience="staff"))
    [membership] = member.memberships.all()
    membership.delete()
    assert run(make_print_job(fair, audience="staff")).total == 1
    membership.save(force_insert=True)
    assert run(make_print_job(fair, audience="staff")).total == 2
    assert Registration.objects.filter(fair=fair, user=member).count() == 1
