"""/healthz and /readyz: who asks is told which part is missing, and never sent elsewhere."""

import json
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory

from backend.core.clock import now
from backend.core.health import healthz
from backend.core.models import uuid7
from backend.jobs.health import readyz
from backend.jobs.models import Worker
from backend.jobs.services import beat

pytestmark = pytest.mark.django_db


def ready():
    response = readyz(RequestFactory().get("/readyz"))
    return response.status_code, json.loads(response.content)


def test_the_process_answers_without_a_database(django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        response = healthz(RequestFactory().get("/healthz"))
    assert (response.status_code, response.content) == (200, b'{"status": "ok"}')
    assert "no-store" in response["Cache-Control"]
    assert healthz(RequestFactory().post("/healthz")).status_code == 405


def test_both_are_open_to_everybody() -> None:
    assert healthz.login_required is False
    assert readyz.login_required is False


def test_everything_there(redis_url, settings) -> None:
    beat(uuid7(), "here")
    assert ready() == (
        200,
        {"status": "ready", "database": "ok", "channel_layer": "in-process", "worker": "ok", "not_ready": []},
    )
    settings.REDIS_URL = redis_url
    assert ready()[1]["channel_layer"] == "ok"


@pytest.mark.parametrize(("seconds", "status"), [(29, 200), (31, 503)])
def test_a_worker_is_there_while_its_heartbeat_is_younger_than_30_seconds(seconds, status) -> None:
    beat(uuid7(), "here")
    Worker.objects.update(heartbeat_at=now() - timedelta(seconds=seconds))
    assert ready()[0] == status


def test_what_is_missing_is_named(settings, monkeypatch) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    status, body = ready()
    assert (status, body["status"], body["not_ready"]) == (503, "not ready", ["channel_layer", "worker"])

    def unreachable(*args, **kwargs):
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", unreachable)
    assert ready()[1]["not_ready"] == ["database", "channel_layer", "worker"]
