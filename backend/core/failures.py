"""What Django's last handler answers when nobody else could."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from backend.core.errors import DomainError
from backend.core.problems import problem


def server_error(request: HttpRequest) -> HttpResponse:
    """503 `unavailable` while the database is away, 500 for a mistake of the program.

    Nothing is asked of the request: its session may lie in the database that does not answer.
    """
    is_away = isinstance(sys.exc_info()[1], OperationalError | InterfaceError)
    error = DomainError("unavailable" if is_away else "server_error")
    if request.path.startswith("/api/"):
        return problem(error.code)
    page = render_to_string("refused.html" if is_away else "500.html", {"error": error})
    return HttpResponse(page, status=error.kind.status)
