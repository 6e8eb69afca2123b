"""Around every websocket: an id for its lines in the log, a figure for those that are open, an end for broken ones."""

import logging
import time
from typing import Any

from django.urls import URLPattern

from backend.core.logs import REQUEST_ID, log_access
from backend.core.metrics import count_socket
from backend.core.models import uuid7

logger = logging.getLogger(__name__)
INTERNAL_ERROR = 1011


def watched(route: URLPattern) -> URLPattern:
    """The same route, watched."""
    return URLPattern(route.pattern, _Watched(route.callback, str(route.pattern)), name=route.name)


class _Watched:
    def __init__(self, application: Any, route: str) -> None:
        self.application = application
        self.route = route

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request_id = uuid7().hex
        REQUEST_ID.set(request_id)
        begun_at = time.monotonic()
        count_socket(self.route, 1)
        try:
            await self.application(scope | {"request_id": request_id}, receive, send)
        except Exception:
            # Left to the server, the error's message would stand in the log.
            logger.exception("a websocket failed: %s", self.route)
            await send({"type": "websocket.close", "code": INTERNAL_ERROR})
        finally:
            count_socket(self.route, -1)
            log_access(method="WEBSOCKET", route=self.route, ms=round((time.monotonic() - begun_at) * 1000))
