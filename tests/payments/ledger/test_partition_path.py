"""The way to partitions is rehearsed: the key stays one key, and no door stands open."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import DatabaseError, connection, transaction

from payments.ledger.selectors import balance_of, prove
from payments.ledger.services import KeyReused, Posted, Replayed
from payments.ledger.sql import read_sql
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import DAY, DUE, EARNED, account_id, capture, rows, state, value


def subject_of(moment):
    """Make a UUID version 7 of a moment."""
    return UUID(int=int(moment.timestamp() * 1000) << 80 | 0x7 << 76 | 0b10 << 62 | new_uuid().int & (1 << 62) - 1)


LATER = datetime.now(UTC) + timedelta(days=62)


@pytest.fixture
def partitioned(accounts):
    old = new_uuid()
    capture(100, subject=old)
    capture(5, legs=3)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(read_sql("partition_by_month"))
    return old


def partition_of(subject):
    return value("SELECT tableoid::regclass::text FROM ledger_transfer WHERE subject = %s", subject)


def test_rows_go_where_their_subject_belongs_and_all_proofs_hold(partitioned):
    later, strange = subject_of(LATER), UUID(int=2**128 - 1)

    assert isinstance(capture(7, subject=later, legs=2), Posted)
    capture(9, subject=strange)
    capture(1)

    assert {partition_of(partitioned), partition_of(later), partition_of(strange)} == {
        "ledger_transfer_first", f"ledger_transfer_{LATER:%Y%m}", "ledger_transfer_other"
    }  # fmt: skip
    assert balance_of(EARNED).amount == 100 + 15 + 14 + 9 + 1
    assert [f for f in prove(deep=True) if f.proof != "drift"] == []
    assert value("SELECT count(*) = count(DISTINCT id) FROM ledger_transfer")


def test_a_key_stays_one_key_whatever_day_it_is_posted_on(partitioned):
    before = state()

    assert isinstance(capture(100, subject=partitioned), Replayed)
    with pytest.raises(KeyReused), transaction.atomic():
        capture(100, subject=partitioned, on=DAY + timedelta(days=62))

    assert state() == before


@pytest.mark.parametrize("bulk", [False, True])
def test_a_row_put_straight_into_a_partition_passes_the_triggers(partitioned, bulk):
    """Trap: the parent's statement trigger does not fire for it."""
    for (table,) in rows(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'ledger_transfer'::regclass"
    ):
        subject = {"first": new_uuid(), "other": UUID(int=2**128 - 1)}.get(table.rsplit("_", 1)[1])
        if subject is None:
            month = datetime.strptime(table.rsplit("_", 1)[1], "%Y%m").replace(day=15, tzinfo=UTC)
            subject = subject_of(month)
        before = balance_of(EARNED).amount
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (subject, kind, leg, unit, bulk, effective_on, debit_account_id,"
                " credit_account_id, amount) VALUES (%s, 1, 0, 1, %s, %s, %s, %s, 3)",
                [subject, bulk, DAY, account_id(DUE), account_id(EARNED)],
            )
        assert balance_of(EARNED).amount == before + 3, table

    assert [f for f in prove(deep=True) if f.proof != "drift"] == []


def test_every_partition_is_append_only(partitioned):
    for (table,) in rows(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'ledger_transfer'::regclass"
    ):
        for sql in ("UPDATE {} SET amount = 1", "DELETE FROM {}", "TRUNCATE {}"):
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(sql.format(table))


def test_the_drift_check_finds_a_partition_without_its_trigger(partitioned):
    from payments.ledger.selectors.guards import find_drift

    def children():
        return [f.what for f in find_drift() if f.what.startswith("table ")]

    before = children()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER ledger_apply_many ON ledger_transfer_{LATER:%Y%m}")

    assert (before, children()) == ([], [f"table ledger_transfer_{LATER:%Y%m}"])
