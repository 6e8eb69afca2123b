"""Who gets which message about a registration."""

from django.conf import settings
from django.utils import translation

from backend.accounts.enums import CodePurpose
from backend.accounts.services.codes import send_code
from backend.core.formats import format_range
from backend.mail.services import post_message
from events.fairs.models import Fair
from events.registrations import codes
from events.registrations.models import Registration


def send_registration_code(registration: Registration, fair: Fair) -> None:
    """Send the code and link that confirm a pending registration. Raises `rate_limited` (5 per address and hour)."""
    _send_code(CodePurpose.REGISTRATION, "registration_code", registration, fair)


def send_known(registration: Registration, fair: Fair) -> None:
    """Tell somebody who registered again that they are registered, with a code and link to sign in.

    Counts and takes as long as `send_registration_code`: the caller must not learn which was sent.
    """
    _send_code(CodePurpose.SIGN_IN, "registration_known", registration, fair)


def send_outcome(registration: Registration, fair: Fair) -> None:
    """Say that the registration is confirmed, with the way to the ticket, or on the waiting list."""
    address, channel = address_of(registration)
    if not address:
        return
    post_message(
        f"registration_{registration.status}",
        to=address,
        channel=channel,
        language=language_of(registration),
        user_id=registration.user_id,
        organisation_id=registration.organisation_id,
        context=_context(registration, fair),
    )


def ask_guardian(registration: Registration, fair: Fair, token: str) -> None:
    """Ask the guardian of somebody under 15 for consent, with a link that only this message holds."""
    email, phone = registration.guardian_email, registration.guardian_phone
    link = f"{settings.SITE_URL}/fairs/{fair.slug}/register/guardian/{token}/"
    post_message(
        "guardian_consent",
        to=email or phone,
        channel="email" if email else "sms",
        language=language_of(registration),
        user_id=registration.user_id,
        organisation_id=registration.organisation_id,
        context=_context(registration, fair) | {"guardian": registration.guardian_name, "link": link},
    )


def address_of(registration: Registration) -> tuple[str, str]:
    """Where messages go and by which channel: the e-mail address, else the phone; ("", "") where there is neither."""
    if registration.email:
        return registration.email, "email"
    return (registration.phone, "sms") if registration.phone else ("", "")


def language_of(registration: Registration) -> str:
    """The person's language where the site speaks it, else the site's."""
    return registration.language if registration.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


def _send_code(purpose: str, template: str, registration: Registration, fair: Fair) -> None:
    address, channel = address_of(registration)
    send_code(
        purpose,
        address=address,
        channel=channel,
        user=registration.user,
        subject_id=registration.id,
        language=language_of(registration),
        template=template,
        context=_context(registration, fair),
    )


def _context(registration: Registration, fair: Fair) -> dict[str, object]:
    with translation.override(language_of(registration)):
        when = format_range(fair.starts_at, fair.ends_at, fair.zone, with_year=True)
    return {
        "fair": fair.name,
        "when": when,
        "given_name": registration.given_name,
        "short_code": codes.group(registration.code),
        "ticket_url": f"{settings.SITE_URL}/me/fairs/{fair.slug}/",
    }
