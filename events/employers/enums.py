"""Words and states of employers and their part in a fair: data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class EmployerSize(models.TextChoices):
    """Number of staff, by bracket."""

    NONE = "0", _("No staff")
    MICRO = "1-9", _("1 to 9")
    SMALL = "10-49", _("10 to 49")
    MEDIUM = "50-249", _("50 to 249")
    LARGE = "250-4999", _("250 to 4,999")
    HUGE = "5000+", _("5,000 and more")


class EmployerRole(models.TextChoices):
    """What a person is in an employer's team."""

    ADMIN = "admin", _("Administrator")
    RECRUITER = "recruiter", _("Recruiter")


class ExhibitorStatus(models.TextChoices):
    """Where an employer's part in a fair stands."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Submitted")
    TO_ACCEPT = "to_accept", _("To accept")
    TO_REJECT = "to_reject", _("To reject")
    ACCEPTED = "accepted", _("Accepted")
    WAITLISTED = "waitlisted", _("On the waiting list")
    REJECTED = "rejected", _("Rejected")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CANCELLED = "cancelled", _("Cancelled")


GONE = (ExhibitorStatus.REJECTED, ExhibitorStatus.WITHDRAWN, ExhibitorStatus.CANCELLED)
"""States after which the employer may ask again."""
