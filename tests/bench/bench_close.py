"""The close of a day, three acquirers, every kind of difference, against COPY of the same rows with the same indexes.

The same rows are all that the close writes: the bills' rows above all, and sub-totals, differences, fees, statements,
postings with their accounts, the log of statuses. They are copied into tables made like theirs (LIKE … INCLUDING ALL),
on the same server with the same settings, each in a transaction of its own.

Sizes: BENCH_PAYMENTS (100000) of BENCH_CLOSE_MERCHANTS (2000); a tenth of both for the growth. The close runs in a
process of its own, whose memory is measured; fetching is left out (the network's time): the bills lie there as files.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO

import psycopg

from tests.bench.bench_posting import setup_django
from tests.bench.result import Result, Skipped
from tests.bench.server import durable_server

PAYMENTS = int(os.environ.get("BENCH_PAYMENTS", "1000000"))
SMALLER = PAYMENTS // 10
MERCHANTS = int(os.environ.get("BENCH_CLOSE_MERCHANTS", "2000"))
DAY = date(2026, 11, 17)
GOAL = 1 / 8
WRITTEN = (
    "payments_billrow", "payments_reconciliation", "payments_reconciliationline", "payments_discrepancy",
    "payments_servicefee", "payments_settlement", "payments_settlementline", "ledger_transfer", "ledger_account",
    "kernel_statuschange",
)  # fmt: skip
STANDING = ("ledger_transfer", "ledger_account", "kernel_statuschange")
"""Tables with rows from before the close: those are no part of it."""
ROUNDS = 3


def run() -> list[Result | Skipped]:
    """Close a small and a large day, each on a server of its own; give ratio, growth and memory."""
    small = close_of(SMALLER)
    large = close_of(PAYMENTS)
    steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in large["steps"].items())
    per_row = (large["close_s"] / PAYMENTS, small["close_s"] / SMALLER)
    size = f"{PAYMENTS:,} payments"
    return [
        Result(
            f"close: {size}", large["rows"] / large["close_s"], large["rows"] / large["copy_s"], "rows/s", GOAL, steps
        ),
        Result(f"close: growth from {SMALLER:,}", 1 / per_row[0], 1 / per_row[1], "rows/s", 1 / 1.15, "per row"),
        Result("close: memory of Python", 300 / large["rss_mb"], 1.0, "300/peak", 1.0, f"{large['rss_mb']:.0f} MB"),
        Result("close: differences found", large["found"], large["expected"], "differences", 1.0, "none invented"),
    ]


def close_of(payments: int) -> dict:
    """Make a day of a size, close it in another process, copy its rows; gives seconds, memory, counts."""
    with durable_server() as server, tempfile.TemporaryDirectory(prefix="ebao-close-") as folder:
        environment = {
            **os.environ,
            "DATABASE_URL": server.url,
            "EBAO_MEDIA": f"{folder}/media",
            "EBAO_BENCH": folder,
            "DEMO": "1",
        }
        environment.pop("ACQUIRERS_FILE", None)
        made = _child("make", environment, payments)
        closed = _child("close", environment, payments)
        rows, copied = copy_rows(server.dsn, closed["before"])
    return {**closed, "expected": made["expected"], "rows": rows, "copy_s": copied}


def _child(what: str, environment: dict[str, str], payments: int) -> dict:
    command = [sys.executable, "-m", "tests.bench.bench_close", what, str(payments)]
    said = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout
    answer: dict = json.loads(said.splitlines()[-1])
    return answer


def copy_rows(dsn: str, before: dict[str, int]) -> tuple[int, float]:
    """Copy what the close wrote into bare tables with the same indexes; gives the rows and the middle of the rounds."""
    with psycopg.connect(dsn, autocommit=True) as own, contextlib.ExitStack() as files:
        kept = {table: files.enter_context(tempfile.TemporaryFile()) for table in WRITTEN}
        rows = sum(_copy_out(own, table, before.get(table, 0), kept[table]) for table in WRITTEN)
        took = [sum(_copy_in(own, table, kept[table], number) for table in WRITTEN) for number in range(ROUNDS)]
    return rows, sorted(took)[ROUNDS // 2]


def _copy_out(own: psycopg.Connection, table: str, before: int, rows: IO[bytes]) -> int:
    newer = f"WHERE id > {before}" if before else ""
    order = "ORDER BY bill_id, line_no" if table == "payments_billrow" else ""
    with own.cursor() as cursor:
        with cursor.copy(f"COPY (SELECT * FROM {table} {newer} {order}) TO STDOUT") as copy:
            for block in copy:
                rows.write(block)
        return cursor.rowcount


def _copy_in(own: psycopg.Connection, table: str, rows: IO[bytes], number: int) -> float:
    bare = f"bare_{number}_{table}"
    own.execute(f"CREATE TABLE {bare} (LIKE {table} INCLUDING ALL)")
    own.execute("CHECKPOINT")
    rows.seek(0)
    began = time.perf_counter()
    with own.cursor().copy(f"COPY {bare} FROM STDIN") as copy:
        while block := rows.read(1 << 20):
            copy.write(block)
    took = time.perf_counter() - began
    own.execute(f"DROP TABLE {bare}")
    return took


def make(payments: int) -> dict:
    """Migrate and make the day with its bills, taken in."""
    setup_django(os.environ["DATABASE_URL"])
    from django.core.management import call_command

    from tests.payments.day_maker import make_day, sign_all, take_files
    from tests.payments.market import enter_working_days

    call_command("migrate", verbosity=0)
    enter_working_days()
    folder = Path(os.environ["EBAO_BENCH"]) / "bills"
    merchants = max(20, MERCHANTS * payments // PAYMENTS)
    made = make_day(day=DAY, payments=payments, merchants=merchants, folder=folder, cycle=max(250, payments // 200))
    sign_all(DAY)
    take_files(made, _morning())
    (Path(os.environ["EBAO_BENCH"]) / "expected.json").write_text(json.dumps(sorted(made.expected)))
    return {"expected": len(made.expected)}


def _morning() -> datetime:
    from silk_road_ebao.kernel.clock import BUSINESS_ZONE

    return datetime.combine(DAY + timedelta(days=1), datetime.min.time(), BUSINESS_ZONE).replace(hour=10, minute=30)


def close(payments: int) -> dict:
    """Close the day step by step and time each; gives how many differences are exactly those seeded."""
    import resource

    setup_django(os.environ["DATABASE_URL"])
    from django.conf import settings
    from django.db import connection

    from payments.models import BusinessDayStep, Discrepancy
    from payments.services.business_days import advance_business_day, open_business_day
    from silk_road_ebao.kernel.actors import SYSTEM

    settings.ACQUIRERS = {}
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
        before = {}
        for table in STANDING:
            cursor.execute(f"SELECT max(id) FROM {table}")
            before[table] = cursor.fetchone()[0]
    row = open_business_day(day=DAY, actor=SYSTEM, at=_morning())
    began = time.perf_counter()
    while row.status not in ("PUBLISHED", "HELD"):
        row = advance_business_day(day=DAY, actor=SYSTEM, at=_morning())
    took = time.perf_counter() - began
    if row.reached != "PROVED" or row.hold_code != "OPEN_CASES":
        raise SystemExit(f"the day stands at {row.reached}: {row.hold_code} {row.hold_reason}")
    steps = {s.step: (s.took_ms or 0) / 1000 for s in BusinessDayStep.objects.order_by("pk")}
    expected = {tuple(one) for one in json.loads((Path(os.environ["EBAO_BENCH"]) / "expected.json").read_text())}
    found = set(Discrepancy.objects.values_list("acquirer_code", "kind", "cause", "subject_no"))
    right = len(found & expected) - len(found - expected)
    return {
        "close_s": took, "steps": steps, "before": before, "found": right,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"make": make, "close": close}[sys.argv[1]](int(sys.argv[2]))) + "\n")
