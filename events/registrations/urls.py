"""Addresses of registrations."""

from django.urls import URLPattern, path

from events.registrations import api as edges
from events.registrations import gates_api, views

api: list[URLPattern] = [
    path("me/registrations/", edges.MyRegistrationsView.as_view()),
    path("fairs/<str:fair>/gates/", gates_api.FairGatesView.as_view()),
    path("fairs/<str:fair>/registrations/", edges.RegistrationsView.as_view()),
    path("registrations/<uuid:registration>/", edges.RegistrationView.as_view()),
    path("registrations/<uuid:registration>/confirm/", edges.RegistrationConfirmView.as_view()),
    path("registrations/<uuid:registration>/reissue/", edges.RegistrationReissueView.as_view()),
    path("registrations/<uuid:registration>/ticket.svg", edges.RegistrationTicketView.as_view()),
]
pages: list[URLPattern] = [
    path("fairs/<str:fair>/register/", views.register, name="register"),
    path("fairs/<str:fair>/register/code/", views.register_code, name="register-code"),
    path("fairs/<str:fair>/register/guardian/<str:token>/", views.guardian_consent, name="guardian-consent"),
    path("me/fairs/<str:fair>/confirm/", views.confirm_own, name="confirm-own"),
    path("sign-in/link/<str:link>/", views.mailed_link, name="mailed-link"),
]
