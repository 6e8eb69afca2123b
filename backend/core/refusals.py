"""Refusals of pages: what a service raised, said on a page with the right status."""

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from backend.core.errors import DomainError
from backend.core.metrics import count_refusal
from backend.core.problems import problem

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


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django refuses before any view: a form over a megabyte (413), a host that is not ours, a broken body (400).

    Below the API a problem document. The page knows nothing of the request: its host may be the one refused.
    """
    error = DomainError("too_large" if isinstance(exception, RequestDataTooBig) else "malformed")
    if request.path.startswith("/api/"):
        return problem(error.code)
    status = error.kind.status
    return HttpResponse(render_to_string(TEMPLATES.get(status, "refused.html"), {"error": error}), status=status)
