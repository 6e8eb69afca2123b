"""Addresses of employers."""

from django.urls import URLPattern, path

from events.employers import api as edges
from events.employers import members_api

api: list[URLPattern] = [
    path("employers/", edges.EmployersView.as_view()),
    path("employers/<str:employer>/", edges.EmployerView.as_view()),
    path("employers/<str:employer>/members/", members_api.EmployerMembersView.as_view()),
]
pages: list[URLPattern] = []
