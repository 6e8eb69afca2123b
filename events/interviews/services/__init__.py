"""Writes of interviews: schedules, bookings."""

from events.interviews.services.booking import book_interview, cancel_booking, cancel_bookings_of
from events.interviews.services.schedule import Schedule, set_schedule

__all__ = ["Schedule", "book_interview", "cancel_booking", "cancel_bookings_of", "set_schedule"]
