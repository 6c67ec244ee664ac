"""Client processes that call one function of a module for a while and count: as many Pythons as a real site has."""

import contextlib
import importlib
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
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

    def __init__(self, pipes: list[Connection]) -> None:
        self.pipes = pipes

    def rate(self, name: str, seconds: float) -> float:
        """Run the named work in all processes at once; gives calls a second of all together."""
        for pipe in self.pipes:
            pipe.send((name, seconds))
        return sum(len(durations) / took for durations, took in [pipe.recv() for pipe in self.pipes])

    def timed(self, name: str, seconds: float) -> Timing:
        """Run the named work in all processes at once; gives the rate and how long single calls took."""
        for pipe in self.pipes:
            pipe.send((name, seconds))
        answers = [pipe.recv() for pipe in self.pipes]
        every = sorted(duration for durations, _took in answers for duration in durations)
        rate = sum(len(durations) / took for durations, took in answers)
        return Timing(rate, every[len(every) // 2] * 1000, every[len(every) * 99 // 100] * 1000)


@contextlib.contextmanager
def clients(module: str, count: int, environment: dict[str, str]) -> Iterator[Clients]:
    """Start `count` processes; each imports `module` and takes its works from `module.works(number)`."""
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
        yield Clients([ours for ours, _theirs in pairs])
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
    while order := pipe.recv():
        name, seconds = order
        work, durations, start = works[name], [], time.perf_counter()
        before = start
        while before - start < seconds:
            work()
            after = time.perf_counter()
            durations.append(after - before)
            before = after
        pipe.send((durations, before - start))
