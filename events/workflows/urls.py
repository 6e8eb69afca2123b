"""Addresses of the slice workflows."""

from django.urls import URLPattern, path

from events.workflows import registrations_api

api: list[URLPattern] = [
    path("registrations/<uuid:registration>/cancel/", registrations_api.RegistrationCancelView.as_view()),
]
pages: list[URLPattern] = []
