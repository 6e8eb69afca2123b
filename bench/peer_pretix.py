"""pretix beside ours, in turns, by the same client: only when asked for (`python -m bench --peer`, docs/benchmarks.md).

Its REST API answers scans, orders and lists. Badges are an export there, drawn by a background process: so both
programs draw them in a process of their own, ours with the service, pretix with the export "badges".
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from statistics import mean
from uuid import UUID

from backend.accounts.actors import SYSTEM
from backend.core.models import uuid7
from badges.selectors import Selection
from badges.services import print_badges
from bench.fairs import Ground
from bench.figures import Figure, Scale, Series, interleaved
from bench.load import hammer, request
from bench.peer import INSIDE, NAME, VERSION, Peer
from bench.statements import Counted
from bench.surroundings import ROOT, memory_mb
from events.fairs.models import Fair
from events.registrations.models import Registration

CLIENTS, READERS = 32, 8
OK, CREATED, INVALID, CONFLICT = 200, 201, 400, 409
# The same sheet of paper from both: ours, and what pretix calls it.
SHEETS = {"a6": "one", "a4_a6": "a4_a6l"}
PRINT = "import sys, django; django.setup(); from bench.peer_pretix import print_ours; print_ours(*sys.argv[1:])"


def measure(scale: Scale) -> list[Figure]:
    """Scans, orders, lists, a rush, badges and the start of both; `measured` is what the peer gave."""
    ground, peer = Ground(), Peer.of_this_run()
    people = iter(ground.register(peer.filled["tickets"]))
    _warm(ground, peer)
    return [
        *_listing(scale, ground, peer),
        *_admit(scale, ground, peer, people),
        *_order(scale, ground, peer, people),
        *_rush(scale, ground, peer, people),
        *_statements(ground, peer, people),
        *_start(scale, peer),
        *_badges(peer),
    ]


def _warm(ground: Ground, peer: Peer) -> None:
    """Both programs load what they load at their first request."""
    number = 2 * CLIENTS
    hammer([_page(ground)] * number, clients=CLIENTS, expected=[OK])
    peer.hammer([peer.get("events/bench/orderpositions/")] * number, clients=CLIENTS, expected=[OK])


def _page(ground: Ground) -> bytes:
    return request("GET", f"/api/v1/fairs/{ground.fair.slug}/registrations/?page_size=50", token=ground.token)


def _listing(scale: Scale, ground: Ground, peer: Peer) -> list[Figure]:
    theirs = peer.get("events/bench/orderpositions/?page_size=50")
    mine, other = interleaved(
        scale,
        lambda _round: hammer([_page(ground)] * scale.of(300, 10), clients=READERS, expected=[OK]),
        lambda _round: peer.hammer([theirs] * scale.of(100, 10), clients=READERS, expected=[OK]),
    )
    note = f"peer: {NAME} {VERSION}, measured in this run, in turns with ours"
    return [
        Figure(f"page of 50 of {peer.filled['tickets']:,}", "/s", mine["rate"], measured=other["rate"], note=note),
        *_times(mine, other),
    ]


def _times(mine: Series, other: Series) -> list[Figure]:
    return [
        Figure("  p50", "ms", mine["p50"], measured=other["p50"]),
        Figure("  p99", "ms", mine["p99"], measured=other["p99"]),
        Figure("  CPU of the web processes", "ms", mine["cpu"], measured=other["cpu"]),
    ]


def _admit(scale: Scale, ground: Ground, peer: Peer, people: Iterator[Registration]) -> list[Figure]:
    each, fewer = scale.of(1000, 10), scale.of(300, 10)
    redeem = f"/api/v1/fairs/{ground.fair.slug}/checkin/redeem/"
    tickets = iter(ground.secrets_of([next(people) for _ in range(each * scale.rounds)]))
    secrets = iter(peer.filled["secrets"])

    def scan(secret: str) -> dict[str, object]:
        return {"secret": secret, "type": "entry", "nonce": str(uuid7())}

    def ours(_round: int) -> dict[str, float]:
        scans = [request("POST", redeem, token=ground.token, body=scan(next(tickets))) for _ in range(each)]
        return hammer(scans, clients=CLIENTS, expected=[CREATED])

    def theirs(_round: int) -> dict[str, float]:
        bodies = (scan(next(secrets)) | {"lists": [peer.filled["list"]]} for _ in range(fewer))
        scans = [peer.post("checkinrpc/redeem/", body) for body in bodies]
        return peer.hammer(scans, clients=CLIENTS, expected=[CREATED])

    mine, other = interleaved(scale, ours, theirs)
    return [
        Figure(f"admit, {CLIENTS} clients", "/s", mine["rate"], measured=other["rate"]),
        *_times(mine, other),
    ]


def _booking(ground: Ground, slot: object, person: Registration) -> bytes:
    body = {"registration": str(person.id)}
    return request("POST", f"/api/v1/slots/{slot}/bookings/", token=ground.token, body=body)


def _order(scale: Scale, ground: Ground, peer: Peer, people: Iterator[Registration]) -> list[Figure]:
    each, fewer = scale.of(300, 10), scale.of(150, 10)
    slots = iter(ground.slots(each * scale.rounds))
    orders = [peer.post("events/bench/orders/", body) for body in peer.filled["orders"]]

    def ours(_round: int) -> dict[str, float]:
        bookings = [_booking(ground, next(slots).id, next(people)) for _ in range(each)]
        return hammer(bookings, clients=CLIENTS, expected=[CREATED])

    def theirs(_round: int) -> dict[str, float]:
        return peer.hammer(list(islice(cycle(orders), fewer)), clients=CLIENTS, expected=[CREATED])

    mine, other = interleaved(scale, ours, theirs)
    return [
        Figure(f"book / order with quota, {CLIENTS} clients", "/s", mine["rate"], measured=other["rate"]),
        *_times(mine, other),
    ]


def _rush(scale: Scale, ground: Ground, peer: Peer, people: Iterator[Registration]) -> list[Figure]:
    """Everybody for one slot, and for one product with as many places."""
    crowd, places = scale.of(200, 6), int(peer.filled["places"])
    slots, wishes = ground.slots(scale.rounds, capacity=places), peer.filled["rushes"]

    def ours(number: int) -> dict[str, float]:
        bookings = [_booking(ground, slots[number].id, next(people)) for _ in range(crowd)]
        return hammer(bookings, clients=crowd, expected=[CREATED, CONFLICT])

    def theirs(number: int) -> dict[str, float]:
        orders = [peer.post("events/bench/orders/", wishes[number])] * crowd
        return peer.hammer(orders, clients=crowd, expected=[CREATED, INVALID])

    mine, other = interleaved(scale, ours, theirs)
    products = [wish["positions"][0]["item"] for wish in wishes]
    sold = [peer.answer(peer.get(f"events/bench/orderpositions/?item={product}"))["count"] for product in products]
    note = f"{NAME} sold {', '.join(map(str, sold))} of {places} places"
    return [
        Figure(f"{crowd} at once for {places} places", "s", mine["seconds"], measured=other["seconds"], note=note),
    ]


def _statements(ground: Ground, peer: Peer, people: Iterator[Registration]) -> list[Figure]:
    """Of the second scan and the second order; what finds out who asks is not counted."""
    product, secrets = peer.filled["orders"][0]["positions"][0]["item"], peer.filled["secrets"][-2:]
    told = peer.inside(INSIDE, "statements", peer.filled["token"], peer.filled["list"], product, *secrets)
    other = json.loads(told)
    counted = {}
    for slot in ground.slots(2)[:2]:  # the first warms what is kept
        person = next(people)
        scan = {"secret": ground.secrets_of([person])[0], "type": "entry", "nonce": str(uuid7())}
        counted["scan"] = Counted(ground.token)
        counted["scan"].post(f"/api/v1/fairs/{ground.fair.slug}/checkin/redeem/", scan, expected=CREATED)
        counted["order"] = Counted(ground.token)
        body = {"registration": str(person.id)}
        counted["order"].post(f"/api/v1/slots/{slot.id}/bookings/", body, expected=CREATED)
    return [Figure(f"statements, {name}", "", counted[name].count, measured=other[name]) for name in ("scan", "order")]


def _start(scale: Scale, peer: Peer) -> list[Figure]:
    product = dict(os.environ) | {"DJANGO_SETTINGS_MODULE": "backend.settings"}

    def ours(_round: int) -> dict[str, float]:
        command = [sys.executable, "manage.py", "check"]
        start = time.perf_counter()
        subprocess.run(command, cwd=ROOT, env=product, capture_output=True, check=True)
        return {"seconds": time.perf_counter() - start}

    def theirs(_round: int) -> dict[str, float]:
        start = time.perf_counter()
        peer.inside("-m", NAME, "check")
        return {"seconds": time.perf_counter() - start}

    mine, other = interleaved(scale, ours, theirs)
    web = os.environ["BENCH_WEB"].split(",")
    weight, other_weight = mean(map(memory_mb, web)), mean(map(memory_mb, peer.web))
    return [
        Figure("check", "s", mine["seconds"], measured=other["seconds"]),
        Figure("a web process, after all this", "MB", weight, measured=other_weight),
    ]


def _badges(peer: Peer) -> list[Figure]:
    """Once each: a thousand badges take the peer minutes."""
    ground, number = Ground(), peer.filled["badges"]
    ground.register(number)
    figures = []
    for ours, theirs in SHEETS.items():
        command = [sys.executable, "-c", PRINT, str(ground.fair.pk), ours]
        done = subprocess.run(command, cwd=ROOT, env=os.environ, stdout=subprocess.PIPE, text=True, check=True)
        mine = json.loads(done.stdout)
        other = json.loads(peer.inside(INSIDE, "badges", theirs, *peer.filled["printed"]))
        figures += [
            Figure(f"{number:,} badges, {ours}", "s", mine["seconds"], measured=other["seconds"]),
            Figure("  size of one", "kB", mine["bytes"] / number / 1000, measured=other["bytes"] / number / 1000),
            Figure("  peak memory", "MB", mine["megabytes"], measured=other["megabytes"]),
            Figure("  one badge", "ms", mine["one"], measured=other["one"]),
        ]
    return figures


def print_ours(fair_id: str, format: str) -> None:
    """Print as `peer_inside badges` does, and the same figures."""
    fair = Fair.objects.get(pk=fair_id)
    first, second = Registration.objects.filter(fair=fair).values_list("pk", flat=True)[:2]
    _print(fair, format, [first])
    one, _size = _print(fair, format, [second])
    seconds, size = _print(fair, format)
    print(json.dumps({"one": one * 1000, "seconds": seconds, "bytes": size, "megabytes": memory_mb(peak=True)}))


def _print(fair: Fair, format: str, only: list[UUID] | None = None) -> tuple[float, int]:
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "badges.pdf"
        start = time.perf_counter()
        print_badges(fair, Selection(format=format, registration_ids=only), actor=SYSTEM, out=out)
        return time.perf_counter() - start, out.stat().st_size
