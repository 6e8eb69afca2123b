"""How long the program takes to start, and what a web process weighs; beside Django with the same applications."""

import os
import subprocess
import sys
import time

from bench.figures import Figure, Goal, Scale, interleaved
from bench.load import hammer, request
from bench.surroundings import ROOT, memory_mb, serving

MEGABYTES = "from bench.surroundings import memory_mb; print(memory_mb())"
SETUP = f"import django; django.setup(); {MEGABYTES}"


def measure(scale: Scale) -> list[Figure]:
    """Seconds of `manage.py check`, and MB of a web process that has answered; the limit is `django.setup()` alone."""
    product = dict(os.environ) | {"DJANGO_SETTINGS_MODULE": "backend.settings"}

    def check(_round: int) -> dict[str, float]:
        return _timed([sys.executable, "manage.py", "check"], product)

    def setup(_round: int) -> dict[str, float]:
        return _timed([sys.executable, "-c", SETUP], product)

    mine, other = interleaved(scale, check, setup)
    with serving(product, workers=1) as server:
        answered = [request("GET", path) for path in ("/healthz", "/", "/api/v1/fairs/")] * scale.of(20, 1)
        hammer(answered, clients=4, expected=[200], to=server.port)
        [web] = server.web_processes()
        weight = memory_mb(web)
    return [
        Figure("manage.py check", "s", mine["seconds"], Goal(most=3), other["seconds"], peer="6.0 s"),
        Figure("a web process, warm", "MB", weight, Goal(most=160), other["megabytes"], peer="257–284 MB"),
    ]


def _timed(command: list[str], environment: dict[str, str]) -> dict[str, float]:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - start
    last = done.stdout.split()[-1:] or ["0"]
    return {"seconds": seconds, "megabytes": float(last[0]) if last[0][0].isdigit() else 0.0}
