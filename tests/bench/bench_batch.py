"""A million transfers in SQL against COPY of the same rows into a bare table with the same indexes."""

import os
import time
from collections.abc import Callable

import psycopg

from tests.bench.bench_posting import DAY, MERCHANTS, prepare
from tests.bench.result import Result, Skipped, middle
from tests.bench.server import durable_server

ROWS = int(os.environ.get("BENCH_ROWS", "1000000"))
ROUNDS = 3
COLUMNS = "subject, kind, leg, unit, bulk, effective_on, debit_account_id, credit_account_id, amount"
SOURCE = f"""
    SELECT subject, 2 AS kind, 0 AS leg, '{DAY}'::date AS effective_on, amount,
           'memo:earned:WECHAT:MER' || merchant AS debit_code, 'memo:fee:WECHAT' AS credit_code
    FROM bench_payment
"""
BARE = """
    DROP TABLE IF EXISTS bench_bare;
    CREATE TABLE bench_bare (LIKE ledger_transfer INCLUDING IDENTITY INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
    ALTER TABLE bench_bare ADD PRIMARY KEY (subject, kind, leg);
    CREATE INDEX ON bench_bare (debit_account_id, effective_on);
    CREATE INDEX ON bench_bare (credit_account_id, effective_on);
    CREATE INDEX ON bench_bare USING brin (effective_on) WITH (pages_per_range = 32);
"""


def run() -> list[Result | Skipped]:
    """Interleave COPY and posting, each round with a million new rows; then the replay of the last."""
    with durable_server() as server:
        prepare(server)
        with psycopg.connect(server.dsn, autocommit=True) as own:
            own.execute("SET work_mem = '256MB'")
            rounds = [one_round(own) for _ in range(ROUNDS)]
    found = {
        name: middle([(ROWS / one[name], ROWS / one["copy"]) for one in rounds])
        for name in ("guarded", "insert", "post", "replay")
    }
    return [
        Result(f"ledger: {ROWS:,} rows by COPY", *found["guarded"], "rows/s", None, "against bare COPY"),
        Result(f"ledger: {ROWS:,} rows by INSERT … SELECT", *found["insert"], "rows/s", 0.7, "against bare COPY"),
        Result(f"ledger: {ROWS:,} rows by post_query", *found["post"], "rows/s", None, "against bare COPY"),
        Result(f"ledger: {ROWS:,} rows replayed", *found["replay"], "rows/s", None, "against bare COPY"),
    ]


def one_round(own: psycopg.Connection) -> dict[str, float]:
    """Give the seconds of each way on fresh rows, every table as long as the others."""
    from payments.ledger.services import post_query

    fresh_payments(own)
    own.execute(BARE)
    path = copy_file(own)
    own.execute("CHECKPOINT")
    copied = timed(lambda: own.execute(f"COPY bench_bare ({COLUMNS}) FROM '{path}' (FORMAT binary)"))
    empty_journal(own)
    guarded = timed(lambda: own.execute(f"COPY ledger_transfer ({COLUMNS}) FROM '{path}' (FORMAT binary)"))
    fresh_payments(own)
    empty_journal(own)
    inserted = timed(lambda: insert_select(own))
    fresh_payments(own)
    empty_journal(own)
    posted = timed(lambda: post_query(query=SOURCE))
    replayed = timed(lambda: post_query(query=SOURCE))
    return {"copy": copied, "guarded": guarded, "insert": inserted, "post": posted, "replay": replayed}


def fresh_payments(own: psycopg.Connection) -> None:
    """Make a day of payments with new subjects."""
    own.execute("DROP TABLE IF EXISTS bench_payment")
    own.execute(
        "CREATE TABLE bench_payment AS SELECT uuidv7() AS subject, (random() * %s)::int AS merchant,"
        " 1 + (random() * 100000)::bigint AS amount FROM generate_series(1, %s)",
        (MERCHANTS - 1, ROWS),
    )
    own.execute("ANALYZE bench_payment")


def empty_journal(own: psycopg.Connection) -> None:
    """Empty the journal, past its guards: this server is thrown away."""
    own.execute("SET session_replication_role = replica")
    own.execute("TRUNCATE ledger_transfer")
    own.execute("UPDATE ledger_balance SET debits = 0, credits = 0")
    own.execute("SET session_replication_role = origin")
    own.execute("VACUUM ledger_balance")
    own.execute("CHECKPOINT")


def copy_file(own: psycopg.Connection) -> str:
    """Write the ready rows to a file of the server, so that COPY is one process at work, as posting is."""
    folder = own.execute("SHOW data_directory").fetchone()[0]
    path = f"{folder}/bench.copy"
    own.execute(f"COPY ({ready_rows()}) TO '{path}' (FORMAT binary)")
    return path


def ready_rows() -> str:
    """Write the SELECT of ready rows."""
    return (
        f"SELECT p.subject, 2::smallint, 0::smallint, 1::smallint, true, '{DAY}'::date, d.id, c.id, p.amount"
        " FROM bench_payment p JOIN ledger_account d ON d.code = 'memo:earned:WECHAT:MER' || p.merchant"
        " JOIN ledger_account c ON c.code = 'memo:fee:WECHAT'"
    )


def insert_select(own: psycopg.Connection) -> None:
    """Post by the documented INSERT … SELECT: a key that stands refuses it, balances kept by the trigger."""
    own.execute(f"INSERT INTO ledger_transfer ({COLUMNS}) {ready_rows()}")


def timed(work: Callable[[], object]) -> float:
    """Give the seconds a work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
