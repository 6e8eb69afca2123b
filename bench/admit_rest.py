"""Admit one scan after the other over REST: fresh tickets, 32 clients, one token."""

from backend.core.models import uuid7
from bench.fairs import Ground
from bench.figures import Figure, Goal, Scale, interleaved
from bench.load import hammer, request
from bench.statements import Counted

CLIENTS = 32


def measure(scale: Scale) -> list[Figure]:
    """Scans a second, their p99, the statements of one; the limit locks a row and writes one, and nothing else."""
    ground = Ground()
    number = scale.of(1500, 20)
    redeem = f"/api/v1/fairs/{ground.fair.slug}/checkin/redeem/"
    secrets = iter(ground.secrets_of(ground.register(number * (scale.rounds + 1) + 2)))

    def scans(path: str, token: str = "") -> list[bytes]:
        return [request("POST", path, token=token, body=_scan(next(secrets))) for _ in range(number)]

    def ours(_round: int) -> dict[str, float]:
        return hammer(scans(redeem, ground.token), clients=CLIENTS, expected=[201])

    again = scans("/limit/admit/")

    def limit(_round: int) -> dict[str, float]:
        # The limit knows no rule: the same tickets do again, under new nonces.
        return hammer([_with_new_nonce(sent) for sent in again], clients=CLIENTS, expected=[201])

    mine, other = interleaved(scale, ours, limit)
    counted = _count(ground, redeem, next(secrets), next(secrets))
    return [
        Figure("admit, 32 clients", "/s", mine["rate"], Goal(least=500), other["rate"], peer="28.8/s"),
        Figure("  p50", "ms", mine["p50"], None, other["p50"], peer="1,100 ms"),
        Figure("  p99", "ms", mine["p99"], Goal(most=150), other["p99"]),
        Figure("  CPU of the web processes", "ms", mine["cpu"], None, other["cpu"], peer="59–70 ms"),
        Figure("  statements", "", counted.count, Goal(most=4), 2, peer="19", note=counted.note),
    ]


def _scan(secret: str) -> dict[str, str]:
    return {"secret": secret, "type": "entry", "nonce": str(uuid7())}


def _with_new_nonce(sent: bytes) -> bytes:
    head, quote, rest = sent.partition(b'"nonce": "')
    return head + quote + str(uuid7()).encode() + rest[36:]


def _count(ground: Ground, path: str, first: str, second: str) -> Counted:
    """One scan that warms what is kept, then the one that counts."""
    Counted(ground.token).post(path, _scan(first), expected=201)
    counted = Counted(ground.token)
    counted.post(path, _scan(second), expected=201)
    return counted
