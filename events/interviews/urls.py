"""Addresses of schedules, bookings and agendas."""

from django.urls import URLPattern, path

from events.interviews import api as edges
from events.interviews import (
    booking_views,
    calendar_api,
    calendar_views,
    candidate_views,
    day_api,
    employer_views,
    interviewers_api,
    waitlist_api,
)

api: list[URLPattern] = [
    path("me/bookings/", edges.MyBookingsView.as_view()),
    path("stands/<uuid:stand>/interviewers/", interviewers_api.StandInterviewersView.as_view()),
    path("stands/<uuid:stand>/schedule/", edges.StandScheduleView.as_view()),
    path("stands/<uuid:stand>/agenda/", edges.StandAgendaView.as_view()),
    path("slots/<uuid:slot>/bookings/", edges.SlotBookingsView.as_view()),
    path("stands/<uuid:stand>/shift/", day_api.StandShiftView.as_view()),
    path("slots/<uuid:slot>/block/", day_api.SlotBlockView.as_view()),
    path("slots/<uuid:slot>/reopen/", day_api.SlotReopenView.as_view()),
    path("slots/<uuid:slot>/waitlist/", waitlist_api.SlotWaitlistView.as_view()),
    path("waitlist/<uuid:entry>/", waitlist_api.WaitlistEntryView.as_view()),
    path("waitlist/<uuid:entry>/accept/", waitlist_api.WaitlistAcceptView.as_view()),
    path("waitlist/<uuid:entry>/decline/", waitlist_api.WaitlistDeclineView.as_view()),
    path("registrations/<uuid:registration>/ticket.ics", calendar_api.RegistrationCalendarView.as_view()),
    path("slots/<uuid:slot>/hold/", edges.SlotHoldView.as_view()),
    path("bookings/<uuid:booking>/", edges.BookingView.as_view()),
    path("bookings/<uuid:booking>/cancel/", edges.BookingCancelView.as_view()),
    path("bookings/<uuid:booking>/start/", day_api.BookingStartView.as_view()),
    path("bookings/<uuid:booking>/finish/", day_api.BookingFinishView.as_view()),
    path("bookings/<uuid:booking>/no_show/", day_api.BookingNoShowView.as_view()),
    path("bookings/<uuid:booking>/outcome/", day_api.BookingOutcomeView.as_view()),
    path("bookings/<uuid:booking>/switch/", edges.BookingSwitchView.as_view()),
    path("fairs/<str:fair>/bookings/", edges.FairBookingsView.as_view()),
]
pages: list[URLPattern] = [
    path("me/", candidate_views.my_fairs, name="my-fairs"),
    path("me/fairs/<str:fair>/", candidate_views.my_fair, name="my-fair"),
    path("me/fairs/<str:fair>/book/", booking_views.book, name="book"),
    path("me/fairs/<str:fair>/book/<str:employer>/", booking_views.book_employer, name="book-employer"),
    path("me/fairs/<str:fair>/interviews/<uuid:booking>/", candidate_views.my_interview, name="my-interview"),
    path("me/fairs/<str:fair>/interviews/<uuid:booking>/move/", candidate_views.move_interview, name="move-interview"),
    path("me/fairs/<str:fair>/waitlist/", booking_views.join_line, name="join-line"),
    path("me/fairs/<str:fair>/waitlist/<uuid:entry>/", booking_views.answer_line, name="answer-line"),
    path("me/fairs/<str:fair>/calendar/", calendar_views.my_calendar, name="my-calendar"),
    path(
        "me/fairs/<str:fair>/interviews/<uuid:booking>/earlier/",
        calendar_views.wish_for_earlier,
        name="interview-earlier",
    ),
    path("calendars/<str:secret>.ics", calendar_views.feed, name="calendar-feed"),
    path("employer/", employer_views.employer_home, name="employer-home"),
    path("employer/stands/<uuid:stand>/", employer_views.stand_agenda, name="employer-stand"),
    path("employer/stands/<uuid:stand>/calendars/", calendar_views.stand_calendars, name="employer-calendars"),
    path("employer/stands/<uuid:stand>/schedule/", employer_views.stand_schedule, name="employer-schedule"),
    path("employer/bookings/<uuid:booking>/", employer_views.booking, name="employer-booking"),
    path("employer/bookings/<uuid:booking>/cancel/", employer_views.cancel_booking, name="employer-booking-cancel"),
]
