"""Unit values of cells against a plain GROUP BY over the same rows; one release of 105 weeks × 300 cells.

BENCH_TRADES: how many trade lines (default 10,000,000, as the goal says).
"""

import os

from tests.bench.result import Result, middle
from tests.bench.server import durable_server
from tests.bench.trade_process import measured

TRADES = int(os.environ.get("BENCH_TRADES", "10000000"))
WEEKS = 105


def run() -> list[Result]:
    """Measure lines a second, and releases a second."""
    with durable_server() as server:
        rounds = measured(server.url, "cells", TRADES)
        release, limit = min(measured(server.url, "release", WEEKS))
    ours, plain = middle([(TRADES / mine, TRADES / theirs) for mine, theirs in rounds])
    name = f"cells of {TRADES:,} trade lines, against GROUP BY"
    return [
        Result(name, ours, plain, "lines/s", goal=1 / 1.5, note="goal: at most 1.5 × its time"),
        Result(f"GEKS {WEEKS} weeks × 300 cells", 1000 / release, 1000 / limit, "in 1000 s", 1.0, f"{release:.2f} s"),
    ]
