"""A page of 50 of 5,000 registrations, 8 clients; the same statements however many there are."""

from bench.fairs import Ground
from bench.figures import Figure, Goal, Scale, interleaved
from bench.load import hammer, request
from bench.statements import Counted

CLIENTS = 8
OK = 200


def measure(scale: Scale) -> list[Figure]:
    """Pages a second; the limit counts and gives the same fifty rows as the database has them."""
    ground, small = Ground(), Ground()
    registrations, number = scale.of(5000, 60), scale.of(300, 8)
    ground.register(registrations)
    small.register(scale.of(50, 5))
    path = "/api/v1/fairs/{}/registrations/?page_size=50"
    asked = [request("GET", path.format(ground.fair.slug), token=ground.token)] * number
    lean = [request("GET", f"/limit/list/{ground.fair.id}/")] * number
    mine, other = interleaved(
        scale,
        lambda _round: hammer(asked, clients=CLIENTS, expected=[OK]),
        lambda _round: hammer(lean, clients=CLIENTS, expected=[OK]),
    )
    counts = []
    for place in (small, ground):
        counted = Counted(place.token)
        counted.get(path.format(place.fair.slug))
        counts.append(counted.count)
    note = f"{counts[0]} statements of a fair with {scale.of(50, 5)}; {counted.note} with {registrations:,}"
    return [
        Figure(f"page of 50 of {registrations:,}", "/s", mine["rate"], Goal(least=150), other["rate"], peer="11/s"),
        Figure("  p99", "ms", mine["p99"], None, other["p99"]),
        Figure("  statements more than for few", "", counts[1] - counts[0], Goal(most=0), note=note),
    ]
