"""The websocket routes: composition only; every route is in the slice it belongs to."""

from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.urls import re_path

from backend.accounts.sockets import OwnPages
from checkin import urls as checkin

routes = [*checkin.sockets, re_path(r"", WebsocketDenier.as_asgi())]
websocket = OwnPages(CookieMiddleware(URLRouter(routes)), [*settings.ALLOWED_HOSTS, settings.SITE_URL])
