"""Send notices from worker threads, each by its acquirer's schedule, until it is taken."""

from __future__ import annotations

import heapq
import http.client
import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from payments.sandbox.store import Record

Job = Callable[[], None]
CONNECT_ERRORS = (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError)


@dataclass(frozen=True, slots=True)
class Parcel:
    """Hold one notice as it goes over the wire."""

    url: str
    body: bytes
    headers: dict[str, str]


class Sender(Protocol):
    """Make a parcel of a notice and judge the answer to it; one per acquirer."""

    schedule_s: tuple[float, ...]
    timeout_s: float

    def parcel(self, notice: Record, mode: str) -> Parcel: ...
    def is_taken(self, status: int, body: bytes) -> bool: ...


class Post:
    """Post bodies, keeping one connection per host and thread."""

    def __init__(self) -> None:
        self._local = threading.local()

    def send(self, parcel: Parcel, timeout_s: float) -> tuple[int, bytes]:
        """Return status and body; raise OSError or HTTPException when there is no answer."""
        parts = urlsplit(parcel.url)
        pool: dict[Any, http.client.HTTPConnection] = self._local.__dict__.setdefault("pool", {})
        place = (parts.scheme, parts.hostname, parts.port)
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        for fresh in (False, True):
            connection = None if fresh else pool.pop(place, None)
            reused = connection is not None
            if connection is None:
                kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
                connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
            try:
                connection.request("POST", target, parcel.body, parcel.headers)
                answer = connection.getresponse()
                body = answer.read(65536)
            except CONNECT_ERRORS:
                connection.close()
                if reused:
                    continue
                raise
            except (OSError, http.client.HTTPException):
                connection.close()
                raise
            if answer.will_close or not answer.isclosed():
                connection.close()
            else:
                pool[place] = connection
            return answer.status, body
        raise ConnectionError("no answer")


class Delivery:
    """Run jobs when they are due, on a few worker threads."""

    def __init__(self, workers: int = 8) -> None:
        self._heap: list[tuple[float, int, Job]] = []
        self._order = itertools.count()
        self._ready = threading.Condition()
        self._stopped = False
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]

    def start(self) -> None:
        """Begin to work."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish the jobs under way (they end within their time-out) and no more."""
        with self._ready:
            self._stopped = True
            self._ready.notify_all()
        for thread in self._threads:
            thread.join(timeout=2)

    def at(self, due_epoch: float, job: Job) -> None:
        """Run the job when real time reaches ``due_epoch``."""
        with self._ready:
            heapq.heappush(self._heap, (due_epoch, next(self._order), job))
            self._ready.notify()

    def rescale(self, ratio: float) -> None:
        """Stretch or shrink the time that waiting jobs still have to wait."""
        now = time.time()
        with self._ready:
            self._heap = [(now + max(0.0, due - now) * ratio, order, job) for due, order, job in self._heap]
            heapq.heapify(self._heap)
            self._ready.notify_all()

    def _work(self) -> None:
        while True:
            with self._ready:
                while not self._stopped and (not self._heap or self._heap[0][0] > time.time()):
                    self._ready.wait(min(1.0, max(0.0, self._heap[0][0] - time.time())) if self._heap else 1.0)
                if self._stopped:
                    return
                _, _, job = heapq.heappop(self._heap)
            job()
