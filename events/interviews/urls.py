"""Addresses of schedules, bookings and agendas."""

from django.urls import URLPattern, path

from events.interviews import api as edges

api: list[URLPattern] = [
    path("stands/<uuid:stand>/schedule/", edges.StandScheduleView.as_view()),
    path("stands/<uuid:stand>/agenda/", edges.StandAgendaView.as_view()),
    path("slots/<uuid:slot>/bookings/", edges.SlotBookingsView.as_view()),
    path("bookings/<uuid:booking>/", edges.BookingView.as_view()),
    path("bookings/<uuid:booking>/cancel/", edges.BookingCancelView.as_view()),
    path("fairs/<str:fair>/bookings/", edges.FairBookingsView.as_view()),
]
pages: list[URLPattern] = []
