"""Scans (append only) and check-ins (one per accepted scan)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.core.models import Row, uuid7
from checkin.enums import Reason, ScanType
from events.fairs.models import Fair, Gate
from events.registrations.models import Registration


class Scan(models.Model):
    """One scan as it arrived and the answer it was given; never changed, unique by nonce in its fair."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    fair = models.ForeignKey(Fair, models.CASCADE, related_name="scans")
    nonce = models.UUIDField()
    type = models.CharField(max_length=5, choices=ScanType)
    scanned_at = models.DateTimeField()
    received_at = models.DateTimeField()
    is_clock_ahead = models.BooleanField(default=False)
    registration = models.ForeignKey(Registration, models.CASCADE, null=True, related_name="scans")
    gate = models.ForeignKey(Gate, models.SET_NULL, null=True, related_name="scans")
    actor_user_id = models.UUIDField(null=True)
    actor_token_id = models.UUIDField(null=True)
    is_forced = models.BooleanField(default=False)
    force_reason = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=16, choices=Reason, blank=True)
    http_status = models.PositiveSmallIntegerField()
    answer = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["fair", "received_at"], name="scan_by_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["fair", "nonce"], name="scan_once_per_nonce", violation_error_message=_("This scan is known.")
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.scanned_at:%H:%M:%S} {self.reason}"


class CheckIn(Row):
    """An accepted scan: somebody came in or went out; only `is_first` and the annulment change."""

    fair = models.ForeignKey(Fair, models.CASCADE, related_name="check_ins")
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="check_ins")
    scan = models.OneToOneField(Scan, models.CASCADE, null=True, related_name="check_in")
    type = models.CharField(max_length=5, choices=ScanType)
    at = models.DateTimeField()
    gate = models.ForeignKey(Gate, models.SET_NULL, null=True, related_name="check_ins")
    is_first = models.BooleanField(default=False)
    annulled_at = models.DateTimeField(null=True, blank=True)
    annul_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["registration", "at"], name="check_in_of_registration"),
            models.Index(fields=["fair", "at"], name="check_in_by_time"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(is_first=True, annulled_at__isnull=True),
                name="check_in_one_first",
                violation_error_message=_("This person has a first entry already."),
            ),
            models.CheckConstraint(
                condition=Q(is_first=False) | Q(type=ScanType.ENTRY),
                name="check_in_first_is_entry",
                violation_error_message=_("Only an entry can be the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.at:%H:%M:%S}"
