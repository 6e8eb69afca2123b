"""Addresses of the app badges."""

from django.urls import URLPattern, path

from badges import api as edges

api: list[URLPattern] = [
    path("fairs/<str:fair>/badges/", edges.FairBadgesView.as_view()),
    path("print-jobs/<uuid:job>/", edges.PrintJobView.as_view()),
    path("print-jobs/<uuid:job>/badges.pdf", edges.PrintJobPdfView.as_view()),
    path("registrations/<uuid:registration>/badge.pdf", edges.BadgeView.as_view()),
]
pages: list[URLPattern] = []
