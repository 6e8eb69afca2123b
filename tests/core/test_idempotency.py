"""The same key: the same answer and no second effect, whatever happens meanwhile."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import override_settings
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from backend.accounts.models import Organisation
from backend.core import idempotency
from backend.core.api import Endpoint
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.models import IdempotentAnswer
from tests.factories.accounts import make_token, make_user
from tests.factories.client import body_of, client_of, refused

pytestmark = pytest.mark.django_db

entered, may_go_on = threading.Event(), threading.Event()


class Making(Endpoint):
    """Makes an organisation each time it really runs; `how` says how it ends."""

    public = ("POST",)

    def post(self, request: Request) -> Response:
        """Make, then answer as asked."""
        how = request.data.get("how", "")
        made = Organisation.objects.create(name="x", slug=f"x{Organisation.objects.count()}")
        if how == "slow":
            entered.set()
            assert may_go_on.wait(20)
        if how == "refuse":
            raise DomainError("wrong_state")
        if how == "limit" and Organisation.objects.count() == 1:
            raise DomainError("rate_limited", retry_after=7)
        if how == "fail":
            raise DomainError("unavailable")
        return Response({"id": str(made.id)}, status=201, headers={"Location": "/x/"})


urlpatterns = [path("api/v1/making/", Making.as_view()), path("api/v1/making/2/", Making.as_view())]


@pytest.fixture(autouse=True)
def _routes() -> Any:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def post(key: str, body: Any = None, *, client: Any = None, where: str = "making/") -> Any:
    """POST with an Idempotency-Key."""
    return (client or client_of()).post(where, body or {}, headers={"Idempotency-Key": key})


def test_the_same_answer_and_no_second_effect() -> None:
    first, second = post("k"), post("k")
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert second["Location"] == "/x/"
    assert Organisation.objects.count() == 1


def test_another_body_is_a_conflict() -> None:
    post("k", {"a": 1})
    refused(post("k", {"a": 2}), 409, "idempotency_conflict")
    assert Organisation.objects.count() == 1


def test_keys_belong_to_caller_and_path() -> None:
    one, other = (client_of(make_token(make_user())) for _ in range(2))
    for client, where in ((None, "making/"), (one, "making/"), (other, "making/"), (one, "making/2/")):
        post("k", client=client, where=where)
    assert Organisation.objects.count() == 4


def test_a_refusal_is_kept() -> None:
    refused(post("k", {"how": "refuse"}), 409, "wrong_state")
    again = refused(post("k", {"how": "refuse"}), 409, "wrong_state")
    assert again["detail"]
    assert IdempotentAnswer.objects.count() == 1


def test_a_5xx_is_not_kept_and_has_no_effect() -> None:
    refused(post("k", {"how": "fail"}), 503, "unavailable")
    assert (IdempotentAnswer.objects.count(), Organisation.objects.count()) == (0, 0)


def test_too_many_tries_are_not_kept() -> None:
    limited = post("k", {"how": "limit"})
    refused(limited, 429, "rate_limited")
    assert limited["Retry-After"] == "7"
    assert IdempotentAnswer.objects.count() == 0
    body_of(post("k", {"how": "limit"}), 201)


def test_forgotten_after_a_day() -> None:
    post("k")
    with time_machine.travel(now() + timedelta(hours=24, seconds=1), tick=False):
        body_of(post("k"), 201)
    assert Organisation.objects.count() == 2


def test_a_key_too_long() -> None:
    refused(post("k" * 201), 400, "invalid")


def test_without_a_key_nothing_is_kept() -> None:
    client_of().post("making/", {})
    assert IdempotentAnswer.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_patient", [True, False], ids=["waits for the first", "gives up"])
def test_two_at_the_same_time(is_patient: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    entered.clear()
    may_go_on.clear()
    monkeypatch.setattr(idempotency, "PATIENCE_MS", 10_000 if is_patient else 300)
    if connection.vendor == "sqlite" and not is_patient:
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.3)
        connection.close()
    answers: dict[str, Any] = {}

    def call(name: str) -> None:
        answers[name] = post("k", {"how": "slow"})
        connection.close()

    first = threading.Thread(target=call, args=("first",))
    second = threading.Thread(target=call, args=("second",))
    first.start()
    assert entered.wait(10)
    second.start()
    if not is_patient:
        second.join(10)
    may_go_on.set()
    first.join(10)
    second.join(10)
    assert answers["first"].status_code == 201
    if is_patient:
        assert answers["second"].content == answers["first"].content
    else:
        refused(answers["second"], 409, "idempotency_in_progress")
    assert Organisation.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_database_that_others_keep_busy_is_no_call_in_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    def claim(row: IdempotentAnswer) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(idempotency, "_claim", claim)
    refused(post("k"), 503, "unavailable")
