"""Addresses of accounts: oneself, members, tokens, signing in and out, and the language of the pages."""

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, path
from django.views.i18n import set_language

from backend.accounts import api as edges
from backend.accounts import trail_api, views

api: list[URLPattern] = [
    path("me/", edges.MeView.as_view()),
    path("members/", edges.MembersView.as_view()),
    path("tokens/", edges.TokensView.as_view()),
    path("tokens/<uuid:token>/", edges.TokenView.as_view()),
    path("audit/", trail_api.AuditView.as_view()),
]
pages: list[URLPattern] = [
    path("sign-in/", views.sign_in, name="sign-in"),
    path("sign-in/code/", views.sign_in_code, name="sign-in-code"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
]
