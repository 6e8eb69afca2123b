"""Confirming, consenting, cancelling, moving up the waiting list, replacing a ticket."""

import re
from datetime import timedelta

import pytest

from backend.accounts.actors import SYSTEM, anonymous
from backend.accounts.enums import Role
from backend.accounts.models import MailedCode
from backend.accounts.services.codes import send_sign_in_code
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import AuditEntry, Event, uuid7
from backend.mail.models import OutboxMessage
from events.fairs.enums import FairStatus
from events.registrations import selectors, services, tickets
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from tests.factories.accounts import actor_of, make_member, make_organisation, make_user, organiser_of
from tests.factories.fairs import make_fair
from tests.factories.registrations import PRIVACY, make_registration

pytestmark = pytest.mark.django_db
NOBODY = anonymous(ip="203.0.113.7")


def register(fair, actor=NOBODY, **changes):
    known = {"given_name": "Zoé", "family_name": "Lefèvre", "email": "zoe@example.org", "consents": PRIVACY}
    return services.register(fair, actor=actor, values=known | changes)


def last_mail() -> OutboxMessage:
    return OutboxMessage.objects.order_by("created_at", "id").last()


def mailed_code() -> str:
    return re.search(r"\b\d{6}\b", last_mail().body)[0]


def mailed_link() -> str:
    return re.search(r"/(?:link|guardian)/([^/]+)/", last_mail().body)[1]


def wrong_code() -> str:
    return "000000" if mailed_code() != "000000" else "000001"


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(DomainError) as caught:
        call(*args, actor=kwargs.pop("actor", NOBODY), **kwargs)
    return caught.value.code


def status_of(registration) -> str:
    return Registration.objects.get(id=registration.id).status


# --- the address ------------------------------------------------------------------------------------------------------


def test_the_code_confirms():
    registration = register(make_fair())
    code = mailed_code()
    confirmed = services.confirm_with_code(registration.id, f" {code[:3]} {code[3:]} ", actor=NOBODY)
    assert (confirmed.id, confirmed.status, confirmed.user.email) == (registration.id, "confirmed", "zoe@example.org")
    assert status_of(registration) == "confirmed"
    assert last_mail().template == "registration_confirmed"
    move = AuditEntry.objects.get(action="registration.confirmed", object_id=registration.id)
    assert (move.from_state, move.to_state) == ("pending", "confirmed")
    assert Event.objects.filter(name="registration.confirmed").exists()


def test_the_link_confirms_once():
    registration = register(make_fair())
    link = mailed_link()
    user, confirmed = services.confirm_with_link(link, actor=NOBODY)
    assert (user, confirmed.id, confirmed.status) == (confirmed.user, registration.id, "confirmed")
    assert code_of(services.confirm_with_link, link) == "code_wrong"


def test_a_full_fair_puts_the_confirmed_on_the_waiting_list():
    fair = make_fair(capacity=1)
    registration = register(fair)
    code = mailed_code()
    make_registration(fair)
    assert services.confirm_with_code(registration.id, code, actor=NOBODY).status == "waitlisted"
    assert last_mail().template == "registration_waitlisted"


def test_every_wrong_code_is_the_same_refusal():
    fair = make_fair()
    registration = register(fair)
    code = mailed_code()
    confirm = services.confirm_with_code
    assert code_of(confirm, registration.id, wrong_code()) == "code_wrong"
    assert code_of(confirm, registration.id, "") == "code_wrong"
    assert code_of(confirm, uuid7(), code) == "code_wrong"
    decoy = register(fair)
    assert code_of(confirm, decoy.id, mailed_code()) == "code_wrong"
    MailedCode.objects.update(expires_at=now() - timedelta(seconds=1))
    assert code_of(confirm, registration.id, code) == "code_wrong"
    assert status_of(registration) == "pending"


def test_five_wrong_tries_burn_the_code():
    registration = register(make_fair())
    code = mailed_code()
    for _try in range(5):
        assert code_of(services.confirm_with_code, registration.id, wrong_code()) == "code_wrong"
    assert code_of(services.confirm_with_code, registration.id, code) == "code_wrong"


