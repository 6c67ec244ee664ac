"""Work of the benchmarks of index and assessment, in a process of its own: prints one line of JSON.

usage: DATABASE_URL=… python -m tests.bench.trade_work cells|release|assessments SIZE
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import django

CELLS = 300
MAKE = """
    CREATE UNLOGGED TABLE bench_trade (LIKE supplychain_indextrade INCLUDING DEFAULTS);
    INSERT INTO bench_trade (id, source_id, day, week, commodity_id, market_id, merchant_id, grams, amount_fen,
                             verdict, fault, origin)
    SELECT n, 1, d, d - (extract(isodow FROM d)::int - 1), 1 + n %% 300, 1, 1 + n / 300 %% 31,
           1000 + n %% 50000, 300 + n %% 20000, 'ACCEPTED', '', n
    FROM (SELECT n, date '2024-11-04' + (n / 300 %% %(days)s)::int AS d FROM generate_series(1, %(size)s::bigint) n) x
"""
PLAIN = """
    SELECT week, commodity_id, sum(amount_fen), sum(grams), count(*) FROM bench_trade
    WHERE source_id = %(source)s AND day >= %(first)s AND day < %(after)s AND verdict = 'ACCEPTED' GROUP BY 1, 2
"""
LAST = date(2026, 11, 20)


def cells(size: int) -> list[tuple[float, float]]:
    """Time (ours, plain GROUP BY) in seconds, three rounds; as dense as 10 million lines are over 105 weeks."""
    from django.db import connection, transaction

    from supplychain.services.index_cells import cells_sql, give_room

    named = {
        "source": 1,
        "first": date(2024, 1, 1),
        "after": date(2027, 1, 1),
        "cap": 0.3,
    }
    statement = cells_sql(grain="WEEK", table="bench_trade")
    with connection.cursor() as cursor:
        cursor.execute(MAKE, {"size": size, "days": max(7, 735 * size // 10_000_000 // 7 * 7)})
        cursor.execute("VACUUM ANALYZE bench_trade")

        def ours() -> None:
            with transaction.atomic():
                give_room(cursor)
                cursor.execute(statement, named)
                cursor.fetchall()

        def plain() -> None:
            cursor.execute(PLAIN, named)
            cursor.fetchall()

        plain()
        return [(_seconds(ours), _seconds(plain)) for _ in range(3)]


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


def assessments(size: int) -> list[tuple[float, float]]:
    """Time the assessments of `size` merchants over 364 days against two minutes; a sale every other day each."""
    from django.db import connection

    from silk_road_ebao.kernel.actors import SYSTEM
    from supplychain.services.assessments import assess_merchants
    from tests.supplychain.world import agree_all, open_market

    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the rows are made up: no triggers while making them
    open_market(tag="B", merchants=size, first=LAST - timedelta(days=363), last=LAST, daily=1, people=5_000)
    agree_all(tag="B", last=LAST)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*) FROM supplychain_order")
        sys.stderr.write(f"{cursor.fetchone()[0]:,} orders\n")
    at = datetime(2026, 11, 21, tzinfo=UTC)
    return [(_seconds(lambda: assess_merchants(until=LAST, actor=SYSTEM, at=at)), 120.0)]


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


WORKS = {"cells": cells, "release": release, "assessments": assessments}


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
