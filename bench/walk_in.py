"""One badge for somebody who stands at the desk: asked over REST until the PDF is there."""

import asyncio
import time

from bench.fairs import Ground
from bench.figures import Figure, Goal, Scale, interleaved, percentile
from bench.load import Connection, request
from bench.statements import Counted

OK = 200


def measure(scale: Scale) -> list[Figure]:
    """ms of one badge after the other, each of another registration; the limit sends the bytes of a page."""
    ground = Ground()
    number = scale.of(60, 4)
    registrations = iter(ground.register(number * scale.rounds + 2))
    path = "/api/v1/registrations/{}/badge.pdf?format=label_62x100"
    page = [request("GET", f"/limit/page/{ground.fair.slug}/")] * number

    def ours(_round: int) -> dict[str, float]:
        asked = [request("GET", path.format(next(registrations).id), token=ground.token) for _ in range(number)]
        return asyncio.run(_one_after_the_other(asked))

    mine, other = interleaved(scale, ours, lambda _round: asyncio.run(_one_after_the_other(page)))
    for _ in range(2):  # the first loads fonts
        counted = Counted(ground.token)
        counted.get(path.format(next(registrations).id))
    return [
        Figure("one badge, asked to PDF bytes", "ms", mine["p50"], Goal(most=40), other["p50"]),
        Figure("  p99", "ms", mine["p99"], None, other["p99"]),
        Figure("  statements", "", counted.count, Goal(most=3), note=counted.note),
    ]


async def _one_after_the_other(asked: list[bytes]) -> dict[str, float]:
    connection = await Connection().open()
    await connection.ask(asked[0])
    took = []
    for sent in asked[1:]:
        start = time.perf_counter()
        status, _head, _body = await connection.ask(sent)
        took.append(time.perf_counter() - start)
        if status != OK:
            raise AssertionError(f"a badge answered {status}")
    await connection.close()
    return {"p50": percentile(took, 0.5) * 1000, "p99": percentile(took, 0.99) * 1000}
