"""Roles and scopes: data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member is in an organisation."""

    OWNER = "owner", _("Owner")
    ORGANISER = "organiser", _("Organiser")
    STAFF = "staff", _("Event staff")
    ADVISER = "adviser", _("Adviser")
    AUDITOR = "auditor", _("Auditor")


class Scope(models.TextChoices):
    """What a token may be used for; a signed-in browser has all that its roles give."""

    ORGANISER = "organiser", _("Organise fairs")
    CHECKIN = "checkin", _("Scan at the entrance")
    CHECKIN_FORCE = "checkin.force", _("Admit against a refusal")
    EMPLOYER = "employer", _("Run an employer's stand")
    CANDIDATE = "candidate", _("Act for oneself as a candidate")
    ADVISER = "adviser", _("Accompany people")
    SENSITIVE = "sensitive", _("Read and write sensitive fields")
    READ = "read", _("Read only")


ROLES_OF_SCOPE: dict[str, tuple[str, ...]] = {
    Scope.ORGANISER: (Role.OWNER, Role.ORGANISER),
    Scope.CHECKIN: (Role.OWNER, Role.ORGANISER, Role.STAFF),
    Scope.CHECKIN_FORCE: (Role.OWNER, Role.ORGANISER, Role.STAFF),
    Scope.ADVISER: (Role.ADVISER,),
    Scope.SENSITIVE: (Role.OWNER, Role.ORGANISER),
    Scope.READ: (Role.OWNER, Role.ORGANISER, Role.AUDITOR),
}
"""The memberships that make a scope worth something; employer and candidate rest on other tables."""

ROLE_ONLY_SCOPES: dict[str, tuple[str, ...]] = {Scope.CHECKIN_FORCE: (Role.OWNER, Role.ORGANISER)}
"""What a signed-in browser (no token, so no scope given on purpose) needs for the stronger scopes."""


class CodePurpose(models.TextChoices):
    """What a mailed code is for."""

    SIGN_IN = "sign_in", _("Sign in")
    REGISTRATION = "registration", _("Confirm a registration")
