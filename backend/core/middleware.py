"""The outermost middleware: who is really calling, which request this is, and text no database could store."""

import ipaddress
import re
import time
from collections.abc import Callable
from functools import cache
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.functional import empty

from backend.core.logs import REQUEST_ID, log_access, route_of
from backend.core.metrics import count_request
from backend.core.models import uuid7
from backend.core.problems import problem

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,40}")
PROBES = ("/healthz", "/readyz", "/metrics")
"""Asked by machines that know an address and no name."""


class RequestMiddleware:
    """Set `request.request_id` and `request.ip`, note what was answered; believe forwarding headers from
    TRUSTED_PROXIES only. A cookie with a control character, which none of ours has and PostgreSQL could not look up,
    counts as absent: its sender cannot help it, and could not even sign in again.

    The id stays with the thread until its next request: a streamed answer is written after this returns.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun_at = time.perf_counter()
        response = self._answer(request)
        seconds = time.perf_counter() - begun_at
        method, route = request.method or "", route_of(request)
        count_request(method=method, route=route, status=response.status_code, seconds=seconds)
        milliseconds = round(seconds * 1000)
        log_access(
            method=method, route=route, status=response.status_code, ms=milliseconds, actor=_kind_of_actor(request)
        )
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _REQUEST_ID.fullmatch(given) else uuid7().hex  # type: ignore[attr-defined]
        REQUEST_ID.set(request.request_id)  # type: ignore[attr-defined]
        request.ip = _client_address(request)  # type: ignore[attr-defined]
        if request.path in PROBES:
            request.META["HTTP_HOST"] = urlsplit(settings.SITE_URL).netloc
        if not _is_storable(request):
            return problem("malformed")
        request.COOKIES = {name: value for name, value in request.COOKIES.items() if value.isprintable()}
        response = self.get_response(request)
        response.headers.setdefault("X-Request-ID", request.request_id)  # type: ignore[attr-defined]
        return response


def _kind_of_actor(request: HttpRequest) -> str:
    """`user`, `token`, `anonymous`; `-` where nobody asked who it was: finding out would cost a query."""
    actor = getattr(request, "actor", None)
    return "-" if actor is None or getattr(actor, "_wrapped", None) is empty else str(actor.kind)


def _client_address(request: HttpRequest) -> str:
    peer = str(request.META.get("REMOTE_ADDR", ""))
    if not _is_trusted(peer):
        return peer
    if request.headers.get("X-Forwarded-Proto", "").lower() == "https":
        request.environ["wsgi.url_scheme"] = "https"  # type: ignore[attr-defined]
    hops = str(request.headers.get("X-Forwarded-For", "")).split(",")
    for hop in reversed([hop.strip() for hop in hops]):
        if hop and not _is_trusted(hop):
            return hop[:45]
    return peer


@cache
def _networks(proxies: tuple[str, ...]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(proxy, strict=False) for proxy in proxies]


def _is_trusted(address: str) -> bool:
    if not settings.TRUSTED_PROXIES:
        return False
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(ip in network for network in _networks(tuple(settings.TRUSTED_PROXIES)))


def _is_storable(request: HttpRequest) -> bool:
    """No NUL in the address: PostgreSQL has no text with one. (Django replaces what is not UTF-8 by itself.)"""
    return "\x00" not in request.path and "%00" not in request.META.get("QUERY_STRING", "")
