"""`/metrics` for Prometheus: what the processes counted, and how things stand in the database."""

import ipaddress
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from backend.accounts.enums import Scope
from backend.accounts.services.tokens import actor_of_token
from backend.core.clock import now
from backend.core.metrics import registry
from backend.core.processes import memory_of_processes
from backend.jobs.selectors import count_jobs, last_heartbeat
from backend.mail.enums import Status
from backend.mail.models import OutboxMessage
from checkin.models import Scan
from events.fairs.models import Fair

FORWARDING = ("Forwarded", "Via", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP")
RECENT = timedelta(minutes=5)


@never_cache
@require_safe
@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for this machine itself and for who may read; 404 for everybody else."""
    if not (_is_this_machine(request) or _may_read(request)):
        raise Http404
    state = CollectorRegistry()
    state.register(State())
    return HttpResponse(generate_latest(registry()) + generate_latest(state), content_type=CONTENT_TYPE_LATEST)


def _is_this_machine(request: HttpRequest) -> bool:
    if any(header in request.headers for header in FORWARDING):
        return False
    try:
        return ipaddress.ip_address(request.META["REMOTE_ADDR"]).is_loopback
    except ValueError:
        return False


def _may_read(request: HttpRequest) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return False
    actor = actor_of_token(token.strip(), ip=request.ip, request_id=request.request_id)  # type: ignore[attr-defined]
    return actor is not None and actor.has_any([Scope.READ])


class State(Collector):
    """How things stand at this moment; without the database only what can be known without."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures, read when they are asked for."""
        memory = GaugeMetricFamily(
            "passerelle_resident_memory_bytes", "Memory of each process of this serve.", labels=["process", "pid"]
        )
        for command, pid, size in memory_of_processes():
            memory.add_metric([command, str(pid)], size)
        yield memory
        try:
            found, is_up = [*_of_jobs(), _of_mail(), _of_scans()], 1
        except DatabaseError:
            found, is_up = [], 0
        yield GaugeMetricFamily("passerelle_database_up", "1 where the database answers, else 0.", value=is_up)
        yield from found


def _of_jobs() -> Iterator[GaugeMetricFamily]:
    yield _family("passerelle_jobs", "Jobs waiting, running and failed for good.", "state", count_jobs().items())
    heartbeat = last_heartbeat()
    if heartbeat:
        age = (now() - heartbeat).total_seconds()
        yield GaugeMetricFamily("passerelle_worker_heartbeat_age_seconds", "Since a worker's last sign of life.", age)


def _of_mail() -> GaugeMetricFamily:
    found = OutboxMessage.objects.filter(status__in=(Status.QUEUED, Status.FAILED)).values_list("status")
    counts = {Status.QUEUED.value: 0, Status.FAILED.value: 0} | dict(found.annotate(number=Count("id")))
    return _family("passerelle_outbox_messages", "Messages waiting, and not delivered.", "status", counts.items())


def _of_scans() -> GaugeMetricFamily:
    """Of a few minutes: a count of all that ever were would read a table of millions."""
    open_fairs = Fair.objects.filter(starts_at__lt=now() + timedelta(days=1), ends_at__gt=now() - timedelta(days=1))
    recent = Scan.objects.filter(fair__in=open_fairs, received_at__gt=now() - RECENT).values_list("reason")
    counts = {"ok": 0} | {reason or "ok": number for reason, number in recent.annotate(number=Count("id"))}
    return _family("passerelle_scans_last_5_minutes", "Scans by result: ok or a reason.", "result", counts.items())


def _family(name: str, help_text: str, label: str, values: Iterable[tuple[str, int]]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, help_text, labels=[label])
    for value, number in values:
        family.add_metric([value], number)
    return family
