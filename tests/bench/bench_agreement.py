"""The three books of a day: orders compared a second, and that four times the merchants cost four times as much.

BENCH_COMPARED: how many merchants the large day has (default 4,000: about 37,000 orders).
"""

import os

from tests.bench.result import Result, middle
from tests.bench.server import durable_server
from tests.bench.trade_process import measured

MERCHANTS = int(os.environ.get("BENCH_COMPARED", "4000"))


def run() -> list[Result]:
    """Measure orders a second on a large day against a day of a quarter of it; the same queries on both."""
    with durable_server() as server:
        rounds = measured(server.url, "agreements", MERCHANTS)
    large, small = middle([(1 / ours, 1 / reference) for ours, reference in rounds])
    name = f"three books of a day, {MERCHANTS:,} merchants, against a quarter of them"
    return [Result(name, large, small, "orders/s", goal=0.7, note="same queries; linear = 1.0")]
