"""Addresses of the slice workflows."""

from django.urls import URLPattern, path

from events.workflows import api as edges
from events.workflows import imports_api, registrations_api

api: list[URLPattern] = [
    path("fairs/", edges.FairsView.as_view()),
    path("fairs/<str:fair>/", edges.FairView.as_view()),
    path("fairs/<str:fair>/publish/", edges.FairPublishView.as_view()),
    path("fairs/<str:fair>/exhibitors/", edges.FairExhibitorsView.as_view()),
    path("fairs/<str:fair>/stands/", edges.FairStandsView.as_view()),
    path("fairs/<str:fair>/stands/bulk/", edges.FairStandsBulkView.as_view()),
    path("fairs/<str:fair>/imports/", imports_api.ImportsView.as_view()),
    path("stands/<uuid:stand>/assign/", edges.StandAssignView.as_view()),
    path("registrations/<uuid:registration>/cancel/", registrations_api.RegistrationCancelView.as_view()),
]
pages: list[URLPattern] = []
