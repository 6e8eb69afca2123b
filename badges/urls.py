"""Addresses of the app badges."""

from django.urls import URLPattern, path

from badges import api as edges

api: list[URLPattern] = [
    path("fairs/<str:fair>/badges/", edges.FairBadgesView.as_view()),
    path("print-jobs/<str:job_id>/", edges.PrintJobView.as_view()),
    path("print-jobs/<str:job_id>/badges.pdf", edges.PrintJobPdfView.as_view()),
    path("registrations/<str:registration_id>/badge.pdf", edges.BadgeView.as_view()),
]
pages: list[URLPattern] = []
