"""Is this process alive, and does what it needs answer? `/readyz` asks for the worker too: backend.jobs.health."""

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

OK = "ok"
UNREACHABLE = "unreachable"


@never_cache
@require_safe
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


def database_state() -> str:
    """`ok` or `unreachable`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return UNREACHABLE
    return OK


def channel_layer_state() -> str:
    """`in-process` without Redis, else `ok` or `unreachable`."""
    if not settings.REDIS_URL:
        return "in-process"
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as client:
            client.ping()
    except redis.RedisError:
        return UNREACHABLE
    return OK
