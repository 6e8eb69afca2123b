"""Addresses of the slice workflows."""

from django.urls import URLPattern, path

from events.workflows import api as edges
from events.workflows import (
    badge_views,
    candidate_views,
    exhibitor_views,
    fair_views,
    import_views,
    imports_api,
    organiser_views,
    place_views,
    registrations_api,
)

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
pages: list[URLPattern] = [
    path("me/fairs/<str:fair>/leave/", candidate_views.leave_fair, name="leave-fair"),
    path("organiser/", fair_views.organiser_home, name="organiser-home"),
    path("organiser/<str:fair>/", organiser_views.fair_cockpit, name="organiser-fair"),
    path("organiser/<str:fair>/publish/", organiser_views.publish, name="organiser-publish"),
    path("organiser/<str:fair>/settings/", fair_views.fair_settings, name="organiser-settings"),
    path("organiser/<str:fair>/exhibitors/", organiser_views.fair_exhibitors, name="organiser-exhibitors"),
    path("organiser/<str:fair>/exhibitors/add/", exhibitor_views.add_exhibitor, name="organiser-add-exhibitor"),
    path("organiser/<str:fair>/registrations/", organiser_views.fair_registrations, name="organiser-registrations"),
    path("organiser/<str:fair>/import/", import_views.fair_import, name="organiser-import"),
    path("organiser/<str:fair>/places/", place_views.fair_places, name="organiser-places"),
    path("organiser/<str:fair>/badges/", badge_views.fair_badges, name="organiser-badges"),
    path("organiser/<str:fair>/badges/<uuid:job>/", badge_views.print_job, name="organiser-print-job"),
]
