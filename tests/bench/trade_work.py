"""Work of the benchmarks of index and assessment, in a process of its own: prints one line of JSON.

usage: DATABASE_URL=… python -m tests.bench.trade_work cells|release|agreements|assessments SIZE
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import django

CELLS = 300
MONDAY = date(2024, 11, 4)
EMPTY = """
    ALTER TABLE supplychain_indextrade SET UNLOGGED;
    DROP INDEX index_trade_day, index_trade_cell;
    ALTER TABLE supplychain_indextrade DROP CONSTRAINT index_trade_once, DROP CONSTRAINT supplychain_indextrade_pkey
"""
FILL = """
    INSERT INTO supplychain_indextrade (source_id, day, week, commodity_id, market_id, merchant_id, grams, amount_fen,
                                        verdict, fault, origin)
    SELECT 1, d, d - (extract(isodow FROM d)::int - 1), 1 + n %% 300, 1, 1 + n / 300 %% 31,
           1000 + n %% 50000, 300 + n %% 20000, 'ACCEPTED', '', n
    FROM (SELECT n, %(monday)s::date + (n * %(days)s / %(size)s)::int AS d
          FROM generate_series(0, %(size)s::bigint - 1) n) x
"""
PLAIN = """
    SELECT week, commodity_id, sum(amount_fen), sum(grams), count(*) FROM supplychain_indextrade
    WHERE source_id = 1 AND day >= %(first)s AND day < %(after)s AND verdict = 'ACCEPTED' GROUP BY 1, 2
"""
BOOKS = [
    f"supplychain_{name}" for name in ("order", "orderline", "outbound", "outboundline", "fundsentry", "agreement")
]
INDICES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = ANY(%s) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conname = indexname)
"""
ROOM = "SET LOCAL work_mem = '256MB'"
LAST = date(2026, 11, 20)


def cells(size: int) -> list[tuple[float, float]]:
    """Time (ours, plain GROUP BY) in seconds, three rounds; as dense as 10 million lines are over 105 weeks.

    Lines lie in the table day by day, as they come; the indices are the table's own, built after filling it.
    """
    from django.db import connection, transaction

    from supplychain.services.index_cells import sum_cells

    weeks = max(1, 105 * size // 10_000_000)
    mondays = [MONDAY + timedelta(days=7 * week) for week in range(weeks)]
    with connection.cursor() as cursor:
        _fill_trades(cursor, size, 7 * weeks)

        def ours() -> None:
            with transaction.atomic():
                sum_cells(source_id=1, grain="WEEK", periods=mondays, cap_share=0.3)

        def plain() -> None:
            with transaction.atomic():
                cursor.execute(ROOM)
                cursor.execute(PLAIN, {"first": MONDAY, "after": mondays[-1] + timedelta(days=7)})
                cursor.fetchall()

        plain()
        ours()
        return [(_seconds(ours), _seconds(plain)) for _ in range(5)]


def _fill_trades(cursor: Any, size: int, days: int) -> None:
    cursor.execute("SELECT indexdef FROM pg_indexes WHERE indexname IN ('index_trade_day', 'index_trade_cell')")
    built = [row[0] for row in cursor.fetchall()]
    cursor.execute("SET session_replication_role = replica")  # the rows are made up: their cells and merchants as well
    cursor.execute(EMPTY)
    cursor.execute(FILL, {"monday": MONDAY, "days": days, "size": size})
    for statement in built:
        cursor.execute(statement)
    cursor.execute("VACUUM ANALYZE supplychain_indextrade")


def release(size: int) -> list[tuple[float, float]]:
    """Time a release of `size` weeks × 300 cells against one second."""
    import numpy as np

    from supplychain.rules.index_method import PROPOSED_METHOD
    from supplychain.rules.release_values import release_series

    dice = np.random.default_rng(7)
    price = np.exp(dice.normal(6, 0.3, (size, CELLS)))
    price[dice.random(price.shape) < 0.2] = np.nan
    value = price * dice.uniform(10, 1000, price.shape)
    return [(_seconds(lambda: release_series(price, value, None, PROPOSED_METHOD)), 1.0) for _ in range(3)]


def agreements(size: int) -> list[tuple[float, float]]:
    """Time a day's three books of `size` merchants and of a quarter of them, in seconds an order; same queries."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from silk_road_ebao.kernel.actors import SYSTEM
    from supplychain.services.agreements import compute_agreements
    from tests.supplychain.world import open_market

    at, found = datetime(2026, 11, 21, tzinfo=UTC), {}
    days = {LAST - timedelta(days=1): size // 4, LAST: size}
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the rows are made up: no triggers while making them
        for day, merchants in days.items():
            open_market(tag=f"D{day.day}", merchants=merchants, first=day, last=day, daily=10, people=5_000)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")

    def an_order(day: date) -> float:
        with CaptureQueriesContext(connection) as queries:
            began = time.perf_counter()
            compared = compute_agreements(day=day, actor=SYSTEM, at=at)
            seconds = time.perf_counter() - began
        found[day] = (len(queries), compared.partings)
        return seconds / compared.cases

    rounds = [(an_order(LAST), an_order(LAST - timedelta(days=1))) for _ in range(4)][1:]
    if len(set(found.values())) != 1:
        raise SystemExit(f"queries and partings differ between a small day and a large one: {found}")
    return rounds


def assessments(size: int) -> list[tuple[float, float]]:
    """Time the assessments of `size` merchants over 364 days against two minutes; a sale on 13 days of 14 each."""
    from django.db import connection

    from silk_road_ebao.kernel.actors import SYSTEM
    from supplychain.services.assessments import assess_merchants
    from tests.supplychain.world import agree_all, open_market

    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the rows are made up: no triggers while making them
        built = _drop_indices(cursor)
    open_market(tag="B", merchants=size, first=LAST - timedelta(days=363), last=LAST, daily=1, people=5_000)
    agree_all(tag="B", last=LAST)
    with connection.cursor() as cursor:
        for statement in built:
            cursor.execute(statement)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*) FROM supplychain_order")
        sys.stderr.write(f"{cursor.fetchone()[0]:,} orders made in {time.perf_counter() - began:.0f} s\n")
    at = datetime(2026, 11, 21, tzinfo=UTC)
    return [(_seconds(lambda: assess_merchants(until=LAST, actor=SYSTEM, at=at)), 120.0)]


def _drop_indices(cursor: Any) -> list[str]:
    """Drop what is no constraint, so that filling is fast; returns the statements that build it again."""
    cursor.execute(INDICES, [BOOKS])
    found = cursor.fetchall()
    for name, _statement in found:
        cursor.execute(f"DROP INDEX {name}")
    return [statement for _name, statement in found]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


WORKS = {"cells": cells, "release": release, "agreements": agreements, "assessments": assessments}


def main(name: str, size: str) -> int:
    """Set Django up on DATABASE_URL, make the tables, do the work."""
    django.setup()
    from django.core.management import call_command

    if name != "release":
        call_command("migrate", verbosity=0, skip_checks=True)
    sys.stdout.write(json.dumps(WORKS[name](int(size))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
