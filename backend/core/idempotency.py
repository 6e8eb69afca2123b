"""One effect and one answer for a POST that carries an Idempotency-Key."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import IdempotentAnswer

KEPT_FOR = timedelta(hours=24)
PATIENCE_MS = 10_000
_KEPT_HEADERS = ("Location",)
_UNDER_WAY: dict[tuple[str, str, str], UUID] = {}
"""The calls that run in this process: SQLite makes everybody wait for one, and does not say for whom."""


def answer_once(request: Request, *, caller: str, key: str, perform: Callable[[], Response]) -> Response:
    """Perform the request once; every later call with this caller, path and key gets the very same answer.

    Key, effect and answer commit together. A second call at the same time waits for the first, ten seconds at most.
    A 5xx is not kept and has no effect; a 429 is not kept. Raises `idempotency_conflict` (same key, another body),
    `idempotency_in_progress` (the first call took too long), `invalid` (a key over 200 characters).
    """
    if len(key) > 200:
        raise DomainError("invalid", errors={"Idempotency-Key": [_("At most %(count)d characters.") % {"count": 200}]})
    row = IdempotentAnswer(
        caller=caller[:80], path=request.path[:300], key=key, body_hash=_body_hash(request), created_at=now()
    )
    name = (row.caller, row.path, row.key)
    try:
        with transaction.atomic():
            return _perform_or_replay(row, name, perform)
    except OperationalError as error:
        if "lock timeout" in str(error) or _UNDER_WAY.get(name, row.id) != row.id:
            raise DomainError("idempotency_in_progress") from error
        raise
    finally:
        if _UNDER_WAY.get(name) == row.id:
            del _UNDER_WAY[name]


def _perform_or_replay(row: IdempotentAnswer, name: tuple[str, str, str], perform: Callable[[], Response]) -> Response:
    _claim(row)
    kept = IdempotentAnswer.objects.get(caller=row.caller, path=row.path, key=row.key)
    if kept.id != row.id:
        if kept.body_hash != row.body_hash:
            raise DomainError("idempotency_conflict")
        return _replay(kept)
    _UNDER_WAY[name] = row.id
    response = perform()
    if response.status_code >= 500:
        transaction.set_rollback(True)
        return response
    if response.status_code == 429:
        kept.delete()
        return response
    kept.status = response.status_code
    kept.headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    kept.body = json.dumps({"type": response.content_type, "data": _plain(response.data)})
    kept.save(update_fields=["status", "headers", "body"])
    return response


def _claim(row: IdempotentAnswer) -> None:
    IdempotentAnswer.objects.filter(
        caller=row.caller, path=row.path, key=row.key, created_at__lt=row.created_at - KEPT_FOR
    ).delete()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
            IdempotentAnswer.objects.bulk_create([row], ignore_conflicts=True)
            cursor.execute("SET LOCAL lock_timeout = DEFAULT")
    else:
        IdempotentAnswer.objects.bulk_create([row], ignore_conflicts=True)


def _replay(kept: IdempotentAnswer) -> Response:
    body = json.loads(kept.body)
    return Response(body["data"], status=kept.status, headers=kept.headers, content_type=body["type"])


def _plain(data: Any) -> Any:
    return json.loads(JSONRenderer().render(data) or b"null")


def _body_hash(request: Request) -> str:
    digest = hashlib.sha256()
    for name, file in sorted(request.FILES.items()):
        digest.update(f"{name}:{file.size}:".encode())
        for chunk in file.chunks():
            digest.update(chunk)
        file.seek(0)
    fields = (
        {name: value for name, value in request.data.items() if name not in request.FILES}
        if isinstance(request.data, dict)
        else request.data
    )
    digest.update(json.dumps(fields, sort_keys=True, default=str).encode())
    return digest.hexdigest()
