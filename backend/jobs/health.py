"""Is everything there that the service needs?"""

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from backend.core.health import OK, UNREACHABLE, channel_layer_state, database_state
from backend.jobs.selectors import has_live_worker


@never_cache
@require_safe
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, channel layer and worker are there, else 503; the body says the state of each."""
    database = database_state()
    parts = {"database": database, "channel_layer": channel_layer_state(), "worker": worker_state()}
    missing = [name for name, state in parts.items() if state in (UNREACHABLE, NO_HEARTBEAT)]
    body = {"status": "not ready" if missing else "ready", **parts, "not_ready": missing}
    return JsonResponse(body, status=503 if missing else 200)


NO_HEARTBEAT = "no heartbeat"


def worker_state() -> str:
    """`ok`, or `no heartbeat` where no worker gave one in the last 30 seconds (or the database cannot tell)."""
    try:
        return OK if has_live_worker() else NO_HEARTBEAT
    except DatabaseError:
        return NO_HEARTBEAT
