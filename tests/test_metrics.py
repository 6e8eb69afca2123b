"""`/metrics`: who may read it, and what it says."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.test import Client

from backend import metrics
from backend.accounts.enums import Role, Scope
from backend.core.events import announce
from backend.core.models import uuid7
from backend.jobs.services import beat, claim_job, enqueue, fail_job
from backend.mail.models import OutboxMessage
from tests.factories.accounts import make_member, make_organisation, make_token, make_user
from tests.factories.checkin import make_guest, staff_client
from tests.factories.client import client_of
from tests.factories.fairs import make_fair
from tests.factories.sockets import connected

pytestmark = pytest.mark.django_db


def read() -> dict[str, float]:
    """The samples by their line's name and labels."""
    response = Client().get("/metrics")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")
    lines = [line for line in response.content.decode().splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _space, value in (line.rpartition(" ") for line in lines)}


def test_this_machine_reads_without_a_token_whatever_it_calls_us() -> None:
    assert Client(HTTP_HOST="10.1.2.3:8000").get("/metrics").status_code == 200
    assert Client(REMOTE_ADDR="::1").get("/metrics").status_code == 200


@pytest.mark.parametrize(
    "more", [{"REMOTE_ADDR": "203.0.113.7"}, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, {"HTTP_FORWARDED": "for=1.2.3.4"}]
)
def test_others_are_not_told_that_it_is_there(more: dict[str, str]) -> None:
    assert Client(**more).get("/metrics").status_code == 404


def test_a_token_that_reads() -> None:
    organisation = make_organisation()
    tokens = {
        make_token(make_member(organisation, Role.AUDITOR), [Scope.READ]): 200,
        make_token(make_member(organisation), [Scope.ORGANISER]): 404,
        make_token(make_user(), [Scope.READ]): 404,
        "wrong": 404,
    }
    for token, status in tokens.items():
        headers = {"Authorization": f"Bearer {token}"}
        assert Client(REMOTE_ADDR="203.0.113.7").get("/metrics", headers=headers).status_code == status
    assert Client().post("/metrics").status_code == 405


def test_requests_are_counted_by_route_and_never_by_path() -> None:
    fair = make_fair()
    labels = 'method="GET",route="api/v1/fairs/<str:fair>/",status="2xx"'
    before = read()
    for _number in range(3):
        client_of().get(f"fairs/{fair.slug}/")
    client_of().generic("BREW", f"fairs/{fair.slug}/")
    after = read()
    count = f"passerelle_http_request_seconds_count{{{labels}}}"
    assert after[count] - before.get(count, 0) == 3
    assert after[f'passerelle_http_request_seconds_bucket{{le="+Inf",{labels}}}'] == after[count]
    assert not [name for name in after if fair.slug in name or "BREW" in name]
    assert [name for name in after if 'method="OTHER"' in name]


@pytest.fixture
def grown() -> Callable[[str], float]:
    """How much a figure grew since the test began."""
    before = read()
    return lambda name: read().get(name, 0) - before.get(name, 0)


def test_what_happens_is_counted_when_it_is_committed(
    grown: Callable[[str], float], django_capture_on_commit_callbacks: Any
) -> None:
    name = 'passerelle_events_total{name="booking.created"}'
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        announce("booking.created", topics=["t"], data={})
        assert grown(name) == 0
    assert grown(name) == 1


def test_refusals_are_counted_by_code(grown: Callable[[str], float]) -> None:
    assert client_of().get("tokens/").status_code == 401
    assert grown('passerelle_refusals_total{code="not_authenticated"}') == 1


def test_scans_by_result() -> None:
    fair = make_fair()
    _registration, text = make_guest(fair)
    staff = staff_client(fair)
    for _number in range(2):
        staff.post(f"fairs/{fair.slug}/checkin/redeem/", {"secret": text, "type": "entry", "nonce": str(uuid7())})
    figures = read()
    assert figures['passerelle_scans_last_5_minutes{result="ok"}'] == 1
    assert figures['passerelle_scans_last_5_minutes{result="already_inside"}'] == 1


def test_jobs_worker_and_mail() -> None:
    figures = read()
    assert figures['passerelle_jobs{state="waiting"}'] == 0
    assert "passerelle_worker_heartbeat_age_seconds" not in figures
    worker = uuid7()
    beat(worker, "here")
    for _number in range(3):
        enqueue("tests.jobs.workload.note", "x", max_attempts=1)
    failed = claim_job(worker)
    assert failed is not None
    fail_job(failed, ValueError())
    claim_job(worker)
    OutboxMessage.objects.create(channel="email", to="a@example.org", language="fr", template="t", body="b")
    figures = read()
    states = {state: figures[f'passerelle_jobs{{state="{state}"}}'] for state in ("waiting", "running", "failed")}
    assert states == {"waiting": 1, "running": 1, "failed": 1}
    assert figures['passerelle_outbox_messages{status="queued"}'] == 1
    assert 0 <= figures["passerelle_worker_heartbeat_age_seconds"] < 3600
    assert figures["passerelle_database_up"] == 1
    assert [size > 1_000_000 for name, size in figures.items() if name.startswith("passerelle_resident_memory")]


def test_without_the_database_the_rest_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr(metrics, "count_jobs", fail)
    figures = read()
    assert figures["passerelle_database_up"] == 0
    assert not [name for name in figures if name.startswith("passerelle_jobs")]
    assert [name for name in figures if name.startswith("passerelle_http")]


def test_the_cost_is_known(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4):
        read()


async def test_open_sockets_by_route() -> None:
    def count() -> float:
        return metrics.registry().get_sample_value("passerelle_websockets_open", {"route": "ws/me/"}) or 0

    before = count()
    async with connected("/ws/me/"):
        assert count() == before + 1
    assert count() == before
