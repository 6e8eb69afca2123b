"""Words and states of interviews: data."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class SlotState(models.TextChoices):
    """Whether a time is offered."""

    OPEN = "open", _("Open")
    BLOCKED = "blocked", _("Blocked")
    CLOSED = "closed", _("Closed")


class PlaceKind(models.TextChoices):
    """What takes up a seat of a slot."""

    HOLD = "hold", _("Hold")
    OFFER = "offer", _("Waitlist offer")
    BOOKING = "booking", _("Booking")


class BookingStatus(models.TextChoices):
    """Where a booking stands; holds and offers stay `booked` until they become one or go."""

    BOOKED = "booked", _("Booked")
    IN_PROGRESS = "in_progress", _("In progress")
    DONE = "done", _("Done")
    NO_SHOW = "no_show", _("Did not come")
    CANCELLED = "cancelled", _("Cancelled")


LIVE_BOOKING = (BookingStatus.BOOKED, BookingStatus.IN_PROGRESS)


class CancelledBy(models.TextChoices):
    """Who cancelled a booking."""

    CANDIDATE = "candidate", _("the candidate")
    EMPLOYER = "employer", _("the employer")
    ORGANISER = "organiser", _("the organiser")
    SYSTEM = "system", _("the system")


BOOKING_MOVES: dict[str, tuple[str, ...]] = {
    BookingStatus.BOOKED: (
        BookingStatus.IN_PROGRESS,
        BookingStatus.DONE,
        BookingStatus.NO_SHOW,
        BookingStatus.CANCELLED,
    ),
    BookingStatus.IN_PROGRESS: (BookingStatus.DONE, BookingStatus.CANCELLED),
    BookingStatus.DONE: (),
    BookingStatus.NO_SHOW: (BookingStatus.IN_PROGRESS,),
    BookingStatus.CANCELLED: (),
}


class WaitlistStatus(models.TextChoices):
    """Where somebody stands in the line for a full slot."""

    WAITING = "waiting", _("Waiting")
    OFFERED = "offered", _("A place is offered")
    ACCEPTED = "accepted", _("Accepted")
    EXPIRED = "expired", _("Not answered in time")
    LEFT = "left", _("Left")


IN_LINE = (WaitlistStatus.WAITING, WaitlistStatus.OFFERED)


class OutcomeKind(models.TextChoices):
    """What came of an interview."""

    TO_COMPLETE = "to_complete", _("To be completed")
    FOLLOW_UP = "follow_up", _("To be followed up")
    SECOND_INTERVIEW = "second_interview", _("Second interview")
    OFFER_MADE = "offer_made", _("Job offered")
    HIRED = "hired", _("Hired")
    NOT_RETAINED = "not_retained", _("Not retained")
