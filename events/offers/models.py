"""Job, apprenticeship and internship offers."""

from django.db import models
from django.db.models import Q
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
        ]

    def __str__(self) -> str:
        return self.title
