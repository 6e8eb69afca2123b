"""The websocket routes: composition only; who may listen is said in the slice that knows."""

from channels.routing import URLRouter
from channels.security.websocket import WebsocketDenier
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.urls import path, re_path

from backend.accounts.consumers import LiveConsumer
from backend.accounts.live import own_audience
from backend.accounts.sockets import OwnPages
from backend.core.socket_watch import watched
from badges.realtime import print_job_audience
from checkin import urls as checkin
from events.fairs.realtime import fair_audience
from events.interviews.realtime import stand_audience

routes = [
    *checkin.sockets,
    path("ws/fairs/<str:fair>/live/", LiveConsumer.as_asgi(audience_of=fair_audience)),
    path("ws/stands/<uuid:stand>/", LiveConsumer.as_asgi(audience_of=stand_audience)),
    path("ws/me/", LiveConsumer.as_asgi(audience_of=own_audience)),
    path("ws/print-jobs/<uuid:job>/", LiveConsumer.as_asgi(audience_of=print_job_audience)),
]
router = URLRouter([*map(watched, routes), re_path(r"", WebsocketDenier.as_asgi())])
websocket = OwnPages(CookieMiddleware(router), [*settings.ALLOWED_HOSTS, settings.SITE_URL])
