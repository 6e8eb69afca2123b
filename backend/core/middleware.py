"""The outermost middleware: who is really calling, which request this is, and text no database could store."""

import ipaddress
import re
from collections.abc import Callable
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from backend.core.models import uuid7
from backend.core.problems import problem

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,40}")


class RequestMiddleware:
    """Set `request.request_id` and `request.ip`; believe forwarding headers from TRUSTED_PROXIES only."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request.request_id = given if _REQUEST_ID.fullmatch(given) else uuid7().hex  # type: ignore[attr-defined]
        request.ip = _client_address(request)  # type: ignore[attr-defined]
        if not _is_storable(request):
            return problem("malformed")
        response = self.get_response(request)
        response.headers.setdefault("X-Request-ID", request.request_id)  # type: ignore[attr-defined]
        return response


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
