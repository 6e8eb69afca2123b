"""Words and states of registrations: data."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class RegistrationKind(models.TextChoices):
    """What somebody comes as."""

    CANDIDATE = "candidate", _("Candidate")
    VISITOR = "visitor", _("Visitor")
    PRESS = "press", _("Press")
    EMPLOYER = "employer", _("Employer")
    STAFF = "staff", _("Staff")
    ADVISER = "adviser", _("Adviser")


PUBLIC_KINDS = (RegistrationKind.CANDIDATE, RegistrationKind.VISITOR, RegistrationKind.PRESS)
"""Those who count for capacity and among the expected."""
STAFF_KINDS = (RegistrationKind.EMPLOYER, RegistrationKind.STAFF, RegistrationKind.ADVISER)
"""Those made by the badge job, counted apart."""


class RegistrationStatus(models.TextChoices):
    """Where a registration stands."""

    PENDING = "pending", _("Waiting for confirmation")
    CONFIRMED = "confirmed", _("Confirmed")
    WAITLISTED = "waitlisted", _("On the waiting list")
    CANCELLED = "cancelled", pgettext_lazy("registration", "Cancelled")


LIVE = (RegistrationStatus.PENDING, RegistrationStatus.CONFIRMED, RegistrationStatus.WAITLISTED)


class Presence(models.TextChoices):
    """Where the person is, by the last accepted scan."""

    EXPECTED = "expected", pgettext_lazy("person", "Expected")
    INSIDE = "inside", pgettext_lazy("person", "Inside")
    LEFT = "left", pgettext_lazy("person", "Left")


class Channel(models.TextChoices):
    """How the registration came."""

    SELF = "self", _("By the person")
    ADVISER = "adviser", _("By an adviser")
    DESK = "desk", _("At a desk")
    WALK_IN = "walk_in", _("At the entrance")
    IMPORT = "import", _("By import")
    BADGE_JOB = "badge_job", _("By a badge job")
