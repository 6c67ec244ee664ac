"""Counters of calls in Redis. They are a courtesy, no guard: without Redis every call is let through."""

import time
from typing import Protocol

import redis
import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

TIMEOUT_S = 0.2
QUIET_S = 5.0


class RateCounter(Protocol):
    """Something that counts the calls of a window."""

    def count(self, name: str, *, ttl_s: int) -> int | None:
        """Count one call and return how many there were, or None if nobody knows."""


class RedisRateCounter:
    """Counts in Redis with a short time-out; after a failure it is left alone for a few seconds.

    Fails open, for reads and writes alike: what must not happen twice is guarded in PostgreSQL, and a bank's report
    refused because a cache is down would be lost trade.
    """

    def __init__(self, url: str) -> None:
        self._client = redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)
        self._quiet_until = 0.0

    def count(self, name: str, *, ttl_s: int) -> int | None:
        """Count one call in Redis."""
        if time.monotonic() < self._quiet_until:
            return None
        try:
            with self._client.pipeline(transaction=False) as pipe:
                pipe.incr(name)
                pipe.expire(name, ttl_s)
                return int(pipe.execute()[0])
        except redis.RedisError as error:
            self._quiet_until = time.monotonic() + QUIET_S
            log.warning("calls are not counted", error=str(error))
            return None


_counters: dict[str, RateCounter] = {}


def rate_counter() -> RateCounter:
    """Return the counter of this process."""
    return _counters.setdefault(settings.REDIS_URL, RedisRateCounter(settings.REDIS_URL))
