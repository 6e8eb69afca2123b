"""A registration put together from what somebody entered, and its row made with a code of its own."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backend.accounts.models import User
from backend.core.errors import invalid
from events.fairs.models import Fair
from events.registrations import codes
from events.registrations.enums import RegistrationKind
from events.registrations.models import Registration
from events.registrations.rules import needs_guardian, write_keys

CODE_TRIES = 5
PLAIN_FIELDS = ("given_name", "family_name", "email", "phone", "commune", "postcode")
ENTERED_FIELDS = (*PLAIN_FIELDS, "language", "birth_date", "rome_codes", "contract_types", "needs")
"""What a person, or an import, may say of somebody, beside the kind, the guardian and the consents."""


def draft_registration(fair: Fair, values: Mapping[str, Any], *, channel: str, user: User | None) -> Registration:
    """A registration that is not saved, with keys and a code. `values` as in `register`.

    Raises `invalid` that names the guardian where somebody under 15 has none.
    """
    registration = Registration(
        organisation_id=fair.organisation_id,
        fair=fair,
        user=user,
        kind=values.get("kind") or RegistrationKind.CANDIDATE,
        channel=channel,
        code=codes.new_code(),
        language=values.get("language") or (get_language() or settings.LANGUAGE_CODE)[:2],
        birth_date=values.get("birth_date"),
        rome_codes=list(values.get("rome_codes") or []),
        contract_types=list(values.get("contract_types") or []),
        needs=values.get("needs") or None,
        has_needs=bool(values.get("needs")),
        consents=dict(values.get("consents") or {}),
        **{field: values.get(field) or "" for field in PLAIN_FIELDS},
    )
    if needs_guardian(registration, fair):
        write_guardian(registration, values.get("guardian") or {})
    write_keys(registration)
    return registration


def write_guardian(registration: Registration, guardian: Mapping[str, Any]) -> None:
    """Note who consents for a child. Raises `invalid` without a name, or without an e-mail and phone."""
    if not guardian.get("name") or not (guardian.get("email") or guardian.get("phone")):
        raise invalid("guardian", _("Under 15 a parent or guardian is needed: a name, and an e-mail or phone."))
    registration.guardian_name = guardian["name"]
    registration.guardian_email = guardian.get("email") or ""
    registration.guardian_phone = guardian.get("phone") or ""


def insert_registration(registration: Registration) -> None:
    """Save a new registration; a code that the fair knows already is drawn again."""
    for _try in range(CODE_TRIES):
        try:
            with transaction.atomic():
                registration.save(force_insert=True)
            return
        except IntegrityError:
            if not Registration.objects.filter(fair=registration.fair, code=registration.code).exists():
                raise
        registration.code = codes.new_code()
        write_keys(registration)
    raise RuntimeError("no free code after several tries")
