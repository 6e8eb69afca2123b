"""The way in: HTTP to Django in a pool of threads, websockets to Channels."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings")
django_application = get_wsgi_application()

# Only now are there models, and what follows needs them.
from backend import routing  # noqa: E402
from backend.core.wsgi_pool import WsgiPool  # noqa: E402

application = ProtocolTypeRouter({"http": WsgiPool(django_application, threads=8), "websocket": routing.websocket})
