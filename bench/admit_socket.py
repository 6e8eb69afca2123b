"""Admit scans over one websocket with 32 under way, beside an echo of the same frames by the same server."""

from backend.core.models import uuid7
from bench.fairs import Ground
from bench.figures import Figure, Goal, Scale, interleaved
from bench.sockets import converse

IN_FLIGHT = 32


def measure(scale: Scale) -> list[Figure]:
    """Scans a second and their p99; the limit sends every frame back as it came."""
    ground = Ground()
    number = scale.of(3000, 40)
    secrets = iter(ground.secrets_of(ground.register(number * (scale.rounds + 1))))
    path = f"/ws/fairs/{ground.fair.slug}/checkin/"

    def frames() -> list[dict[str, str]]:
        return [
            {"op": "redeem", "secret": next(secrets), "type": "entry", "nonce": str(uuid7())} for _ in range(number)
        ]

    def ours(_round: int) -> dict[str, float]:
        return converse(path, frames(), in_flight=IN_FLIGHT, answer="redeemed", token=ground.token)

    same = frames()

    def limit(_round: int) -> dict[str, float]:
        return converse("/limit/echo/", same, in_flight=IN_FLIGHT, answer="redeem")

    mine, other = interleaved(scale, ours, limit)
    return [
        Figure("admit, one socket, 32 in flight", "/s", mine["rate"], Goal(least=0.5, of_limit=True), other["rate"]),
        Figure("  p50", "ms", mine["p50"], None, other["p50"]),
        Figure("  p99", "ms", mine["p99"], Goal(most=60), other["p99"]),
    ]
