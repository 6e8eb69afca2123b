"""Addresses of series and venues."""

from django.urls import URLPattern, path

from events.fairs import api as edges

api: list[URLPattern] = [path("venues/", edges.VenuesView.as_view())]
pages: list[URLPattern] = []
