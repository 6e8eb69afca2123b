"""Words of badges and print jobs: data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PrintJobState(models.TextChoices):
    """Where a print job stands."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Audience(models.TextChoices):
    """Whose badges: the kinds of registrations, or all of them."""

    CANDIDATE = "candidate", _("Candidates")
    VISITOR = "visitor", _("Visitors")
    PRESS = "press", _("Press")
    EMPLOYER = "employer", _("Employers")
    STAFF = "staff", _("Staff")
    ADVISER = "adviser", _("Advisers")
    ALL = "all", _("Everybody")


class Order(models.TextChoices):
    """In which order badges are printed."""

    FAMILY_NAME = "family_name", _("Family name")
    GIVEN_NAME = "given_name", _("Given name")
    EMPLOYER = "employer", _("Employer")
    CODE = "code", _("Code")
    BOX = "box", _("Box")
    CREATED_AT = "created_at", _("Time of registration")
