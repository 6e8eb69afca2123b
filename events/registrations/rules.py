"""What decides over a registration, without a database: ages, windows, who is the same person."""

from datetime import date, datetime

from backend.core.errors import DomainError
from backend.core.text import email_key, fold
from events.fairs.enums import FairStatus
from events.fairs.models import Fair
from events.registrations.enums import Channel
from events.registrations.models import Registration

GUARDIAN_AGE = 15
"""Below it a guardian consents as well: the age of digital consent in France (loi 78-17, art. 45; GDPR art. 8)."""


def first_day(fair: Fair) -> date:
    """The day on which ages are judged: the fair's first, in its zone."""
    return fair.starts_at.astimezone(fair.zone).date()


def last_day(fair: Fair) -> date:
    """The fair's last day, in its zone."""
    return fair.ends_at.astimezone(fair.zone).date()


def needs_guardian(registration: Registration, fair: Fair) -> bool:
    """Whether the person is under 15 on the first day. Somebody without a birth date is taken for older."""
    age = registration.age_on(first_day(fair))
    return age is not None and age < GUARDIAN_AGE


def is_waiting(registration: Registration, fair: Fair) -> bool:
    """Whether somebody must still say yes: the owner of the address, or the guardian."""
    if registration.channel == Channel.SELF and registration.address_confirmed_at is None:
        return True
    return needs_guardian(registration, fair) and registration.guardian_consented_at is None


def refuse_outside_window(fair: Fair, at: datetime, *, is_preparing: bool) -> None:
    """Raise `registration_not_open` or `registration_closed`; an organiser (`is_preparing`) may fill a draft."""
    opens_at, closes_at = fair.registration_window
    if fair.status in (FairStatus.CANCELLED, FairStatus.ARCHIVED) or at >= closes_at:
        raise DomainError("registration_closed")
    if fair.status == FairStatus.DRAFT and is_preparing:
        return
    if fair.status == FairStatus.DRAFT or (opens_at is not None and at < opens_at):
        raise DomainError("registration_not_open")


def person_key(email: str, phone: str, given_name: str) -> str | None:
    """The key of R1: the e-mail address, else the phone number, with the folded given name, so that a family may share
    an address. None where neither is known."""
    address = email_key(email) if email else phone
    return f"{address}|{fold(given_name)}"[:480] if address else None


def write_keys(registration: Registration) -> None:
    """Fill the columns by which the person is recognised, sorted and found."""
    registration.person_key = person_key(registration.email, registration.phone, registration.given_name)
    registration.sort_key = fold(f"{registration.family_name} {registration.given_name}")[:420]
    found_by = (
        registration.given_name,
        registration.family_name,
        registration.email,
        registration.phone,
        registration.code,
    )
    registration.search_key = fold(" ".join(found_by))[:900]
