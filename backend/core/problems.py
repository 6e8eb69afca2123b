"""Every refusal of the API as a problem document (RFC 9457)."""

import logging
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from rest_framework import exceptions
from rest_framework.response import Response

from backend.core.errors import DomainError
from backend.core.metrics import count_refusal

CONTENT_TYPE = "application/problem+json"
TYPE = "/api/v1/docs/errors"
"""The page of all codes (backend/core/views.py); each is an anchor there."""
logger = logging.getLogger(__name__)

_CODES: list[tuple[type[Exception], str]] = [
    (exceptions.ValidationError, "invalid"),
    (exceptions.ParseError, "malformed"),
    (exceptions.AuthenticationFailed, "not_authenticated"),
    (exceptions.NotAuthenticated, "not_authenticated"),
    (exceptions.PermissionDenied, "forbidden"),
    (PermissionDenied, "forbidden"),
    (exceptions.NotFound, "not_found"),
    (Http404, "not_found"),
    (exceptions.MethodNotAllowed, "method_not_allowed"),
    (exceptions.NotAcceptable, "not_acceptable"),
    (exceptions.UnsupportedMediaType, "unsupported_media_type"),
    (exceptions.Throttled, "rate_limited"),
    (RequestDataTooBig, "too_large"),
    (BadRequest, "malformed"),
    (SuspiciousOperation, "malformed"),
    (OperationalError, "unavailable"),
    (InterfaceError, "unavailable"),
]


def document(error: DomainError) -> dict[str, Any]:
    """The members of the problem document of one error."""
    body: dict[str, Any] = {
        "type": f"{TYPE}#{error.code}",
        "title": error.code.replace("_", " ").capitalize(),
        "status": error.kind.status,
        "code": error.code,
        "detail": str(error.detail),
    }
    if error.errors:
        body["errors"] = error.errors
    return body | error.extra


def problem(code: str) -> HttpResponse:
    """The problem document of a code outside of DRF: middleware, error handlers."""
    count_refusal(code)
    body = document(DomainError(code))
    return JsonResponse(body, status=body["status"], content_type=CONTENT_TYPE)


def problem_response(exception: Exception, context: dict[str, Any]) -> Response:
    """DRF's exception handler: every refusal, ours or the framework's, as a problem document.

    What nobody foresaw is a 500 with its traceback in the log, and nothing of it in the answer.
    """
    error = as_domain_error(exception)
    if error is None:
        logger.error("a mistake of the program", exc_info=exception)
        got_request_exception.send(sender=problem_response, request=context["request"]._request)
        error = DomainError("server_error")
    elif error.kind.status >= 500:
        logger.warning("%s: %s", error.code, " ".join(str(exception).split()))
    count_refusal(error.code)
    response = Response(document(error), status=error.kind.status, content_type=CONTENT_TYPE)
    header = getattr(exception, "auth_header", None)
    if error.kind.status == 401:
        response["WWW-Authenticate"] = header or "Bearer"
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def as_domain_error(exception: Exception) -> DomainError | None:
    """The registry's error for an exception of Django or DRF; None for an unforeseen one."""
    if isinstance(exception, DomainError):
        return exception
    for kind, code in _CODES:
        if isinstance(exception, kind):
            return DomainError(code, errors=_fields(exception), retry_after=_wait(exception))
    return None


def _fields(exception: Exception) -> dict[str, list[Any]]:
    if not isinstance(exception, exceptions.ValidationError):
        return {}
    detail = exception.detail
    if isinstance(detail, list):
        return {"non_field_errors": [str(message) for message in detail]}
    return {field: _flat(messages) for field, messages in detail.items()}


def _flat(messages: Any) -> list[Any]:
    if isinstance(messages, list):
        return [message if isinstance(message, dict) else str(message) for message in messages]
    if isinstance(messages, dict):
        return [{field: _flat(inner) for field, inner in messages.items()}]
    return [str(messages)]


def _wait(exception: Exception) -> int | None:
    return int(getattr(exception, "wait", None) or 1) if isinstance(exception, exceptions.Throttled) else None


@login_not_required
def not_found(request: Any, exception: Exception | None = None) -> HttpResponse:
    """Answer an unknown address below the API."""
    return problem("not_found")
