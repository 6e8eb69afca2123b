"""Interviewers, slots, and the one table of places: holds, waitlist offers and bookings.

What the database refuses by itself (B1 to B4 of domain.md) is written as constraints here and as triggers in
events/interviews/triggers.py; the service decides first and gives the reason, the database has the last word.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.core.models import Row
from events.employers.models import Employer, Exhibitor, Stand
from events.fairs.models import Fair
from events.interviews.enums import (
    IN_LINE,
    LIVE_BOOKING,
    BookingStatus,
    CancelledBy,
    OutcomeKind,
    PlaceKind,
    SlotState,
    WaitlistStatus,
)
from events.offers.enums import ContractType
from events.offers.models import Offer
from events.registrations.models import Registration


class Interviewer(Row):
    """Somebody who interviews at a stand: named, or "table 2"."""

    stand = models.ForeignKey(Stand, models.CASCADE, related_name="interviewers")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100, blank=True)
    languages = models.JSONField(default=list, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stand", "position"],
                name="interviewer_position",
                violation_error_message=_("This table exists already."),
            )
        ]

    def __str__(self) -> str:
        return self.name or str(_("Table %(number)d") % {"number": self.position})


class Slot(Row):
    """A time one interviewer offers, for one person or for a group."""

    fair = models.ForeignKey(Fair, models.CASCADE, related_name="slots")
    exhibitor = models.ForeignKey(Exhibitor, models.CASCADE, related_name="slots")
    employer = models.ForeignKey(Employer, models.CASCADE, related_name="slots")
    stand = models.ForeignKey(Stand, models.CASCADE, related_name="slots")
    interviewer = models.ForeignKey(Interviewer, models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    capacity = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=SlotState, default=SlotState.OPEN)

    class Meta:
        indexes = [
            models.Index(fields=["fair", "starts_at", "id"], name="slot_by_time"),
            models.Index(fields=["stand", "starts_at"], name="slot_by_stand"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["interviewer", "starts_at"],
                name="slot_once",
                violation_error_message=_("This interviewer has a slot at this time already."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="slot_ends_after_start",
                violation_error_message=_("A slot ends after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(capacity__gte=1),
                name="slot_capacity",
                violation_error_message=_("A slot has at least one place."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class Place(Row):
    """A seat of a slot that somebody has: held, offered from the waitlist, or booked.

    Times, stand, employer and the fair's rules are copied when the place is taken: the copies are what the database
    compares, and a rule that changes later holds for what is booked from then on. A booking that a late interviewer's
    shift moved into another one (`has_shifted_clash`) is kept and shown, and no longer compared; `shifted_minutes` is
    by how much its column has moved since it was booked. `sequence` rises with every change that a calendar has to
    hear of (RFC 5545).
    """

    slot = models.ForeignKey(Slot, models.PROTECT, related_name="places")
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="places")
    kind = models.CharField(max_length=8, choices=PlaceKind, default=PlaceKind.BOOKING)
    status = models.CharField(max_length=12, choices=BookingStatus, default=BookingStatus.BOOKED)
    is_live = models.BooleanField(default=True)
    seat = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    day_on = models.DateField()
    stand = models.ForeignKey(Stand, models.PROTECT, related_name="+")
    employer = models.ForeignKey(Employer, models.CASCADE, related_name="+")
    gap_minutes = models.PositiveSmallIntegerField(default=0)
    limit_total = models.PositiveSmallIntegerField(null=True, blank=True)
    limit_per_day = models.PositiveSmallIntegerField(null=True, blank=True)
    is_single_per_employer = models.BooleanField(default=True)
    has_shifted_clash = models.BooleanField(default=False, db_default=False)
    shifted_minutes = models.SmallIntegerField(default=0, db_default=0)
    sequence = models.PositiveIntegerField(default=0, db_default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    offer = models.ForeignKey(Offer, models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=1000, blank=True)
    cancelled_by = models.CharField(max_length=10, choices=CancelledBy, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=500, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True)
    wants_earlier_at = models.DateTimeField(null=True, blank=True)
    earlier_told = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta:
        indexes = [
            models.Index(fields=["registration", "is_live", "starts_at"], name="place_of_registration"),
            models.Index(fields=["slot", "is_live"], name="place_of_slot"),
            models.Index(fields=["remind_at"], name="place_to_remind", condition=Q(is_live=True)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "seat"],
                condition=Q(is_live=True),
                name="place_seat_once",
                violation_error_message=_("This seat is taken."),
            ),
            models.UniqueConstraint(
                fields=["registration", "employer"],
                condition=Q(is_live=True, kind=PlaceKind.BOOKING, is_single_per_employer=True),
                name="place_one_per_employer",
                violation_error_message=_("This person has an interview with this employer already."),
            ),
            models.CheckConstraint(
                condition=Q(is_live=True, status__in=LIVE_BOOKING) | (Q(is_live=False) & ~Q(status__in=LIVE_BOOKING)),
                name="place_live_is_status",
                violation_error_message=_("A place is live exactly while it is booked or in progress."),
            ),
            models.CheckConstraint(
                condition=Q(kind=PlaceKind.BOOKING) | Q(expires_at__isnull=False),
                name="place_hold_expires",
                violation_error_message=_("A hold and an offer have an end."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="place_ends_after_start",
                violation_error_message=_("A place ends after it starts."),
            ),
            models.CheckConstraint(
                condition=Q(seat__gte=1),
                name="place_seat",
                violation_error_message=_("Seats are numbered from 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%Y-%m-%d %H:%M}"


class WaitlistEntry(Row):
    """Somebody in the line for a full slot; first come, first served by the time of joining (B6).

    While a place is offered, `place` is it, live until `place.expires_at`.
    """

    slot = models.ForeignKey(Slot, models.CASCADE, related_name="waitlist")
    registration = models.ForeignKey(Registration, models.CASCADE, related_name="waitlist")
    status = models.CharField(max_length=8, choices=WaitlistStatus, default=WaitlistStatus.WAITING)
    joined_at = models.DateTimeField()
    offered_until = models.DateTimeField(null=True, blank=True)
    place = models.OneToOneField(Place, models.SET_NULL, null=True, blank=True, related_name="waitlist_entry")

    class Meta:
        indexes = [models.Index(fields=["slot", "status", "joined_at", "id"], name="waitlist_in_order")]
        constraints = [
            models.UniqueConstraint(
                fields=["slot", "registration"],
                condition=Q(status__in=IN_LINE),
                name="waitlist_once",
                violation_error_message=_("This person is in this line already."),
            ),
            models.CheckConstraint(
                condition=~Q(status=WaitlistStatus.OFFERED) | Q(offered_until__isnull=False),
                name="waitlist_offer_ends",
                violation_error_message=_("An offer has an end."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.joined_at:%Y-%m-%d %H:%M:%S}"


class Outcome(Row):
    """What came of one interview, noted by the employer."""

    place = models.OneToOneField(Place, models.CASCADE, related_name="outcome")
    outcome = models.CharField(max_length=16, choices=OutcomeKind, default=OutcomeKind.TO_COMPLETE)
    contract_type = models.CharField(max_length=20, choices=ContractType, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    note = models.CharField(max_length=1000, blank=True)

    def __str__(self) -> str:
        return self.outcome


class CalendarFeed(Row):
    """A calendar to subscribe to: a candidate's interviews at a fair, or an interviewer's.

    Whoever has the address reads it, so it holds a secret; only its hash is kept. Another address takes the place of
    the old one, and without a row there is none.
    """

    secret_hash = models.CharField(max_length=64, unique=True)
    registration = models.OneToOneField(
        Registration, models.CASCADE, null=True, blank=True, related_name="calendar_feed"
    )
    interviewer = models.OneToOneField(Interviewer, models.CASCADE, null=True, blank=True, related_name="calendar_feed")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(registration__isnull=False, interviewer__isnull=True)
                | Q(registration__isnull=True, interviewer__isnull=False),
                name="calendar_feed_of_one",
                violation_error_message=_("A calendar is one candidate's or one interviewer's."),
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
