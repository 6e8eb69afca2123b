"""Addresses: composition only."""

from django.contrib import admin
from django.urls import include, path

from backend.accounts import urls as accounts
from backend.core.health import healthz
from backend.core.problems import TYPE
from backend.core.views import error_codes
from backend.jobs.health import readyz
from backend.metrics import metrics
from badges import urls as badges
from checkin import urls as checkin
from events import urls as events

handler400 = "backend.core.refusals.bad_request"
handler500 = "backend.core.failures.server_error"
urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    path("admin/", admin.site.urls),
    path(TYPE.removeprefix("/"), error_codes, name="error-codes"),
    path("api/v1/", include("backend.api")),
    *accounts.pages,
    *events.pages,
    *checkin.pages,
    *badges.pages,
]
