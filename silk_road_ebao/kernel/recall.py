"""Short memory of what tables say, shared by all processes; without it the tables are read each time.

The cache only spares queries. When it is down nothing that takes money may stop, so its failures end here.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

T = TypeVar("T")


def recall(key: str, read: Callable[[], T], *, for_s: int) -> T:
    """Give what was read under the key in the last for_s seconds, else read it now; never None."""
    with suppress(RedisError):
        kept: T | None = cache.get(key)
        if kept is not None:
            return kept
    found = read()
    with suppress(RedisError):
        cache.set(key, found, for_s)
    return found


def count(key: str, *, for_s: int) -> int | None:
    """Count one more under the key and give the sum of for_s seconds since the first; None when the cache is down.

    Whoever asks goes on without the sum: what must hold without the cache is counted in a table.
    """
    try:
        cache.add(key, 0, for_s)
        return int(cache.incr(key))
    except RedisError:
        return None
    except ValueError:  # it ended between the two
        return 1


def is_worn_out(key: str, *, tries: int, for_s: int) -> bool:
    """Count one more try under the key and tell whether it is past the number of tries in for_s seconds.

    True when the cache is down: a guess nobody counts is not let through.
    """
    counted = count(key, for_s=for_s)
    return counted is None or counted > tries


def forget(keys: Iterable[str]) -> None:
    """Forget what was read, so that every process reads anew; when the cache is down it ends by its time."""
    with suppress(RedisError):
        cache.delete_many(list(keys))
