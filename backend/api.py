"""The REST interface: composition only; every path is in the slice it belongs to."""

from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from backend.accounts import urls as accounts
from backend.core.problems import not_found
from badges import urls as badges
from checkin import urls as checkin
from events import urls as events

urlpatterns = [
    *accounts.api,
    *events.api,
    *checkin.api,
    *badges.api,
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    re_path(r"", csrf_exempt(not_found)),
]
