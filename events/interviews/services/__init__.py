"""Writes of interviews: interviewers, schedules, bookings."""

from events.interviews.services.booking import (
    book_interview,
    cancel_booking,
    cancel_bookings_of,
    hold_slot,
    switch_booking,
)
from events.interviews.services.interviewers import add_interviewer
from events.interviews.services.schedule import Schedule, set_schedule

__all__ = [
    "Schedule",
    "add_interviewer",
    "book_interview",
    "cancel_booking",
    "cancel_bookings_of",
    "hold_slot",
    "set_schedule",
    "switch_booking",
]
