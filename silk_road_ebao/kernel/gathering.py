"""Calls of many threads gathered into one: who finds nobody at work does it for all who have come meanwhile.

Known to databases as group commit. One of many waits for those who have announced themselves and for as many as came
last time, but not longer than a moment: together they cost little more than one. A caller alone does not wait; only the
first one after a crowd does, once.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar, cast

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")

PATIENCE_S = 0.003


class _Seat(Generic[Asked, Answer]):
    """One caller: what is asked, and the bell that wakes it, answered or to lead the next batch."""

    __slots__ = ("answer", "asked", "bell", "error", "is_over")

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.bell = threading.Lock()
        self.bell.acquire()
        self.is_over = False
        self.answer: Answer | None = None
        self.error: BaseException | None = None


class Gathering(Generic[Asked, Answer]):
    """One place where callers of this process meet."""

    def __init__(self, work: Callable[[list[Asked]], list[Answer]], most: int) -> None:
        """`work` answers up to `most` questions at once, in their order; what it raises, all of them raise."""
        self._work = work
        self._most = most
        self._guard = threading.Condition(threading.Lock())
        self._waiting: list[_Seat[Asked, Answer]] = []
        self._is_busy = False
        self._coming = 0
        self._last_came = 1
        self._mine = threading.local()

    @contextmanager
    def coming(self) -> Iterator[None]:
        """Announce that this thread will soon ask; whoever leads meanwhile waits a moment for it."""
        with self._guard:
            self._coming += 1
        self._mine.is_coming = True
        try:
            yield
        finally:
            with self._guard:
                self._arrive()

    def ask(self, asked: Asked) -> Answer:
        """Answer one question, together with those of others; raises what the work raised."""
        seat: _Seat[Asked, Answer] = _Seat(asked)
        with self._guard:
            self._waiting.append(seat)
            self._arrive()
            if self._is_full():
                self._guard.notify()
            leads, self._is_busy = not self._is_busy, True
        if not leads:
            seat.bell.acquire()
        if not seat.is_over:
            self._serve()
        if seat.error is not None:
            raise seat.error
        return cast(Answer, seat.answer)

    def _arrive(self) -> None:
        if getattr(self._mine, "is_coming", False):
            self._mine.is_coming = False
            self._coming -= 1
            if self._is_full():
                self._guard.notify()

    def _is_full(self) -> bool:
        here = len(self._waiting)
        return here >= self._most or (not self._coming and here >= self._last_came)

    def _serve(self) -> None:
        """Answer the first who wait, the caller among them, and ring the next to lead."""
        with self._guard:
            self._guard.wait_for(self._is_full, PATIENCE_S)
            batch = self._waiting[: self._most]
            del self._waiting[: self._most]
            self._last_came = len(batch)
        try:
            for seat, answer in zip(batch, self._work([seat.asked for seat in batch]), strict=True):
                seat.answer = answer
        except BaseException as error:
            for seat in batch:
                seat.error = error
            raise
        finally:
            self._leave(batch)

    def _leave(self, batch: list[_Seat[Asked, Answer]]) -> None:
        for seat in batch:
            seat.is_over = True
            seat.bell.release()
        with self._guard:
            if self._waiting:
                self._waiting[0].bell.release()
            else:
                self._is_busy = False
