"""Calls of many threads gathered into one."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from silk_road_ebao.kernel.gathering import Gathering


def test_a_caller_alone_is_served_at_once_and_by_itself() -> None:
    seen: list[list[int]] = []
    gathering: Gathering[int, int] = Gathering(lambda asked: seen.append(asked) or [n + 1 for n in asked], 16)

    answer = gathering.ask(1)

    assert answer == 2
    assert seen == [[1]]


def test_who_comes_while_another_is_at_work_is_served_together() -> None:
    seen: list[list[int]] = []
    is_at_work, may_go_on = threading.Event(), threading.Event()

    def work(asked: list[int]) -> list[int]:
        seen.append(asked)
        is_at_work.set()
        may_go_on.wait(10)
        return [n * 10 for n in asked]

    gathering: Gathering[int, int] = Gathering(work, 16)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(gathering.ask, 0)
        is_at_work.wait(10)
        others = [pool.submit(gathering.ask, n) for n in range(1, 8)]
        _until(lambda: len(gathering._waiting) == 7)
        may_go_on.set()
        answers = [first.result(10), *(other.result(10) for other in others)]

    assert answers == [n * 10 for n in range(8)]
    assert [len(batch) for batch in seen] == [1, 7]


def test_a_batch_is_never_greater_than_asked_for() -> None:
    seen: list[int] = []
    is_at_work, may_go_on = threading.Event(), threading.Event()

    def work(asked: list[int]) -> list[int]:
        seen.append(len(asked))
        is_at_work.set()
        may_go_on.wait(10)
        return asked

    gathering: Gathering[int, int] = Gathering(work, 3)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(gathering.ask, 0)
        is_at_work.wait(10)
        others = [pool.submit(gathering.ask, n) for n in range(1, 8)]
        _until(lambda: len(gathering._waiting) == 7)
        may_go_on.set()
        answers = {first.result(10), *(other.result(10) for other in others)}

    assert answers == set(range(8))
    assert seen == [1, 3, 3, 1]


def test_what_the_work_raises_reaches_every_caller_and_the_next_are_served() -> None:
    is_at_work, may_go_on = threading.Event(), threading.Event()

    def work(asked: list[str]) -> list[str]:
        is_at_work.set()
        may_go_on.wait(10)
        if "bad" in asked:
            raise ValueError("bad")
        return asked

    gathering: Gathering[str, str] = Gathering(work, 16)
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(gathering.ask, "good")
        is_at_work.wait(10)
        others = [pool.submit(gathering.ask, word) for word in ("bad", "beside")]
        _until(lambda: len(gathering._waiting) == 2)
        may_go_on.set()
        assert first.result(10) == "good"
        for other in others:
            with pytest.raises(ValueError, match="bad"):
                other.result(10)

    assert gathering.ask("after") == "after"


def test_nobody_is_forgotten_when_many_come_at_once() -> None:
    gathering: Gathering[int, int] = Gathering(lambda asked: [-n for n in asked], 5)

    def many(start: int) -> bool:
        return all(gathering.ask(n) == -n for n in range(start, start + 2_000))

    with ThreadPoolExecutor(8) as pool:
        outcomes = [pool.submit(many, n * 2_000) for n in range(8)]
        answered = [outcome.result(60) for outcome in outcomes]

    assert answered == [True] * 8
    assert gathering._waiting == []


def test_who_leads_waits_for_those_who_are_coming(monkeypatch) -> None:
    monkeypatch.setattr("silk_road_ebao.kernel.gathering.PATIENCE_S", 10)
    seen: list[list[int]] = []
    gathering: Gathering[int, int] = Gathering(lambda asked: seen.append(asked) or asked, 16)
    has_announced, may_ask = threading.Event(), threading.Event()

    def announced() -> int:
        with gathering.coming():
            has_announced.set()
            may_ask.wait(10)
            return gathering.ask(2)

    with ThreadPoolExecutor(2) as pool:
        late = pool.submit(announced)
        has_announced.wait(10)
        first = pool.submit(gathering.ask, 1)
        _until(lambda: len(gathering._waiting) == 1)
        may_ask.set()
        answers = [first.result(10), late.result(10)]

    assert answers == [1, 2]
    assert seen == [[1, 2]]


def test_who_leads_waits_for_as_many_as_came_last_time(monkeypatch) -> None:
    monkeypatch.setattr("silk_road_ebao.kernel.gathering.PATIENCE_S", 10)
    seen: list[int] = []
    gathering: Gathering[int, int] = Gathering(lambda asked: seen.append(len(asked)) or asked, 16)
    gathering._last_came = 2

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(gathering.ask, 1)
        _until(lambda: len(gathering._waiting) == 1)
        time.sleep(0.05)
        second = pool.submit(gathering.ask, 2)
        answers = [first.result(10), second.result(10)]

    assert answers == [1, 2]
    assert seen == [2]


def test_the_first_after_a_crowd_waits_a_moment_and_once_only(monkeypatch) -> None:
    monkeypatch.setattr("silk_road_ebao.kernel.gathering.PATIENCE_S", 0.2)
    gathering: Gathering[int, int] = Gathering(lambda asked: asked, 16)
    gathering._last_came = 4

    gathering.ask(1)
    monkeypatch.setattr("silk_road_ebao.kernel.gathering.PATIENCE_S", 10)
    start = time.monotonic()
    gathering.ask(2)

    assert time.monotonic() - start < 5


def test_who_leaves_without_asking_holds_nobody_up(monkeypatch) -> None:
    monkeypatch.setattr("silk_road_ebao.kernel.gathering.PATIENCE_S", 10)
    gathering: Gathering[int, int] = Gathering(lambda asked: asked, 16)
    with pytest.raises(ValueError, match="refused"), gathering.coming():
        raise ValueError("refused")

    start = time.monotonic()
    answer = gathering.ask(1)

    assert answer == 1
    assert time.monotonic() - start < 5


def test_who_is_slow_is_waited_for_a_moment_only() -> None:
    gathering: Gathering[int, int] = Gathering(lambda asked: asked, 16)
    may_go = threading.Event()

    def slow() -> None:
        with gathering.coming():
            may_go.wait(30)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slow)
        _until(lambda: gathering._coming == 1)
        start = time.monotonic()
        answer = gathering.ask(1)
        took = time.monotonic() - start
        may_go.set()
        waiting.result(10)

    assert answer == 1
    assert took < 5


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)
