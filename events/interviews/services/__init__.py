"""Writes of interviews: interviewers, schedules, bookings."""

from events.interviews.services.booking import (
    book_interview,
    cancel_booking,
    cancel_bookings_of,
    hold_slot,
    switch_booking,
)
from events.interviews.services.interviewers import add_interviewer
from events.interviews.services.meetings import (
    SEATED_LATE,
    Result,
    finish_interview,
    mark_no_show,
    record_outcome,
    release_place,
    start_interview,
)
from events.interviews.services.schedule import Schedule, set_schedule
from events.interviews.services.slots import (
    LONGEST_SHIFT,
    block_slot,
    foresee_shift,
    reopen_slot,
    shift_interviewer,
)
from events.interviews.services.waitlist import (
    accept_offer,
    decline_offer,
    join_waitlist,
    leave_waitlist,
    pass_on_due,
    pass_on_now,
)

__all__ = [
    "LONGEST_SHIFT",
    "SEATED_LATE",
    "Result",
    "Schedule",
    "accept_offer",
    "add_interviewer",
    "block_slot",
    "book_interview",
    "cancel_booking",
    "cancel_bookings_of",
    "decline_offer",
    "finish_interview",
    "foresee_shift",
    "hold_slot",
    "join_waitlist",
    "leave_waitlist",
    "mark_no_show",
    "pass_on_due",
    "pass_on_now",
    "record_outcome",
    "release_place",
    "reopen_slot",
    "set_schedule",
    "shift_interviewer",
    "start_interview",
    "switch_booking",
]
