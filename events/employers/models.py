"""Employers, their members, their part in a fair, and the stands."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import Organisation, User
from backend.core.models import Row
from events.employers.enums import EmployerRole, EmployerSize, ExhibitorStatus
from events.fairs.models import Fair, Hall


class Employer(Row):
    """An employer known to an organisation; an empty SIRET is pending and reviewed by the organiser."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="employers")
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=80, unique=True)
    siret = models.CharField(max_length=14, blank=True)
    naf = models.CharField(max_length=6, blank=True)
    naf_nomenclature = models.CharField(max_length=10, blank=True)
    sector = models.CharField(max_length=100, blank=True)
    sector_key = models.CharField(max_length=220, editable=False, default="", db_index=True)
    size = models.CharField(max_length=8, choices=EmployerSize, blank=True)
    contact_email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    commune = models.CharField(max_length=100, blank=True)
    description = models.TextField(blank=True)
    website = models.URLField(blank=True)
    name_key = models.CharField(max_length=220, editable=False)
    search_key = models.CharField(max_length=660, editable=False, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "siret"],
                condition=~Q(siret=""),
                name="employer_siret",
                violation_error_message=_("An employer with this SIRET exists already."),
            ),
            models.UniqueConstraint(
                fields=["organisation", "name_key"],
                condition=Q(siret=""),
                name="employer_name_without_siret",
                violation_error_message=_("An employer with this name exists already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EmployerMember(Row):
    """A person of an employer's team."""

    employer = models.ForeignKey(Employer, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="employer_memberships")
    role = models.CharField(max_length=10, choices=EmployerRole, default=EmployerRole.RECRUITER)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["employer", "user"],
                name="employer_member_once",
                violation_error_message=_("This person is in the team already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.employer}"


class Exhibitor(Row):
    """An employer's part in one fair."""

    fair = models.ForeignKey(Fair, models.CASCADE, related_name="exhibitors")
    employer = models.ForeignKey(Employer, models.CASCADE, related_name="exhibitors")
    status = models.CharField(max_length=10, choices=ExhibitorStatus, default=ExhibitorStatus.DRAFT)
    wishes = models.JSONField(default=dict, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fair", "employer"],
                name="exhibitor_once",
                violation_error_message=_("This employer takes part already."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=ExhibitorStatus.values),
                name="exhibitor_status",
                violation_error_message=_("Unknown status."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employer} {self.fair}"


class Stand(Row):
    """A place in a fair; it has at most one exhibitor, an exhibitor may have several."""

    fair = models.ForeignKey(Fair, models.CASCADE, related_name="stands")
    hall = models.ForeignKey(Hall, models.PROTECT, null=True, blank=True, related_name="stands")
    label = models.CharField(max_length=20)
    label_key = models.CharField(max_length=40, editable=False)
    exhibitor = models.ForeignKey(Exhibitor, models.PROTECT, null=True, blank=True, related_name="stands")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fair", "label_key"],
                name="stand_label",
                violation_error_message=_("A stand with this label exists already."),
            )
        ]

    def __str__(self) -> str:
        return self.label
