"""Addresses of what only reads."""

from django.urls import URLPattern, path

from events.catalogue import api as edges
from events.catalogue import views

api: list[URLPattern] = [
    path("fairs/<str:fair>/slots/", edges.FairSlotsView.as_view()),
    path("fairs/<str:fair>/offers/", edges.FairOffersView.as_view()),
]
pages: list[URLPattern] = [
    path("", views.home, name="fairs"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("fairs/<str:fair>/", views.fair, name="fair"),
    path("fairs/<str:fair>/employers/", views.employers, name="fair-employers"),
    path("fairs/<str:fair>/employers/<str:employer>/", views.employer, name="fair-employer"),
    path("fairs/<str:fair>/offers/", views.offers, name="fair-offers"),
]
