"""What is counted while it happens, for Prometheus; `/metrics` shows it (backend.metrics).

The processes of one `serve` write into files of one folder, so that whichever of them is asked answers for all.
"""

import os
from collections.abc import Iterable
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The client library's variable: set by `serve` for its children, and read when the library is imported."""
METHODS = {"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"}

_own = CollectorRegistry()
_requests = Histogram(
    "passerelle_http_request_seconds",
    "Answered requests by method, route and class of status, and how long they took.",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=_own,
)
_sockets = Gauge(
    "passerelle_websockets_open", "Open websockets by route.", ["route"], multiprocess_mode="livesum", registry=_own
)
_events = Counter(
    "passerelle_events", "What happened, by name: bookings made and cancelled and so on.", ["name"], registry=_own
)
_refusals = Counter("passerelle_refusals", "What was refused, by code: slot_full and so on.", ["code"], registry=_own)


def count_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count a request that was answered."""
    method = method if method in METHODS else "OTHER"
    _requests.labels(method, route, f"{status // 100}xx").observe(seconds)


def count_socket(route: str, change: int) -> None:
    """Count a websocket that opened (1) or closed (-1)."""
    _sockets.labels(route).inc(change)


def count_events(names: Iterable[str]) -> None:
    """Count what happened and is committed."""
    for name in names:
        _events.labels(name).inc()


def count_refusal(code: str) -> None:
    """Count a refusal."""
    _refusals.labels(code).inc()


def registry() -> CollectorRegistry:
    """What was counted: by all processes of this `serve`, or by this process alone where it has none."""
    if not os.environ.get(FOLDER):
        return _own
    shared = CollectorRegistry()
    MultiProcessCollector(shared)
    return shared


def forget_process(pid: int, folder: Path) -> None:
    """Take out what a process that ended had open."""
    mark_process_dead(pid, str(folder))
