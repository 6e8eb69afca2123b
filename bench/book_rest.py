"""Book interviews over REST: each a fresh registration and a free slot, 32 clients, the organiser's token."""

from bench.fairs import Ground
from bench.figures import Figure, Goal, Scale, interleaved
from bench.load import hammer, request
from bench.statements import Counted

CLIENTS = 32


def measure(scale: Scale) -> list[Figure]:
    """Bookings a second, their p99, and the statements of one; the limit locks a slot and writes one row."""
    ground = Ground()
    number = scale.of(1200, 20)
    total = number * scale.rounds + 2
    pairs = iter(list(zip(ground.register(total), ground.slots(total), strict=False)))

    def ours(_round: int) -> dict[str, float]:
        bookings = []
        for _ in range(number):
            registration, slot = next(pairs)
            path = f"/api/v1/slots/{slot.id}/bookings/"
            bookings.append(request("POST", path, token=ground.token, body={"registration": str(registration.id)}))
        return hammer(bookings, clients=CLIENTS, expected=[201])

    others = [request("POST", f"/limit/book/{slot.id}/", body={}) for slot in ground.slots(number)]

    def limit(_round: int) -> dict[str, float]:
        return hammer(others[:number], clients=CLIENTS, expected=[201])

    mine, other = interleaved(scale, ours, limit)
    for _ in range(2):  # the first warms what is kept
        counted = Counted(ground.token)
        registration, slot = next(pairs)
        counted.post(f"/api/v1/slots/{slot.id}/bookings/", {"registration": str(registration.id)}, expected=201)
    return [
        Figure("book, 32 clients", "/s", mine["rate"], Goal(least=400), other["rate"], peer="14/s"),
        Figure("  p50", "ms", mine["p50"], None, other["p50"], peer="500–4,100 ms"),
        Figure("  p99", "ms", mine["p99"], Goal(most=200), other["p99"]),
        Figure("  CPU of the web processes", "ms", mine["cpu"], None, other["cpu"], peer="131–170 ms"),
        Figure("  statements", "", counted.count, Goal(most=8), 2, peer="51", note=counted.note),
    ]
