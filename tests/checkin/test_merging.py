"""Scans that arrive at once, late, twice and in any order: one first entry each, one number of people inside."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.accounts.actors import SYSTEM
from backend.core.clock import now
from checkin import selectors
from checkin.enums import ScanType
from checkin.models import CheckIn, Scan
from checkin.scan import Answer, ScanRequest
from checkin.services import admission, admit_scans
from checkin.services.lookup import find
from events.registrations.models import Registration
from events.registrations.presence import presence_of
from tests.factories.checkin import make_guest, make_scan, open_fair

IN, OUT = ScanType.ENTRY, ScanType.EXIT
GATES = 4
HOUR = timedelta(hours=1)


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """What the works give, each in a thread of its own with its own connection, all begun together."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def gate(fair: Any, texts: Sequence[str], size: int) -> list[Answer]:
    """The answers of a gate where everybody comes, in an order of its own, in lists of this size."""
    order = random.sample(list(texts), len(texts))
    return [
        answer
        for start in range(0, len(order), size)
        for answer in admit_scans(fair, [make_scan(text) for text in order[start : start + size]], actor=SYSTEM)
    ]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("size", [1, 7])
def test_everybody_at_every_gate_at_once(size: int) -> None:
    fair = open_fair()
    texts = [make_guest(fair)[1] for _number in range(40)]
    gates = at_once([partial(gate, fair, texts, size)] * GATES)
    answers = [answer.body for some in gates for answer in some]
    assert sum(answer["first"] for answer in answers) == len(texts)
    assert sum(answer["reason"] == "already_inside" for answer in answers) == len(texts) * (GATES - 1)
    firsts = CheckIn.objects.filter(is_first=True)
    assert (firsts.count(), firsts.values("registration").distinct().count()) == (len(texts), len(texts))
    assert (CheckIn.objects.count(), Scan.objects.count()) == (len(texts), len(texts) * GATES)
    assert selectors.counts(fair, now())["inside"] == len(texts)


@pytest.mark.django_db(transaction=True)
def test_the_same_nonces_sent_by_all_at_once() -> None:
    fair = open_fair()
    scans = [make_scan(make_guest(fair)[1]) for _number in range(10)] + [make_scan("hello") for _number in range(10)]

    def send() -> list[Answer]:
        return admit_scans(fair, random.sample(scans, len(scans)), actor=SYSTEM)

    everybody = [
        sorted((answer.body["nonce"], answer.http_status, answer.body["checkin"]) for answer in answers)
        for answers in at_once([send] * GATES)
    ]
    assert everybody == [everybody[0]] * GATES
    assert (Scan.objects.count(), CheckIn.objects.count()) == (20, 10)


@pytest.mark.django_db(transaction=True)
def test_a_full_house_at_every_gate() -> None:
    fair = open_fair(inside_limit=10)
    queues = [[make_guest(fair)[1] for _number in range(8)] for _gate in range(GATES)]
    gates = at_once([partial(gate, fair, texts, 1) for texts in queues])
    reasons = [answer.body["reason"] for some in gates for answer in some]
    assert (reasons.count(None), reasons.count("fair_full")) == (10, 22)
    assert selectors.counts(fair, now())["inside"] == 10


class Deadlock(Exception):
    sqlstate = "40P01"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("failures", "cause", "tries"), [(2, Deadlock(), 3), (3, Deadlock(), 3), (1, None, 1)])
def test_who_was_in_the_way_of_somebody_else_tries_again(
    monkeypatch: pytest.MonkeyPatch, failures: int, cause: Exception | None, tries: int
) -> None:
    tried = []

    def find_at_last(*args: Any, **kwargs: Any) -> Any:
        tried.append(args)
        if len(tried) <= failures:
            raise OperationalError("in the way") from cause
        return find(*args, **kwargs)

    monkeypatch.setattr(admission, "find", find_at_last)
    scans = [make_scan(make_guest(fair := open_fair())[1])]
    if failures < tries:
        assert admit_scans(fair, scans, actor=SYSTEM)[0].body["first"]
    else:
        with pytest.raises(OperationalError):
            admit_scans(fair, scans, actor=SYSTEM)
    assert len(tried) == tries


@pytest.mark.django_db
def test_what_the_database_refuses_for_another_reason_is_not_taken_for_a_replay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> None:
        raise IntegrityError("another reason")

    fair = open_fair()
    monkeypatch.setattr(Scan.objects, "bulk_create", refuse)
    with pytest.raises(IntegrityError):
        admit_scans(fair, [make_scan("hello")], actor=SYSTEM)


minutes = st.integers(1, 50)
scans_of_one = st.lists(
    st.tuples(minutes, st.sampled_from([IN, OUT])), min_size=1, max_size=7, unique_by=lambda s: s[0]
)


