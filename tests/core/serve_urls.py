"""Addresses on which tests/core/test_serve.py tries the server."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from backend.core.health import healthz
from backend.jobs.health import readyz
from backend.metrics import metrics


def slow(request: HttpRequest) -> HttpResponse:
    """Say in a file that the request began, and answer when the test makes another."""
    folder = Path(settings.VAR_DIR)
    (folder / "begun").touch()
    while not (folder / "go").exists():
        time.sleep(0.02)
    return HttpResponse("done")


def process(request: HttpRequest) -> JsonResponse:
    """Who answers."""
    return JsonResponse({"pid": os.getpid(), "ip": request.META["REMOTE_ADDR"]})


def die(request: HttpRequest) -> HttpResponse:
    """End the process as a crash would."""
    os.kill(os.getpid(), signal.SIGKILL)
    return HttpResponse()


def size(request: HttpRequest) -> JsonResponse:
    """How much came."""
    return JsonResponse({"size": len(request.body), "length": request.META["CONTENT_LENGTH"]})


def broken(request: HttpRequest) -> StreamingHttpResponse:
    """A stream that fails when half of it is out."""

    def pieces() -> Iterator[bytes]:
        yield b"first half, "
        yield b"second quarter, "
        raise RuntimeError("half way")

    return StreamingHttpResponse(pieces())


def endless(request: HttpRequest) -> StreamingHttpResponse:
    """A stream that says in a file how many pieces of 64 kB it was asked for, and that it was closed."""

    def pieces() -> Iterator[bytes]:
        count = 0
        try:
            while True:
                count += 1
                (Path(settings.VAR_DIR) / "pieces").write_text(str(count))
                yield bytes(65536)
        finally:
            (Path(settings.VAR_DIR) / "closed").touch()

    return StreamingHttpResponse(pieces())


urlpatterns = [
    path("healthz", healthz),
    path("readyz", readyz),
    path("metrics", metrics),
    *(
        path(f"{view.__name__}/", csrf_exempt(login_not_required(view)))
        for view in (slow, process, die, size, broken, endless)
    ),
]
