"""Addresses of registrations."""

from django.urls import URLPattern, path

from events.registrations import api as edges

api: list[URLPattern] = [
    path("fairs/<str:fair>/registrations/", edges.RegistrationsView.as_view()),
    path("registrations/<uuid:registration>/", edges.RegistrationView.as_view()),
    path("registrations/<uuid:registration>/confirm/", edges.RegistrationConfirmView.as_view()),
    path("registrations/<uuid:registration>/reissue/", edges.RegistrationReissueView.as_view()),
    path("registrations/<uuid:registration>/ticket.svg", edges.RegistrationTicketView.as_view()),
]
pages: list[URLPattern] = []