@pytest.mark.django_db
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_order_and_any_lists_give_the_same_end(data: st.DataObject) -> None:
    """The same scans of two registrations: one in order, one in any order, some twice, cut into lists anywhere."""
    moment = now()
    fair = open_fair(starts_at=moment - HOUR, ends_at=moment + HOUR)
    scans = sorted(data.draw(scans_of_one))
    (orderly, its_text), (other, other_text) = make_guest(fair), make_guest(fair)
    for minute, kind in scans:
        admit_scans(fair, [_scan(its_text, kind, moment, minute)], actor=SYSTEM)
    sent = [_scan(other_text, kind, moment, minute) for minute, kind in data.draw(st.permutations(scans))]
    sent += data.draw(st.lists(st.sampled_from(sent), max_size=3))
    while sent:
        size = data.draw(st.integers(1, len(sent)))
        admit_scans(fair, sent[:size], actor=SYSTEM)
        sent = sent[size:]
    ends = []
    for registration in (orderly, other):
        registration.refresh_from_db()
        check_ins = CheckIn.objects.filter(registration=registration).order_by("at", "-type")
        last = check_ins.last()
        assert registration.presence_at == (last.at if last else None)
        assert registration.presence == ({IN: "inside", OUT: "left"}[last.type] if last else "expected")
        firsts = list(check_ins.filter(is_first=True).values_list("at", flat=True))
        assert firsts == ([registration.first_admitted_at] if registration.first_admitted_at else [])
        ends.append((registration.presence, registration.first_admitted_at))
    assert ends[0] == ends[1]
    counted = selectors.counts(fair, moment)
    assert counted["inside"] == sum(presence == "inside" for presence, _first in ends)


def _scan(text: str, kind: ScanType, moment: datetime, minute: int) -> ScanRequest:
    return make_scan(text, kind, scanned_at=moment - HOUR + timedelta(minutes=minute))


CLOCK_CHANGES = {
    "summer": datetime(2026, 3, 28, 9, tzinfo=UTC),
    "winter": datetime(2026, 10, 24, 9, tzinfo=UTC),
    "neither": datetime(2026, 11, 27, 9, tzinfo=UTC),
}


@pytest.mark.django_db
@pytest.mark.parametrize("opens", CLOCK_CHANGES.values(), ids=CLOCK_CHANGES.keys())
def test_the_second_day_begins_empty(opens: datetime) -> None:
    with time_machine.travel(opens, tick=False):
        fair = open_fair(starts_at=opens, ends_at=opens + 36 * HOUR)
        registration, text = make_guest(fair)
        assert presence_of(registration, fair, at=now()) == "expected"
        [first] = admit_scans(fair, [make_scan(text)], actor=SYSTEM)
    evening = datetime.combine(opens.astimezone(fair.zone), datetime.max.time(), fair.zone).astimezone(UTC)
    midnight = evening + timedelta(microseconds=1)
    registration.refresh_from_db()
    assert selectors.counts(fair, evening) == {"expected": 1, "admitted": 1, "inside": 1, "left": 0}
    assert selectors.counts(fair, midnight) == {"expected": 1, "admitted": 1, "inside": 0, "left": 1}
    assert [presence_of(registration, fair, at=at) for at in (evening, midnight)] == ["inside", "left"]
    with time_machine.travel(midnight + HOUR, tick=False):
        out, again, late = admit_scans(
            fair,
            [make_scan(text, OUT), make_scan(text), make_scan(text, OUT, scanned_at=opens + HOUR)],
            actor=SYSTEM,
        )
        assert [answer.body["reason"] for answer in (out, again, late)] == ["not_inside", None, None]
        assert (first.body["first"], again.body["first"]) == (True, False)
        assert selectors.counts(fair, now())["inside"] == 1


@pytest.mark.django_db
def test_the_end_empties_the_fair_whatever_is_uploaded_later() -> None:
    opens = datetime(2026, 11, 27, 9, tzinfo=UTC)
    fair = open_fair(starts_at=opens, ends_at=opens + 8 * HOUR)
    _registration, text = make_guest(fair)
    with time_machine.travel(opens + 9 * HOUR, tick=False):
        [late] = admit_scans(fair, [make_scan(text, scanned_at=opens + HOUR)], actor=SYSTEM)
        [gone] = admit_scans(fair, [make_scan(text, OUT)], actor=SYSTEM)
        assert (late.body["first"], gone.body["reason"]) == (True, "not_inside")
        assert selectors.counts(fair, now()) == {"expected": 1, "admitted": 1, "inside": 0, "left": 1}


@pytest.mark.django_db
def test_counts_are_of_people_and_take_one_statement(django_assert_num_queries: Any) -> None:
    fair = open_fair()
    kinds = ["candidate", "visitor", "press", "employer", "staff", "adviser"]
    texts = [make_guest(fair, kind=kind)[1] for kind in kinds]
    make_guest(fair, status="waitlisted")
    make_guest(open_fair())
    admit_scans(fair, [make_scan(text) for text in texts], actor=SYSTEM)
    Registration.objects.filter(fair=fair, kind="visitor").update(status="cancelled")
    with django_assert_num_queries(1):
        counted = selectors.counts(fair, now())
    assert counted == {"expected": 2, "admitted": 3, "inside": 3, "left": 0}
    assert selectors.status(fair, now())["staff_inside"] == 3
