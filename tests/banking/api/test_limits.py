"""Quotas: told on every answer, never a reason to lose a write when Redis is away."""

import pytest
import redis

from banking.gateways import rate_counter
from banking.gateways.rate_counter import RedisRateCounter
from banking.rules import rate_limit

pytestmark = pytest.mark.django_db


class Counter:
    """Counts in memory."""

    def __init__(self):
        self.calls = {}

    def count(self, name, *, ttl_s):
        self.calls[name] = self.calls.get(name, 0) + 1
        return self.calls[name]


@pytest.fixture
def counter(monkeypatch, settings):
    found = Counter()
    monkeypatch.setitem(rate_counter._counters, settings.REDIS_URL, found)
    monkeypatch.setattr(rate_limit, "CALLS", 2)
    monkeypatch.setattr(rate_limit, "window_of", lambda now_s: (7, 42))
    return found


def test_every_answer_tells_the_quota_and_the_call_beyond_it_is_429(bank, other_bank, counter):
    answers = [bank.get("/whoami") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0]["RateLimit-Policy"] == '"default";q=2;w=60'
    assert [answer["RateLimit"] for answer in answers] == [
        '"default";r=1;t=42',
        '"default";r=0;t=42',
        '"default";r=0;t=42',
    ]
    assert answers[2]["Retry-After"] == "42"
    assert answers[2].json()["code"] == "TOO_MANY_REQUESTS"
    assert other_bank.get("/whoami").status_code == 200


def test_what_bears_no_right_signature_uses_up_nobodys_quota(bank, counter):
    bank.get("/whoami", tag="other")

    assert counter.calls == {}


def test_f4_without_redis_reads_and_writes_go_through(bank, monkeypatch, settings):
    dead = RedisRateCounter("redis://127.0.0.1:1/0")
    monkeypatch.setitem(rate_counter._counters, settings.REDIS_URL, dead)

    read, write = bank.get("/whoami"), bank.post("/sandbox/scenarios/consent-given")

    assert (read.status_code, write.status_code) == (200, 201)
    assert "RateLimit" not in read
    assert dead.count("x", ttl_s=1) is None


def test_calls_are_counted_in_redis(settings):
    counter = RedisRateCounter(settings.REDIS_URL)
    name = "ebao:calls:test"
    redis.Redis.from_url(settings.REDIS_URL).delete(name)

    assert [counter.count(name, ttl_s=5) for _ in range(3)] == [1, 2, 3]
    assert 0 < redis.Redis.from_url(settings.REDIS_URL).ttl(name) <= 5


def test_windows_end_on_the_minute():
    assert rate_limit.window_of(119.0) == (1, 1)
    assert rate_limit.window_of(120.0) == (2, 60)
