"""Addresses of the entrance."""

from typing import Any

from django.urls import URLPattern, path

from checkin import api as edges
from checkin import views
from checkin.consumers import EntranceConsumer

api: list[URLPattern] = [
    path("fairs/<str:fair>/checkin/redeem/", edges.RedeemView.as_view()),
    path("fairs/<str:fair>/checkin/status/", edges.StatusView.as_view()),
]
pages: list[URLPattern] = [
    path("staff/", views.staff_home, name="staff-home"),
    path("staff/<str:fair>/", views.staff_fair, name="staff-fair"),
    path("staff/<str:fair>/scan/", views.scan, name="staff-scan"),
]
sockets: list[Any] = [path("ws/fairs/<str:fair>/checkin/", EntranceConsumer.as_asgi())]
