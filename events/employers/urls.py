"""Addresses of employers."""

from django.urls import URLPattern, path

from events.employers import api as edges
from events.employers import members_api, profile_views, team_views

api: list[URLPattern] = [
    path("employers/", edges.EmployersView.as_view()),
    path("employers/<str:employer>/", edges.EmployerView.as_view()),
    path("employers/<str:employer>/members/", members_api.EmployerMembersView.as_view()),
]
pages: list[URLPattern] = [
    path("employer/<str:employer>/profile/", profile_views.profile, name="employer-profile"),
    path("employer/<str:employer>/team/", team_views.team, name="employer-team"),
    path("employer/<str:employer>/team/<uuid:recruiter>/", team_views.teammate, name="employer-teammate"),
    path(
        "employer/<str:employer>/team/<uuid:recruiter>/remove/",
        team_views.remove_teammate,
        name="employer-teammate-remove",
    ),
]
