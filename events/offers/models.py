"""Job, apprenticeship and internship offers, and the list of occupations they are sorted by."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.core.models import Row
from events.employers.models import Employer
from events.fairs.models import Fair
from events.offers.enums import ContractType, OfferStatus


class Offer(Row):
    """An employer's offer, for one fair or for none."""

    employer = models.ForeignKey(Employer, models.CASCADE, related_name="offers")
    fair = models.ForeignKey(Fair, models.CASCADE, null=True, blank=True, related_name="offers")
    title = models.CharField(max_length=100)
    rome_code = models.CharField(max_length=5)
    contract_type = models.CharField(max_length=20, choices=ContractType)
    positions = models.PositiveSmallIntegerField(default=1)
    commune = models.CharField(max_length=100, blank=True)
    description = models.TextField(blank=True)
    hours_per_week = models.DecimalField(max_digits=4, decimal_places=1, null=True, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    duration_months = models.PositiveSmallIntegerField(null=True, blank=True)
    pay_min = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, blank=True, help_text=_("Gross, in euros a month.")
    )
    pay_max = models.DecimalField(
        max_digits=9, decimal_places=2, null=True, blank=True, help_text=_("Gross, in euros a month.")
    )
    no_diploma_needed = models.BooleanField(default=False)
    accessible = models.BooleanField(default=False, help_text=_("Open to people with a disability."))
    search_key = models.TextField(editable=False, default="")
    status = models.CharField(max_length=10, choices=OfferStatus, default=OfferStatus.DRAFT)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(rome_code__regex=r"^[A-N][0-9]{4}$"),
                name="offer_rome_code",
                violation_error_message=_("A ROME code is a letter from A to N and four digits, such as M1805."),
            ),
            models.CheckConstraint(
                condition=Q(positions__gte=1),
                name="offer_positions",
                violation_error_message=_("An offer has at least one position."),
            ),
            models.CheckConstraint(
                condition=Q(pay_min__isnull=True) | Q(pay_max__isnull=True) | Q(pay_max__gte=F("pay_min")),
                name="offer_pay",
                violation_error_message=_("The highest pay is not below the lowest."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=OfferStatus.values),
                name="offer_status",
                violation_error_message=_("Unknown status."),
            ),
        ]
        indexes = [models.Index(fields=["fair", "status", "id"], name="offer_of_fair")]

    def __str__(self) -> str:
        return self.title


class RomeCode(models.Model):
    """An occupation of the national list, the same for every organisation.

    `version` is the list it was last read in. A code that a later list no longer has keeps its row: it ends on
    `valid_until`, and `replaced_by` is the code that took over its label, if one did.
    """

    code = models.CharField(max_length=5, primary_key=True)
    label = models.CharField(max_length=200)
    label_key = models.CharField(max_length=420, editable=False)
    version = models.CharField(max_length=20, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    replaced_by = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("ROME code")
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-N][0-9]{4}$"),
                name="rome_code",
                violation_error_message=_("A ROME code is a letter from A to N and four digits, such as M1805."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"
