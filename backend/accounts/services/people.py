"""Organisations and people."""

from collections.abc import Mapping
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from backend.accounts.actors import Actor
from backend.accounts.enums import Role
from backend.accounts.models import Membership, Organisation, User
from backend.core import audit
from backend.core.errors import DomainError, invalid
from backend.core.models import uuid7
from backend.core.text import clean_text, email_key, phone_e164, slugify_name


@transaction.atomic
def create_organisation(
    name: str, *, actor: Actor, organiser_email: str, organiser_name: str = "", language: str = "fr"
) -> Organisation:
    """Make an organisation whose owner is the person with this address (made, with this name, if unknown).

    Raises `already_exists` for a name that is taken, `invalid` for an empty one.
    """
    name = clean_text(name).strip()
    if not name or len(name) > 100:
        raise invalid("name", "1 to 100 characters.")
    slug = slugify_name(name) or uuid7().hex[-12:]
    if Organisation.objects.filter(slug=slug).exists():
        raise DomainError("already_exists", extra={"organisation": slug})
    organisation = Organisation(name=name, slug=slug)
    organisation.save(force_insert=True)
    owner = ensure_user(email=organiser_email, phone=None, name=organiser_name, language=language)
    add_member(organisation, actor=actor, user=owner, role=Role.OWNER)
    audit.record("organisation.created", organisation, actor=actor, organisation_id=organisation.id)
    return organisation


def add_member(organisation: Organisation, *, actor: Actor, user: User, role: str) -> Membership:
    """Give the person a role; the same call again changes nothing."""
    with transaction.atomic():
        membership, is_new = Membership.objects.get_or_create(organisation=organisation, user=user, role=role)
        if is_new:
            audit.record(
                "member.added", membership, actor=actor, organisation_id=organisation.id, to_state=str(membership.role)
            )
    return membership


@transaction.atomic
def change_person(user: User, *, actor: Actor, values: Mapping[str, str]) -> User:
    """Change one's own name and language. Raises `forbidden` for somebody else's."""
    if user.id != actor.user_id:
        raise DomainError("forbidden")
    user = User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    changed = sorted(name for name, value in values.items() if getattr(user, name) != value)
    for name in changed:
        setattr(user, name, values[name])
    if changed:
        user.save(update_fields=changed)
        audit.record("person.changed", user, actor=actor, organisation_id=None, reason=", ".join(changed))
    return user


def ensure_user(*, email: str | None, phone: str | None, name: str, language: str) -> User:
    """The person of this address (else of this phone number), made without a password at once if unknown.

    The e-mail decides where both are given. Raises `invalid` for neither, or a malformed one.
    """
    if email:
        key = email_key(email)
        user = User.objects.filter(email_key=key).first()
        if user is None:
            user, _ = User.objects.get_or_create(
                email_key=key, defaults={"email": email, "name": name[:200], "language": language}
            )
        return user
    if not phone:
        raise invalid("email", gettext("An e-mail address or a phone number is needed."))
    number = clean_phone(phone)
    user, _ = User.objects.get_or_create(phone=number, defaults={"name": name[:200], "language": language})
    return user


def clean_phone(text: str, field: str = "phone") -> str:
    """The number in E.164 form. Raises `invalid` that names the field."""
    try:
        return phone_e164(text)
    except ValueError as error:
        raise invalid(field, str(error)) from error


def user_of_email(email: str) -> User | None:
    """The person of this address, if known."""
    return User.objects.filter(email_key=email_key(email)).first()


def roles_of(user_id: UUID) -> list[str]:
    """All roles the person has, in whatever organisation."""
    return list(Membership.objects.filter(user_id=user_id).values_list("role", flat=True))
