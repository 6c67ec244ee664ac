"""The journal is append-only and the balances move in the ledger's own triggers only."""

import pytest
from django.db import DatabaseError, connection, transaction

from tests.payments.ledger.conftest import DAY, capture, rows, value

FORBIDDEN = [
    "UPDATE ledger_transfer SET amount = 1",
    "DELETE FROM ledger_transfer",
    "TRUNCATE ledger_transfer",
    "UPDATE ledger_account SET code = code",
    "DELETE FROM ledger_account",
    "TRUNCATE ledger_account CASCADE",
    "UPDATE ledger_balance SET credits = 1",
    "UPDATE ledger_balance SET floor = NULL",
    "UPDATE ledger_balance SET stripe = 17",
    "INSERT INTO ledger_balance (account_id, stripe, unit) SELECT max(id), 99, 1 FROM ledger_account",
    "DELETE FROM ledger_balance",
    "TRUNCATE ledger_balance",
    "UPDATE ledger_book SET closed_through = '2000-01-01'",
    "DELETE FROM ledger_book",
    "TRUNCATE ledger_book CASCADE",
    "UPDATE ledger_book_line SET debits = 0",
    "DELETE FROM ledger_book_line",
    "TRUNCATE ledger_book_line",
    "INSERT INTO ledger_book_line (account_id, closed_through, debits, credits)"
    " SELECT max(id), '2026-11-01', 1, 1 FROM ledger_account",
]
TABLES = ("ledger_transfer", "ledger_account", "ledger_balance", "ledger_book", "ledger_book_line")


def contents():
    return {table: sorted(map(str, rows(f"SELECT * FROM {table}"))) for table in TABLES}


def run(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("sql", FORBIDDEN)
def test_what_is_written_stays_written(accounts, sql):
    capture(10_000)
    run(f"INSERT INTO ledger_book VALUES ('{DAY}', 0, 'test', now())")
    run("SET CONSTRAINTS ALL IMMEDIATE")
    before = contents()

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        run(sql)

    assert contents() == before


def test_the_identity_of_a_transfer_cannot_be_chosen(accounts):
    capture(1)

    with pytest.raises(DatabaseError, match="GENERATED ALWAYS"), transaction.atomic():
        run(
            "INSERT INTO ledger_transfer (id, subject, kind, leg, unit, effective_on, debit_account_id,"
            " credit_account_id, amount) SELECT 1, uuidv7(), 1, 0, 1, effective_on, debit_account_id,"
            " credit_account_id, 1 FROM ledger_transfer"
        )

    assert value("SELECT count(*) FROM ledger_transfer") == 1
