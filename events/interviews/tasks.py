"""Jobs of interviews."""

from uuid import UUID

from events.interviews.services import earlier, pass_on_due
from events.interviews.services.reminders import send_reminders


def pass_on_places() -> None:
    """Offer to the next in line what was held or offered and not taken in time."""
    pass_on_due()


def remind_of_interviews() -> None:
    """Write the reminders that are due."""
    send_reminders()


def tell_of_earlier_time(slot_id: str, left_id: str | None = None) -> None:
    """Tell those who asked that this time is free, but not the booking that left it."""
    earlier.tell_of_earlier_time(UUID(slot_id), UUID(left_id) if left_id else None)
