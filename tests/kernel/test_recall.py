"""Short memory: read once, forgotten on demand, and no harm when the cache is down."""

import pytest
from django.core.cache import caches

from silk_road_ebao.kernel.recall import count, forget, is_worn_out, recall


@pytest.fixture
def readings():
    forget(["tests.recall"])
    made: list[int] = []

    def read():
        made.append(len(made) + 1)
        return {"reading": len(made)}

    read.made = made
    yield read
    forget(["tests.recall"])


@pytest.fixture
def kill_cache(settings):
    def kill():
        kept = settings.CACHES["default"]
        settings.CACHES = {"default": kept | {"LOCATION": "redis://127.0.0.1:1/0"}}

    yield kill
    del caches["default"]


@pytest.fixture
def dead_cache(kill_cache):
    kill_cache()


def test_what_was_read_is_given_again_until_forgotten(readings):
    first, second = (recall("tests.recall", readings, for_s=60) for _ in range(2))
    forget(["tests.recall"])

    third = recall("tests.recall", readings, for_s=60)

    assert (first, second, third) == ({"reading": 1}, {"reading": 1}, {"reading": 2})


def test_without_the_cache_the_tables_are_read_each_time(readings, dead_cache):
    """F2: a broker that is down keeps nobody from being paid."""
    found = [recall("tests.recall", readings, for_s=60) for _ in range(2)]

    forget(["tests.recall"])

    assert found == [{"reading": 1}, {"reading": 2}]


def test_a_count_rises_by_one():
    forget(["tests.count"])

    sums = [count("tests.count", for_s=60) for _ in range(3)]
    forget(["tests.count"])

    assert sums == [1, 2, 3]


def test_without_the_cache_a_count_is_unknown(dead_cache):
    """F2: what only a count forbids goes on without it."""
    assert count("tests.count", for_s=60) is None


def test_tries_are_worn_out_after_so_many_and_at_once_without_the_cache(kill_cache):
    with_it = [is_worn_out("tests.tries", tries=2, for_s=60) for _ in range(3)]
    forget(["tests.tries"])
    kill_cache()

    without_it = is_worn_out("tests.tries", tries=2, for_s=60)

    assert with_it == [False, False, True]
    assert without_it
