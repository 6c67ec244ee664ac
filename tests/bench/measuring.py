"""One benchmark in a process of its own."""

import importlib
import multiprocessing
import signal
import sys
from multiprocessing.connection import Connection

from tests.bench.result import Result, Skipped

SPAWN = multiprocessing.get_context("spawn")


def measure(name: str) -> list[Result | Skipped] | None:
    """Run one benchmark in a process of its own, for each points Django at its own server; None if it broke off."""
    ours, theirs = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=_measure, args=(name, theirs))
    process.start()
    theirs.close()
    try:
        outcome: list[Result | Skipped] = ours.recv()
    except EOFError:
        return None
    finally:
        process.terminate()
        process.join()
    return outcome


def _measure(name: str, answer: Connection) -> None:
    leave_on_term()
    answer.send(importlib.import_module(f"tests.bench.bench_{name}").run())


def leave_on_term() -> None:
    """Let SIGTERM unwind the stack, so that the server of a benchmark stops with it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
