"""Who is calling: one's own proxies are believed, as far as they go."""

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from backend.core.middleware import RequestMiddleware


def caller(**headers: str) -> HttpRequest:
    """The request as views see it."""
    seen: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(request)
        return HttpResponse()

    RequestMiddleware(answer)(RequestFactory().get("/", **headers))
    return seen[0]


@pytest.fixture(autouse=True)
def proxies(settings: Any) -> None:
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "::1"]


@pytest.mark.parametrize(
    ("peer", "hops", "ip"),
    [
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.1"),  # somebody inside
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", " , ,", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9, " + "x" * 100, "x" * 45),  # as long as the column
        ("::1", "2001:db8::7", "2001:db8::7"),
        ("unix:", "203.0.113.9", "unix:"),
        ("", "203.0.113.9", ""),
    ],
)
def test_the_nearest_that_is_no_proxy_of_ours(peer: str, hops: str, ip: str) -> None:
    assert caller(REMOTE_ADDR=peer, HTTP_X_FORWARDED_FOR=hops).ip == ip  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("peer", "proto", "is_secure"),
    [
        ("10.0.0.1", "https", True),
        ("10.0.0.1", "HTTPS", True),
        ("10.0.0.1", "http", False),
        ("10.0.0.1", "", False),
        ("203.0.113.9", "https", False),
    ],
)
def test_encryption_is_believed_of_proxies(peer: str, proto: str, is_secure: bool) -> None:
    assert caller(REMOTE_ADDR=peer, HTTP_X_FORWARDED_PROTO=proto).is_secure() == is_secure
