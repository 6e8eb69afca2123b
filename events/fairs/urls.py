"""Addresses of series, venues and halls."""

from django.urls import URLPattern, path

from events.fairs import api as edges
from events.fairs import calendar_api

api: list[URLPattern] = [
    path("venues/", edges.VenuesView.as_view()),
    path("fairs/<str:fair>/halls/", edges.FairHallsView.as_view()),
    path("series/", edges.SeriesListView.as_view()),
    path("series/<str:series>/", edges.SeriesView.as_view()),
    path("fairs/<str:fair>/calendar.ics", calendar_api.FairCalendarView.as_view()),
    path("series/<str:series>/calendar.ics", calendar_api.SeriesCalendarView.as_view()),
    path("series/<str:series>/occurrences/", edges.OccurrencesView.as_view()),
    path("series/<str:series>/generate/", edges.GenerateView.as_view()),
]
pages: list[URLPattern] = []
