"""A caller of the REST interface, as a program would be one."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

JSON = "application/json"


class Api(Client):
    """Django's test client that speaks JSON; a path without a leading slash lies under `/api/v1/`."""

    def generic(self, method: str, path: str, *args: Any, **kwargs: Any) -> Any:
        """Any request."""
        return super().generic(method, path if path.startswith("/") else f"/api/v1/{path}", *args, **kwargs)

    def post(self, path: str, data: Any = None, content_type: str = JSON, **kwargs: Any) -> Any:
        """Make or do; pass `content_type=MULTIPART_CONTENT` for files."""
        return super().post(path, {} if data is None else data, content_type=content_type, **kwargs)

    def patch(self, path: str, data: Any = None, content_type: str = JSON, **kwargs: Any) -> Any:
        """Change."""
        return super().patch(path, {} if data is None else data, content_type=content_type, **kwargs)

    def put(self, path: str, data: Any = None, content_type: str = JSON, **kwargs: Any) -> Any:
        """Replace."""
        return super().put(path, {} if data is None else data, content_type=content_type, **kwargs)


def client_of(token: str = "", **headers: str) -> Api:
    """A client that holds this token; without one, nobody in particular."""
    known = {"Authorization": f"Bearer {token}"} if token else {}
    return Api(headers=known | headers, HTTP_HOST="localhost")


def body_of(response: HttpResponse, status: int) -> Any:
    """The JSON of an answer that must have this status; what came instead stands in the failure."""
    assert response.status_code == status, f"{response.status_code}: {response.content[:2000]!r}"
    return json.loads(response.content)


def refused(response: HttpResponse, status: int, code: str) -> Any:
    """The problem document of a refusal that must have this status and code."""
    body = body_of(response, status)
    assert body["code"] == code, body
    assert response["Content-Type"] == "application/problem+json"
    return body
