"""Closing periods."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg
from payments.ledger.selectors import closed_through, prove
from payments.ledger.services import PeriodClosed, close_period, post_transfers, reverse
from payments.ledger.services.book import DayNotOver, LedgerDisagrees
from payments.ledger.services.refusals import WrongIsolation, refusing
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.models import AuditEvent
from tests.payments.ledger.conftest import DAY, DUE, EARNED, FEE, account_id, capture, rows, state, value

NEXT = DAY + timedelta(days=1)
NEXT_MORNING = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)


def close(day=DAY, at=NEXT_MORNING):
    return close_period(through=day, actor=SYSTEM, at=at)


@pytest.mark.parametrize("legs", [1, 2, 40])
def test_nothing_is_posted_into_a_closed_period(accounts, legs):
    close()
    before = state()

    for on in (DAY, DAY - timedelta(days=30)):
        with pytest.raises(PeriodClosed), transaction.atomic():
            capture(5, legs=legs, on=on)

    assert state() == before
    capture(5, legs=legs, on=NEXT)


def test_a_late_reversal_goes_into_an_open_period(accounts):
    subject = new_uuid()
    capture(5, subject=subject)
    close()
    before = state()

    with pytest.raises(PeriodClosed), transaction.atomic():
        reverse(subject=subject, kind=Kind.CAPTURE, on=DAY)

    assert state() == before
    reverse(subject=subject, kind=Kind.CAPTURE, on=NEXT)
    assert prove(deep=True) == []


def test_a_closing_keeps_what_each_moved_account_stood_at(accounts):
    capture(100)
    capture(50, on=NEXT)
    close()
    post_transfers(subject=new_uuid(), kind=Kind.CHANNEL_FEE, legs=[Leg(EARNED, FEE, 7)], on=NEXT)

    close(NEXT, NEXT_MORNING + timedelta(days=1))

    lines = rows("SELECT account_id, closed_through, debits, credits FROM ledger_book_line")
    assert sorted(lines) == sorted(
        [
            (account_id(DUE), DAY, 100, 0),
            (account_id(EARNED), DAY, 0, 100),
            (account_id(DUE), NEXT, 150, 0),
            (account_id(EARNED), NEXT, 7, 150),
            (account_id(FEE), NEXT, 0, 7),
        ]
    )
    assert closed_through() == NEXT
    assert prove() == prove(deep=True) == []


def test_periods_close_forward_only(accounts):
    close()

    for day in (DAY, DAY - timedelta(days=1)):
        with pytest.raises(PeriodClosed), transaction.atomic():
            close(day)

    assert value("SELECT count(*) FROM ledger_book") == 1


def test_a_day_is_not_closed_before_it_is_over(accounts):
    """F14: the business day ends at midnight in Shanghai, 16:00 UTC."""
    with pytest.raises(DayNotOver):
        close(DAY, datetime(2026, 11, 1, 15, 59, 59, tzinfo=UTC))

    assert closed_through() is None
    close(DAY, datetime(2026, 11, 1, 16, 0, tzinfo=UTC))


def test_a_ledger_that_disagrees_is_not_closed(accounts):
    capture(100)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_balance DISABLE TRIGGER ledger_balance_guard")
        cursor.execute("UPDATE ledger_balance SET credits = credits + 1 WHERE account_id = %s", [account_id(EARNED)])

    with pytest.raises(LedgerDisagrees) as refusal, transaction.atomic():
        close()

    assert {finding.proof for finding in refusal.value.findings} == {
        "drift",
        "trial balance",
        "journal against cache since the closing",
    }
    assert closed_through() is None


def test_a_closing_leaves_its_trace_in_the_audit(accounts):
    capture(100)

    close()

    event = AuditEvent.objects.get(action="ledger.book.closed")
    assert (event.subject, event.detail) == ("2026-11-01", {"transfers": 1})


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_closing_under_another_isolation_level_is_refused(live_accounts, level):
    with connection.cursor() as cursor:
        cursor.execute(f"SET default_transaction_isolation = '{level.lower()}'")

    with pytest.raises(WrongIsolation):
        close()

    assert closed_through() is None


def test_a_closing_cannot_carry_a_count_of_its_own(accounts):
    capture(100)

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_book VALUES (%s, 999, 'test', now())", [DAY])

    assert value("SELECT transfers FROM ledger_book") == 1


def test_the_database_error_of_another_cause_is_passed_on(accounts):
    with pytest.raises(DatabaseError, match="division by zero"), refusing(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
