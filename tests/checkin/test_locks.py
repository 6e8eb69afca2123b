"""What the entrance locks, in which order, and how fresh that is which it decides by."""

import threading
import time
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from backend.accounts.actors import SYSTEM
from checkin.scan import ScanRequest
from checkin.services import admit_scans
from events.fairs.models import Fair
from events.registrations.models import Registration
from events.registrations.selectors import live_ticket, ticket_text
from events.registrations.services import reissue_ticket
from tests.factories.accounts import organiser_of
from tests.factories.checkin import make_guest, make_scan, open_fair
from tests.factories.registrations import make_registration


@pytest.mark.django_db
def test_a_fair_with_a_limit_is_locked_before_its_registrations() -> None:
    """The order of whoever gives out places; the other way round they lock each other up."""
    fair = open_fair(inside_limit=1)
    texts = [make_guest(fair)[1] for _number in range(3)]
    with CaptureQueriesContext(connection) as context:
        admit_scans(fair, [make_scan(texts[0])], actor=SYSTEM)
    assert _first_reads(context) == [Fair, Registration]
    # Whoever asks may have read the fair before it had a limit.
    former = Fair.objects.get(pk=fair.pk)
    former.inside_limit = None
    with CaptureQueriesContext(connection) as context:
        [answer] = admit_scans(former, [make_scan(texts[1])], actor=SYSTEM)
    assert answer.body["reason"] == "fair_full"
    assert _first_reads(context) == [Registration, Fair, Registration]
    # And a limit that is gone meanwhile keeps nobody out.
    Fair.objects.filter(pk=fair.pk).update(inside_limit=None)
    [answer] = admit_scans(fair, [make_scan(texts[2])], actor=SYSTEM)
    assert answer.body["first"]


def _first_reads(context: CaptureQueriesContext) -> list[type[Any]]:
    """The tables from which rows were read, in order; not the counting."""
    starts = {f'FROM "{model._meta.db_table}"': model for model in (Fair, Registration)}
    reads = [query["sql"] for query in context.captured_queries if query["sql"].startswith("SELECT")]
    first = [
        min((sql.find(start), start) for start in starts if start in sql)[1] for sql in reads if "COUNT(" not in sql
    ]
    return [starts[start] for start in first]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("others", [0, 1], ids=["a lone scan", "a list"])
def test_a_scan_that_waits_for_a_reissue_finds_the_ticket_revoked(others: int) -> None:
    registration = make_registration()
    fair = registration.fair
    scans = [make_scan(ticket_text(live_ticket(registration), fair))]
    scans += [make_scan(make_guest(fair)[1]) for _number in range(others)]
    reasons: list[Any] = []
    began = threading.Event()
    scanning = threading.Thread(target=_scan, args=(fair, scans, began, reasons))
    organiser = organiser_of(fair.organisation)
    with transaction.atomic():
        reissue_ticket(registration, actor=organiser, reason="Phone lost")
        scanning.start()
        assert began.wait(20)
        while connection.vendor == "postgresql" and scanning.is_alive() and not _keeps_somebody_waiting():
            time.sleep(0.01)
    scanning.join(20)
    assert reasons == ["revoked"] + [None] * others


def _scan(fair: Fair, scans: list[ScanRequest], began: threading.Event, reasons: list[Any]) -> None:
    began.set()
    try:
        reasons += [answer.body["reason"] for answer in admit_scans(fair, scans, actor=SYSTEM)]
    finally:
        connection.close()


def _keeps_somebody_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)) LIMIT 1"
        )
        return cursor.fetchone() is not None
