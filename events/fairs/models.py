"""Series, fairs, venues, halls, gates."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.accounts.models import Organisation
from backend.core.models import Row
from events.fairs.enums import FairKind, FairStatus


class Venue(Row):
    """A place where fairs are held."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="venues")
    name = models.CharField(max_length=100)
    address = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    commune = models.CharField(max_length=100, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    commune_key = models.CharField(max_length=220, editable=False, default="", db_index=True)
    search_key = models.CharField(max_length=420, editable=False, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True) | Q(latitude__range=(-90, 90)),
                name="venue_latitude",
                violation_error_message=_("Latitude lies between -90 and 90."),
            ),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True) | Q(longitude__range=(-180, 180)),
                name="venue_longitude",
                violation_error_message=_("Longitude lies between -180 and 180."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Series(Row):
    """A rule by which fairs recur (RFC 5545, in the series' zone)."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="series")
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=80, unique=True)
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, blank=True, related_name="series")
    time_zone = models.CharField(max_length=50)
    starts_at = models.DateTimeField()
    duration_minutes = models.PositiveIntegerField()
    rrule = models.CharField(max_length=500)
    exdates = models.JSONField(default=list, blank=True)
    rdates = models.JSONField(default=list, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    search_key = models.CharField(max_length=220, editable=False, default="")

    class Meta:
        verbose_name_plural = "series"
        constraints = [
            models.CheckConstraint(
                condition=Q(duration_minutes__gt=0),
                name="series_duration",
                violation_error_message=_("A fair lasts at least a minute."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class FairQuerySet(models.QuerySet["Fair"]):
    """Filters of fairs."""

    def published(self) -> "FairQuerySet":
        """What the public may see; a cancelled fair stays visible and says so."""
        return self.filter(status__in=(FairStatus.PUBLISHED, FairStatus.CANCELLED))


class Fair(Row):
    """One edition: from the first door to the last, in one place and one zone."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="fairs")
    number = models.PositiveIntegerField(unique=True, help_text=_("Stands for the fair in ticket codes: three bytes."))
    series = models.ForeignKey(Series, models.SET_NULL, null=True, blank=True, related_name="fairs")
    occurrence_at = models.DateTimeField(null=True, blank=True, help_text=_("Which occurrence of the series this is."))
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=FairKind, default=FairKind.FORUM)
    description = models.TextField(blank=True)
    venue = models.ForeignKey(Venue, models.PROTECT, null=True, blank=True, related_name="fairs")
    time_zone = models.CharField(max_length=50, default="Europe/Paris")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=FairStatus, default=FairStatus.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    inside_limit = models.PositiveIntegerField(null=True, blank=True)
    registration_opens_at = models.DateTimeField(null=True, blank=True)
    registration_closes_at = models.DateTimeField(null=True, blank=True)
    booking_opens_at = models.DateTimeField(null=True, blank=True)
    booking_closes_at = models.DateTimeField(null=True, blank=True)
    checkin_opens_at = models.DateTimeField(null=True, blank=True)
    checkin_closes_at = models.DateTimeField(null=True, blank=True)
    walking_gap_minutes = models.PositiveSmallIntegerField(default=5)
    booking_limit = models.PositiveSmallIntegerField(null=True, blank=True)
    booking_limit_per_day = models.PositiveSmallIntegerField(null=True, blank=True)
    one_booking_per_employer = models.BooleanField(default=True)
    waitlist_offer_minutes = models.PositiveIntegerField(default=120)
    cancel_until_minutes = models.PositiveIntegerField(default=0)
    search_key = models.CharField(max_length=420, editable=False, default="")

    objects = FairQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["organisation", "starts_at"], name="fair_by_date")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="fair_ends_after_start",
                violation_error_message=_("A fair ends after it starts."),
            ),
            models.UniqueConstraint(
                fields=["series", "occurrence_at"],
                condition=Q(series__isnull=False),
                name="fair_once_per_occurrence",
                violation_error_message=_("This occurrence of the series has its fair already."),
            ),
            models.CheckConstraint(
                condition=Q(number__gte=1, number__lt=2**24),
                name="fair_number",
                violation_error_message=_("The fair's number does not fit in a ticket."),
            ),
            models.CheckConstraint(
                condition=Q(status__in=FairStatus.values),
                name="fair_status",
                violation_error_message=_("Unknown status."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        """The zone everything of this fair is shown in."""
        return ZoneInfo(self.time_zone)

    @property
    def registration_window(self) -> tuple[datetime | None, datetime]:
        """When registering is possible: from publishing to the end, unless set."""
        return self.registration_opens_at or self.published_at, self.registration_closes_at or self.ends_at

    @property
    def booking_window(self) -> tuple[datetime | None, datetime]:
        """When booking is possible: from publishing to the end, unless set."""
        return self.booking_opens_at or self.published_at, self.booking_closes_at or self.ends_at

    @property
    def checkin_window(self) -> tuple[datetime, datetime]:
        """When scanning admits: from one hour before the start to the end, unless set."""
        opens = self.checkin_opens_at or self.starts_at - timedelta(hours=1)
        return opens, self.checkin_closes_at or self.ends_at


class Hall(Row):
    """A hall of a fair."""

    fair = models.ForeignKey(Fair, models.CASCADE, related_name="halls")
    name = models.CharField(max_length=100)
    width_m = models.FloatField(null=True, blank=True)
    depth_m = models.FloatField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fair", "name"], name="hall_name", violation_error_message=_("This hall exists already.")
            )
        ]

    def __str__(self) -> str:
        return self.name


class Gate(Row):
    """An entrance of a fair; empty `kinds` lets every kind through."""

    fair = models.ForeignKey(Fair, models.CASCADE, related_name="gates")
    name = models.CharField(max_length=100)
    kinds = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["fair", "name"], name="gate_name", violation_error_message=_("This gate exists already.")
            )
        ]

    def __str__(self) -> str:
        return self.name
