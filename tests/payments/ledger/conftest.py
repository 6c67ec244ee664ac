"""Ground of the ledger's tests: real accounts, a second connection, threads that start together."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from payments.ledger.rules.chart import memo_due, memo_earned, memo_fee
from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg
from payments.ledger.services import open_accounts, post_transfers
from silk_road_ebao.kernel.ids import new_uuid

DAY = date(2026, 11, 1)
MERCHANT = "MERA"
DUE = memo_due("WECHAT", MERCHANT)
EARNED = memo_earned("WECHAT", MERCHANT)
FEE = memo_fee("WECHAT")


def capture(amount=10_000, *, subject: UUID | None = None, legs=1, on=DAY, merchant=MERCHANT):
    """Post a capture of `legs` equal legs."""
    leg = Leg(memo_due("WECHAT", merchant), memo_earned("WECHAT", merchant), amount)
    return post_transfers(subject=subject or new_uuid(), kind=Kind.CAPTURE, legs=[leg] * legs, on=on)


def rows(query, *params):
    """Read all rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


def value(query, *params):
    """Read the one value of a query."""
    return rows(query, *params)[0][0]


def account_id(code):
    """Look up the id of an open account."""
    return value("SELECT id FROM ledger_account WHERE code = %s", str(code))


def state():
    """Give all that a refused posting must leave as it was."""
    return (
        value("SELECT count(*) FROM ledger_transfer"),
        value("SELECT coalesce(sum(debits), 0) FROM ledger_balance"),
        value("SELECT coalesce(sum(credits), 0) FROM ledger_balance"),
    )


@pytest.fixture
def accounts(db):
    """Open the accounts most tests post between."""
    open_accounts(codes=[DUE, EARNED, FEE])


@pytest.fixture
def live_accounts(transactional_db):
    """Open the same accounts, committed, for tests with several connections; the connection is closed after."""
    open_accounts(codes=[DUE, EARNED, FEE])
    yield
    connection.close()


def connect() -> psycopg.Connection:
    """Open a connection of its own to the test database, committing each statement."""
    found = connection.settings_dict
    return psycopg.connect(
        host=found["HOST"],
        port=found["PORT"],
        user=found["USER"],
        password=found["PASSWORD"],
        dbname=found["NAME"],
        autocommit=True,
    )


def race(count: int, work: Callable[[psycopg.Connection, int], object]) -> list:
    """Run the work in threads that start at one moment, each on its own connection; gives results in order."""
    start = threading.Barrier(count)

    def run(number):
        with connect() as own:
            start.wait(timeout=20)
            return work(own, number)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def post_raw(own: psycopg.Connection, subject, debits, credits_, amounts, *, kind=1, on=DAY):
    """Call ledger_post on a given connection."""
    return own.execute(
        "SELECT ledger_post(%s, %s::smallint, %s, %s::text[], %s::text[], %s::bigint[])",
        (subject, kind, on, [str(d) for d in debits], [str(c) for c in credits_], list(amounts)),
    ).fetchone()[0]


def rows_written(kind, leg, amount, *, bulk=False, unit=1, debit=None, credit=None, subject=None, on=DAY):
    """Write one transfer past the services, as any other client of the database could."""
    debit, credit = debit or account_id(DUE), credit or account_id(EARNED)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO ledger_transfer"
            " (subject, kind, leg, unit, bulk, effective_on, debit_account_id, credit_account_id, amount)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [subject or new_uuid(), kind, leg, unit, bulk, on, debit, credit, amount],
        )
