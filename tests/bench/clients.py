"""Client processes, of one thread or several, that call one function of a module for a while and count."""

import contextlib
import importlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection

SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True, slots=True)
class Timing:
    """Calls a second of all clients together, and the middle and the slow end of single calls in milliseconds."""

    rate: float
    p50_ms: float
    p99_ms: float


class Clients:
    """Processes kept warm between rounds."""

    def __init__(self, pipes: list[Connection], threads: int) -> None:
        self.pipes = pipes
        self.threads = threads

    def once(self, name: str) -> None:
        """Run the named work once in each process."""
        self._run(name, 0, 1)

    def rate(self, name: str, seconds: float) -> float:
        """Run the named work in all clients at once; gives calls a second of all together."""
        return sum(len(durations) / took for durations, took in self._run(name, seconds, self.threads))

    def _run(self, name: str, seconds: float, threads: int) -> list[tuple[list[float], float]]:
        for pipe in self.pipes:
            pipe.send((name, seconds, threads))
        return [answer for pipe in self.pipes for answer in pipe.recv()]

    def timed(self, name: str, seconds: float) -> Timing:
        """Run the named work in all clients at once; gives the rate and how long single calls took."""
        answers = self._run(name, seconds, self.threads)
        every = sorted(duration for durations, _took in answers for duration in durations)
        rate = sum(len(durations) / took for durations, took in answers)
        return Timing(rate, every[len(every) // 2] * 1000, every[len(every) * 99 // 100] * 1000)


@contextlib.contextmanager
def clients(module: str, count: int, environment: dict[str, str], *, threads: int = 1) -> Iterator[Clients]:
    """Start `count` processes of some threads; each imports `module` and takes its works from `works(number)`."""
    pairs = [SPAWN.Pipe() for _ in range(count)]
    processes = [
        SPAWN.Process(target=_serve, args=(module, number, theirs, environment), daemon=True)
        for number, (_ours, theirs) in enumerate(pairs)
    ]
    for process in processes:
        process.start()
    try:
        for ours, _theirs in pairs:
            ours.recv()
        yield Clients([ours for ours, _theirs in pairs], threads)
    finally:
        for ours, _theirs in pairs:
            with contextlib.suppress(OSError):
                ours.send(None)
        for process in processes:
            process.join(timeout=10)
            process.kill()


def _serve(module: str, number: int, pipe: Connection, environment: dict[str, str]) -> None:
    os.environ.update(environment)
    works: dict[str, Callable[[], object]] = importlib.import_module(module).works(number)
    pipe.send("ready")
    with ThreadPoolExecutor() as pool:
        while order := pipe.recv():
            name, seconds, threads = order
            clients = [pool.submit(_repeat, works[name], seconds) for _ in range(threads)]
            pipe.send([client.result() for client in clients])


def _repeat(work: Callable[[], object], seconds: float) -> tuple[list[float], float]:
    """Work until the time is over; gives the seconds of each call and of all."""
    durations: list[float] = []
    start = before = time.perf_counter()
    while not durations or before - start < seconds:
        work()
        after = time.perf_counter()
        durations.append(after - before)
        before = after
    return durations, before - start
