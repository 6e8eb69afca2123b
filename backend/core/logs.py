"""What is written to the log: one JSON object a line, with the id of its request and nothing about persons.

Messages of exceptions are left out: a database names the row that it refuses, a mail server the address. What an error
was and where it arose is enough to find it. With DEBUG on there are readable lines instead, and whole tracebacks.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

REQUEST_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Of the request or the socket that this thread or task serves; empty in jobs and commands."""

access = logging.getLogger("backend.access")


def log_access(**facts: str | int) -> None:
    """Write the line of a request that was answered or a socket that was closed. No facts about persons."""
    if access.isEnabledFor(logging.INFO):
        access.info(" ".join(str(value) for value in facts.values()), extra={"facts": facts})


class JsonFormatter(logging.Formatter):
    """One JSON object: `at`, `level`, `logger`, `message`, then what else is known."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record as a line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
        }
        if request_id := REQUEST_ID.get():
            line["request_id"] = request_id
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1]:
            line["error"] = _without_messages(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


class LineFormatter(logging.Formatter):
    """For developers: the time, the request's first characters, the message, whole tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        """Write the record as a line."""
        record.request_id = REQUEST_ID.get()[-6:] or "-"
        return super().format(record)


def _message(record: logging.LogRecord) -> str:
    """The message; Django's about a failed request without the address, which holds ids and codes."""
    request = getattr(record, "request", None)
    if request is None or not hasattr(request, "method"):
        return record.getMessage()
    return f"{request.method} {route_of(request)} {getattr(record, 'status_code', '')}".strip()


def route_of(request: Any) -> str:
    """Which address it was, without what was put into it: `api/v1/fairs/<str:fair>/`."""
    match = getattr(request, "resolver_match", None)
    return str(match.route) if match else "-"


def _without_messages(error: BaseException) -> list[dict[str, Any]]:
    """The error and what caused it, the first cause first: its kind and where it arose."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in chain:
        chain.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return [
        {
            "kind": f"{type(link).__module__}.{type(link).__qualname__}",
            "where": [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(link.__traceback__)
            ],
        }
        for link in reversed(chain)
    ]


def logging_settings(level: str, *, readable: bool) -> dict[str, Any]:
    """Django's LOGGING: our own records from `level` up, those of libraries that say that something is wrong."""
    line = "{asctime} {levelname} {request_id} {name} {message}"
    formatter = {"()": LineFormatter, "format": line, "style": "{"} if readable else {"()": JsonFormatter}
    ours = {room: {"level": level} for room in ("backend", "badges", "checkin", "events")}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "ERROR" if level == "ERROR" else "WARNING"},
        "loggers": ours
        | {
            "django": {"handlers": [], "level": "WARNING"},
            # What a client did wrong stands in its line of access; what strangers call us by does not matter.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }
