"""Addresses: composition only."""

from django.contrib import admin
from django.urls import include, path

from backend.accounts import urls as accounts
from badges import urls as badges
from checkin import urls as checkin
from events import urls as events

urlpatterns = [
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("backend.api")),
    *accounts.pages,
    *events.pages,
    *checkin.pages,
    *badges.pages,
]
