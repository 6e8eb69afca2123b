"""The same thing at the same time."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from backend.core.errors import DomainError


def at_once(*actions: Callable[[], Any]) -> Sequence[Any]:
    """What each action answers, or the code of its refusal; all begin together, each on its own connection."""
    start = Barrier(len(actions), timeout=30)

    def run(action: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return action()
        except DomainError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))
