"""Addresses of what only reads."""

from django.urls import URLPattern, path

from events.catalogue import api as edges

api: list[URLPattern] = [path("fairs/<str:fair>/slots/", edges.FairSlotsView.as_view())]
pages: list[URLPattern] = []
