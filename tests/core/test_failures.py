"""The last handler: a page or a problem document whatever is broken, and nothing of what broke in it."""

from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import OperationalError
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("error", "status"), [(OperationalError("secret"), 503), (ValueError("secret"), 500)])
@pytest.mark.parametrize("path", ["/me/", "/api/v1/me/"])
def test_what_breaks_before_any_view(monkeypatch: pytest.MonkeyPatch, path: str, error: Exception, status: int) -> None:
    def fail(*_args: Any) -> None:
        raise error

    monkeypatch.setattr(SessionStore, "load", fail)
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "abcdefghijklmnopqrstuvwxyz012345"
    response = client.get(path)
    assert response.status_code == status
    assert "secret" not in response.content.decode()
    if path.startswith("/api/"):
        assert response.json()["code"] == {503: "unavailable", 500: "server_error"}[status]
    else:
        assert response["Content-Type"].startswith("text/html")