def test_a_used_code_is_wrong_and_a_second_one_changes_nothing():
    fair = make_fair()
    registration = register(fair)
    first = mailed_code()
    register(fair)
    second = mailed_code()
    services.confirm_with_code(registration.id, second, actor=NOBODY)
    confirmed_at = Registration.objects.get(id=registration.id).confirmed_at
    assert code_of(services.confirm_with_code, registration.id, second) == "code_wrong"
    again = services.confirm_with_code(registration.id, first, actor=NOBODY)
    assert (again.status, again.confirmed_at) == ("confirmed", confirmed_at)


def test_a_cancelled_registration_is_not_revived_by_its_code():
    registration = register(make_fair())
    code, link = mailed_code(), mailed_link()
    services.cancel_registration_row(registration, actor=SYSTEM)
    assert code_of(services.confirm_with_code, registration.id, code) == "code_wrong"
    assert code_of(services.confirm_with_link, link) == "code_wrong"
    assert status_of(registration) == "cancelled"


def test_a_link_to_sign_in_brings_its_registration_along():
    fair = make_fair()
    known = make_registration(fair, given_name="Zoé", email="zoe@example.org")
    register(fair)
    assert services.confirm_with_link(mailed_link(), actor=NOBODY) == (known.user, known)
    send_sign_in_code("zoe@example.org", actor=NOBODY, language="fr")
    assert services.confirm_with_link(mailed_link(), actor=NOBODY) == (known.user, None)


# --- the guardian -----------------------------------------------------------------------------------------------------


def child(fair, actor=NOBODY):
    guardian = {"name": "Jeanne", "email": f"jeanne.{fair.slug}@example.org"}
    return register(fair, actor, birth_date=now().date() - timedelta(days=14 * 365), guardian=guardian)


def links() -> dict[str, str]:
    return {
        message.template: re.search(r"/(?:link|guardian)/([^/]+)/", message.body)[1]
        for message in OutboxMessage.objects.filter(template__in=["registration_code", "guardian_consent"])
    }


@pytest.mark.parametrize("order", [("address", "guardian"), ("guardian", "address")])
def test_a_child_waits_for_both(order):
    registration = child(make_fair())
    found = links()
    for number, who in enumerate(order, start=1):
        if who == "address":
            services.confirm_with_link(found["registration_code"], actor=NOBODY)
        else:
            services.consent_as_guardian(found["guardian_consent"], actor=NOBODY)
        assert status_of(registration) == ("pending" if number == 1 else "confirmed")
    assert OutboxMessage.objects.filter(template="registration_confirmed").count() == 1


def test_a_child_whom_the_organisation_registers_waits_for_the_guardian_only():
    fair = make_fair(capacity=1)
    registration = child(fair, organiser_of(fair.organisation))
    consented = services.consent_as_guardian(links()["guardian_consent"], actor=NOBODY)
    assert (consented.id, consented.status) == (registration.id, "confirmed")
    assert consented.guardian_consented_at is not None


def test_consenting_twice_changes_nothing_and_a_wrong_link_is_refused():
    fair = make_fair()
    registration = child(fair, organiser_of(fair.organisation))
    token = links()["guardian_consent"]
    first = services.consent_as_guardian(token, actor=NOBODY)
    assert services.consent_as_guardian(token, actor=NOBODY).guardian_consented_at == first.guardian_consented_at
    assert AuditEntry.objects.filter(action="registration.guardian_consented").count() == 1
    assert code_of(services.consent_as_guardian, "grd_unknown") == "code_wrong"
    assert code_of(services.consent_as_guardian, "") == "code_wrong"
    services.cancel_registration_row(registration, actor=SYSTEM)
    assert code_of(services.consent_as_guardian, token) == "code_wrong"


# --- cancelling and moving up -----------------------------------------------------------------------------------------


