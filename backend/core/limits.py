"""Counting what anonymous callers do, in the cache: good enough to slow somebody down, never a truth."""

import logging
import math
import time

import redis
from django.conf import settings
from django.core.cache import cache

from backend.core.errors import DomainError

logger = logging.getLogger(__name__)


def count_or_refuse(key: str, *, limit: int, seconds: int) -> None:
    """Count one more under `key`; the window of so many seconds begins with the first.

    Raises `rate_limited`, with the seconds left of the window, where it is more than `limit`. `RATE_LIMITS=off` counts
    nothing.
    """
    if not settings.RATE_LIMITS:
        return
    until_key = f"limit:{key}:until"
    try:
        until = cache.get_or_set(until_key, lambda: time.time() + seconds, timeout=seconds)
        cache.add(f"limit:{key}", 0, timeout=seconds)
        count = cache.incr(f"limit:{key}")
    except ValueError:  # the window ended between the two calls
        return
    except redis.RedisError:  # letting somebody in too often is better than turning everybody away
        logger.warning("limits: Redis does not answer; nothing is counted")
        return
    if count > limit:
        raise DomainError("rate_limited", retry_after=max(1, math.ceil((until or 0) - time.time())))
