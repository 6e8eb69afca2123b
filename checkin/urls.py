"""Addresses of the entrance."""

from typing import Any

from django.urls import URLPattern, path

from checkin import api as edges
from checkin.consumers import EntranceConsumer

api: list[URLPattern] = [
    path("fairs/<str:fair>/checkin/redeem/", edges.RedeemView.as_view()),
    path("fairs/<str:fair>/checkin/status/", edges.StatusView.as_view()),
]
pages: list[URLPattern] = []
sockets: list[Any] = [path("ws/fairs/<str:fair>/checkin/", EntranceConsumer.as_asgi())]
