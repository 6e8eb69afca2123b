"""What leads to a confirmation and what does not, where no page gets by itself."""

from typing import Any

import pytest

from backend.accounts.actors import anonymous
from backend.accounts.enums import CodePurpose
from backend.accounts.models import MailedCode
from backend.core.errors import DomainError
from backend.core.models import AuditEntry, uuid7
from backend.mail.models import OutboxMessage
from events.registrations import services
from events.registrations.enums import RegistrationStatus
from events.registrations.models import Registration
from events.registrations.services import confirming
from tests.factories.accounts import actor_of, make_user
from tests.factories.fairs import make_fair
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.django_db
NOBODY = anonymous(ip="203.0.113.7")


def waiting(**values: Any) -> Registration:
    return make_registration(status=RegistrationStatus.PENDING, **values)


def status_of(registration: Registration) -> str:
    registration.refresh_from_db()
    return registration.status


def test_only_ones_own_registration_is_confirmed_by_signing_in() -> None:
    registration = waiting()
    with pytest.raises(DomainError, match="not_found"):
        services.confirm_own(registration, actor=actor_of(make_user()))
    assert status_of(registration) == "pending"
    assert registration.user is not None
    for _time in range(2):
        services.confirm_own(registration, actor=actor_of(registration.user))
        assert status_of(registration) == "confirmed"
    assert AuditEntry.objects.filter(action="registration.confirmed").count() == 1


def test_a_cancelled_registration_is_not_confirmed() -> None:
    registration = make_registration(status=RegistrationStatus.CANCELLED)
    assert registration.user is not None
    with pytest.raises(DomainError, match="code_wrong"):
        services.confirm_own(registration, actor=actor_of(registration.user))
    assert status_of(registration) == "cancelled"


def test_no_code_is_sent_to_an_address_nobody_registered_with() -> None:
    fair = make_fair()
    make_registration(email="here@example.org")  # at another fair
    services.send_code_again(fair, "here@example.org", actor=NOBODY)
    services.send_code_again(fair, "nobody@example.org", actor=NOBODY)
    assert not OutboxMessage.objects.exists()


def test_a_code_of_a_registration_that_is_gone_leads_nowhere() -> None:
    with pytest.raises(DomainError, match="code_wrong"):
        confirming._confirm_address(uuid7(), actor=NOBODY)


def test_a_code_of_a_person_who_is_gone_leads_nowhere() -> None:
    with pytest.raises(DomainError, match="code_wrong"):
        confirming._follow(MailedCode(purpose=CodePurpose.REGISTRATION, user=None), actor=NOBODY)
