"""Refusals of pages: what a service raised, said on a page with the right status."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from backend.core.errors import DomainError
from backend.core.metrics import count_refusal

TEMPLATES = {400: "400.html", 403: "403.html", 404: "404.html", 429: "429.html"}

LONG = 90
"""Seconds: what is longer is said in minutes."""


class RefusalMiddleware:
    """Answer a `DomainError` that a page's view let through; the API's views answer theirs themselves."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of the refusal; None for what is a mistake of the program."""
        if not isinstance(exception, DomainError):
            return None
        count_refusal(exception.code)
        status = exception.kind.status
        wait = exception.retry_after
        context = {"error": exception, "retry_after": wait, "retry_minutes": wait and wait > LONG and -(-wait // 60)}
        response = render(request, TEMPLATES.get(status, "refused.html"), context, status=status)
        if wait is not None:
            response["Retry-After"] = str(wait)
        return response
