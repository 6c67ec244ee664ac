"""The ledger as a Beancount text, streamed."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import date, timedelta
from itertools import groupby

from django.db import connection, transaction

from payments.ledger.rules import beancount

ROWS_A_FETCH = 2_000
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(9000, 1, 1)

LINES = """
    SELECT effective_on, subject, kind, leg, unit, debit_code, credit_code, amount FROM ledger_journal
    WHERE effective_on BETWEEN %s AND %s ORDER BY effective_on, subject, kind, leg
"""
ACCOUNTS = "SELECT code, unit FROM ledger_account ORDER BY code"
NETS = """
    SELECT a.code, a.unit, coalesce(sum(x.net), 0)::bigint FROM ledger_account a LEFT JOIN (
        SELECT debit_account_id AS account, sum(amount) AS net FROM ledger_transfer
        WHERE effective_on < %s GROUP BY 1
        UNION ALL
        SELECT credit_account_id, -sum(amount) FROM ledger_transfer
        WHERE effective_on < %s GROUP BY 1) x ON x.account = a.id
    GROUP BY a.code, a.unit ORDER BY a.code
"""
CACHED_NETS = """
    SELECT a.code, a.unit, sum(b.debits - b.credits)::bigint
    FROM ledger_account a JOIN ledger_balance b ON b.account_id = a.id GROUP BY a.code, a.unit ORDER BY a.code
"""


def export_beancount(*, since: date | None = None, through: date | None = None) -> Iterator[str]:
    """Yield the ledger as Beancount text: accounts, transactions by day, and the balances that must result.

    The same ledger gives the same bytes. Reads one snapshot with server-side cursors, so that memory
    does not grow with the ledger. Over the whole ledger the closing balances come from the cache, and
    the checker thus confirms journal and cache against each other.
    """
    first, last = since or FIRST_DAY, through or LAST_DAY
    with _one_snapshot():
        yield from beancount.write_header(_stream(ACCOUNTS, []))
        if since:
            yield from beancount.write_opening(first, _stream(NETS, [first, first]))
        lines = (beancount.Line(*row) for row in _stream(LINES, [first, last]))
        for _key, posting in groupby(lines, key=lambda line: (line.effective_on, line.subject, line.kind)):
            yield beancount.write_transaction(list(posting))
        after = (through or _last_day()) + timedelta(days=1)
        nets = _stream(NETS, [after, after]) if through else _stream(CACHED_NETS, [])
        yield from beancount.write_balances(after, nets)


def _one_snapshot() -> "transaction.Atomic | nullcontext[None]":
    """Open a transaction that sees one moment, unless the caller is in one already."""
    return nullcontext() if connection.in_atomic_block else _Snapshot(using=None, savepoint=False, durable=False)


class _Snapshot(transaction.Atomic):
    """A read-only transaction under REPEATABLE READ."""

    def __enter__(self) -> None:
        super().__enter__()
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _last_day() -> date:
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(effective_on) FROM ledger_transfer")
        return cursor.fetchone()[0] or FIRST_DAY


def _stream(query: str, params: list[date]) -> Iterator[tuple]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(query, params)
        while rows := cursor.fetchmany(ROWS_A_FETCH):
            yield from rows
