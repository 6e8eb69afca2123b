"""Counting what anonymous callers do."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache

from backend.core import limits
from backend.core.clock import now
from backend.core.errors import DomainError
from backend.core.limits import count_or_refuse
from backend.core.models import uuid7


def refused_after(key: str, limit: int, seconds: int = 60) -> int | None:
    """The seconds to wait, or None where one more is let through."""
    try:
        count_or_refuse(key, limit=limit, seconds=seconds)
    except DomainError as error:
        return error.retry_after
    return None


def test_the_refusal_has_its_code():
    with pytest.raises(DomainError, match="rate_limited"):
        count_or_refuse(str(uuid7()), limit=0, seconds=60)


def test_the_limit_is_reached_and_passes_with_its_window():
    key, start = str(uuid7()), now()
    with time_machine.travel(start, tick=False):
        assert [refused_after(key, 2) for _time in range(2)] == [None, None]
    with time_machine.travel(start + timedelta(seconds=20), tick=False):
        assert refused_after(key, 2) == 40
        assert refused_after(str(uuid7()), 2) is None
    with time_machine.travel(start + timedelta(seconds=61), tick=False):
        assert refused_after(key, 2) is None


def test_a_raised_limit_lets_more_through():
    key = str(uuid7())
    with time_machine.travel(now(), tick=False):
        assert [refused_after(key, limit) for limit in (1, 1, 3)] == [None, 60, None]


def test_switched_off_nothing_is_counted(settings):
    settings.RATE_LIMITS = False
    assert [refused_after(str(uuid7()), 0) for _time in range(3)] == [None] * 3


def test_a_window_that_ends_meanwhile_refuses_nobody(monkeypatch: pytest.MonkeyPatch):
    def gone(key: str) -> int:
        raise ValueError(key)

    monkeypatch.setattr(cache, "incr", gone)
    assert refused_after(str(uuid7()), 0) is None


def test_while_redis_is_away_nobody_is_turned_away(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture):
    monkeypatch.setattr(limits, "cache", RedisCache("redis://127.0.0.1:1/0", {}))
    assert [refused_after(str(uuid7()), 0) for _time in range(2)] == [None, None]
    assert "Redis does not answer" in caplog.text
