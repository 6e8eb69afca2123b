"""Registrations of people for a fair, and the tickets that stand for them."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import Organisation, User
from backend.core.crypto import EncryptedTextField
from backend.core.models import Row
from events.fairs.models import Fair
from events.registrations.enums import (
    LIVE,
    PUBLIC_KINDS,
    STAFF_KINDS,
    Channel,
    Presence,
    RegistrationKind,
    RegistrationStatus,
)


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """Filters of registrations."""

    def live(self) -> "RegistrationQuerySet":
        """Not cancelled."""
        return self.filter(status__in=LIVE)

    def counted(self) -> "RegistrationQuerySet":
        """Those that take up capacity: confirmed candidates, visitors and press."""
        return self.filter(status=RegistrationStatus.CONFIRMED, kind__in=PUBLIC_KINDS)


class Registration(Row):
    """One person's place in one fair.

    `person_key` is the R1 key: lower-case e-mail, else phone, with the folded given name; null where neither is known.
    Presence is written by the entrance, the badge columns by the badge job, each through this slice's services.
    `last_scanned_at` is the latest time of a scan that says where the person is, accepted or not: a scan after it needs
    no look at the earlier ones.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    fair = models.ForeignKey(Fair, models.CASCADE, related_name="registrations")
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="registrations")
    kind = models.CharField(max_length=10, choices=RegistrationKind, default=RegistrationKind.CANDIDATE)
    status = models.CharField(max_length=10, choices=RegistrationStatus, default=RegistrationStatus.PENDING)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.SELF)
    code = models.CharField(max_length=8)
    given_name = models.CharField(max_length=100, blank=True)
    family_name = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    person_key = models.CharField(max_length=480, null=True, editable=False)
    sort_key = models.CharField(max_length=420, editable=False, default="")
    search_key = models.CharField(max_length=900, editable=False, default="")
    language = models.CharField(max_length=5, default="fr")
    birth_date = models.DateField(null=True, blank=True)
    guardian_name = models.CharField(max_length=100, blank=True)
    guardian_email = models.EmailField(blank=True)
    guardian_phone = models.CharField(max_length=20, blank=True)
    guardian_token_hash = models.CharField(max_length=64, blank=True)
    guardian_consented_at = models.DateTimeField(null=True, blank=True)
    commune = models.CharField(max_length=100, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    employer_name = models.CharField(max_length=100, blank=True)
    rome_codes = models.JSONField(default=list, blank=True)
    contract_types = models.JSONField(default=list, blank=True)
    needs = EncryptedTextField(null=True, blank=True)
    has_needs = models.BooleanField(default=False)
    consents = models.JSONField(default=dict, blank=True)
    address_confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    waitlisted_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    presence = models.CharField(max_length=8, choices=Presence, default=Presence.EXPECTED)
    presence_at = models.DateTimeField(null=True, blank=True)
    first_admitted_at = models.DateTimeField(null=True, blank=True)
    last_scanned_at = models.DateTimeField(null=True, blank=True)
    badge_printed_at = models.DateTimeField(null=True, blank=True)
    badge_hash = models.CharField(max_length=64, blank=True)
    badge_box = models.CharField(max_length=10, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["fair", "sort_key", "id"], name="registration_by_name"),
            models.Index(fields=["fair", "created_at", "id"], name="registration_by_time"),
            models.Index(fields=["fair", "status", "kind", "presence"], name="registration_counts"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["fair", "kind", "person_key"],
                condition=Q(status__in=LIVE, person_key__isnull=False),
                name="registration_once_per_person",
                violation_error_message=_("This person is registered already."),
            ),
            models.UniqueConstraint(
                fields=["fair", "kind", "user"],
                condition=Q(status__in=LIVE, kind__in=STAFF_KINDS, user__isnull=False),
                name="registration_once_per_staff_user",
                violation_error_message=_("This person has a badge of this kind already."),
            ),
            models.UniqueConstraint(
                fields=["fair", "code"], name="registration_code", violation_error_message=_("This code is taken.")
            ),
            models.CheckConstraint(
                condition=Q(status__in=RegistrationStatus.values),
                name="registration_status",
                violation_error_message=_("Unknown status."),
            ),
            models.CheckConstraint(
                condition=Q(presence__in=Presence.values),
                name="registration_presence",
                violation_error_message=_("Unknown presence."),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def full_name(self) -> str:
        """Given and family name as a person would write them."""
        return f"{self.given_name} {self.family_name}".strip()

    def age_on(self, day: date) -> int | None:
        """Whole years on that day, or None where the birth date is not known."""
        if self.birth_date is None:
            return None
        had_birthday = (day.month, day.day) >= (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - (0 if had_birthday else 1)


class Ticket(Row):
    """A QR code that stands for a registration; a reissue makes a new one and revokes this.

    The text is not stored: it is made anew from the numbers and the key (signatures are deterministic), and found by
    its hash.
    """

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="tickets")
    number = models.PositiveBigIntegerField()
    key_id = models.PositiveSmallIntegerField()
    not_after_on = models.DateField()
    secret_hash = models.CharField(max_length=64, unique=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(revoked_at__isnull=True),
                name="ticket_one_live",
                violation_error_message=_("This registration has a ticket already."),
            )
        ]

    def __str__(self) -> str:
        return str(self.number)