def test_a_freed_place_goes_to_the_head_of_the_waiting_list():
    fair = make_fair(capacity=1)
    holder = make_registration(fair)
    first, second = (make_registration(fair, status=RegistrationStatus.WAITLISTED) for _ in range(2))
    services.cancel_registration_row(holder, actor=organiser_of(fair.organisation), reason="ill")
    assert [status_of(row) for row in (holder, first, second)] == ["cancelled", "confirmed", "waitlisted"]
    assert (last_mail().template, last_mail().to) == ("registration_confirmed", first.email)
    move = AuditEntry.objects.get(action="registration.cancelled")
    assert (move.object_id, move.from_state, move.reason) == (holder.id, "confirmed", "ill")


@pytest.mark.parametrize("status", [RegistrationStatus.PENDING, RegistrationStatus.WAITLISTED])
def test_who_had_no_place_frees_none(status):
    fair = make_fair(capacity=1)
    make_registration(fair)
    leaver = make_registration(fair, status=status)
    waiting = make_registration(fair, status=RegistrationStatus.WAITLISTED)
    services.cancel_registration_row(leaver, actor=SYSTEM)
    assert status_of(waiting) == "waitlisted"


def test_cancelling_again_changes_nothing():
    registration = make_registration()
    first = services.cancel_registration_row(registration, actor=SYSTEM)
    again = services.cancel_registration_row(registration, actor=SYSTEM)
    assert again.cancelled_at == first.cancelled_at
    assert AuditEntry.objects.filter(action="registration.cancelled").count() == 1


def test_whose_business_a_registration_is():
    registration = make_registration()
    stranger = actor_of(make_user())
    adviser = actor_of(make_member(registration.organisation, Role.ADVISER))
    other = organiser_of(make_organisation())
    for actor in (stranger, adviser, other, NOBODY, actor_of(registration.user, ["employer"])):
        assert code_of(services.cancel_registration_row, registration, actor=actor) == "not_found"
        assert code_of(services.reissue_ticket, registration, actor=actor, reason="lost") == "not_found"
    assert status_of(registration) == "confirmed"
    services.cancel_registration_row(registration, actor=actor_of(registration.user))
    assert status_of(registration) == "cancelled"


def test_a_raised_capacity_moves_up_in_order_and_counts_what_is_taken():
    fair = make_fair(capacity=3)
    make_registration(fair)
    waiting = [make_registration(fair, status=RegistrationStatus.WAITLISTED) for _ in range(4)]
    assert services.promote_waitlisted(fair, actor=SYSTEM) == waiting[:2]
    assert services.promote_waitlisted(fair, actor=SYSTEM) == []
    fair.capacity = None
    fair.save()
    assert services.promote_waitlisted(fair, actor=SYSTEM) == waiting[2:]


@pytest.mark.parametrize(
    "changes", [{"status": FairStatus.CANCELLED}, {"starts_at": now() - timedelta(2), "ends_at": now() - timedelta(1)}]
)
def test_a_fair_that_is_off_or_over_moves_nobody_up(changes):
    fair = make_fair(**changes)
    waiting = make_registration(fair, status=RegistrationStatus.WAITLISTED)
    assert services.promote_waitlisted(fair, actor=SYSTEM) == []
    assert status_of(waiting) == "waitlisted"


# --- tickets ----------------------------------------------------------------------------------------------------------


def test_a_ticket_says_the_fair_and_is_found_by_its_hash():
    registration = make_registration()
    ticket = selectors.live_ticket(registration)
    payload = tickets.decode(selectors.ticket_text(ticket, registration.fair))
    assert (payload.fair_number, payload.number) == (registration.fair.number, ticket.number)


def test_a_reissue_revokes_the_old_ticket_and_keeps_the_code():
    registration = make_registration()
    old = selectors.live_ticket(registration)
    new = services.reissue_ticket(registration, actor=actor_of(registration.user), reason="lost")
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert (selectors.live_ticket(registration), new.number != old.number) == (new, True)
    assert Registration.objects.get(id=registration.id).code == registration.code
    assert AuditEntry.objects.get(action="ticket.reissued").reason == "lost"


@pytest.mark.parametrize("status", ["pending", "waitlisted", "cancelled"])
def test_only_a_confirmed_registration_gets_another_ticket(status):
    registration = make_registration(status=status)
    assert code_of(services.reissue_ticket, registration, actor=SYSTEM, reason="lost") == "not_confirmed"
