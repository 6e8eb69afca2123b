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
