"""Statements and balances."""

from datetime import timedelta

import pytest
from django.db import connection

from payments.ledger.rules.chart import Unit, memo_due
from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg
from payments.ledger.selectors import balance_of, statement_of, trial_balance
from payments.ledger.services import post_transfers, reverse
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import DAY, EARNED, FEE, MERCHANT, capture


def fee(amount, on=DAY):
    post_transfers(subject=new_uuid(), kind=Kind.CHANNEL_FEE, legs=[Leg(EARNED, FEE, amount)], on=on)


def close(day):
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO ledger_book VALUES (%s, 0, 'test', now())", [day])


def days(number):
    return DAY + timedelta(days=number)


def test_a_statement_opens_runs_and_closes(accounts):
    capture(1000, on=days(-1))
    subject = new_uuid()
    capture(500, subject=subject)
    fee(6)
    reverse(subject=subject, kind=Kind.CAPTURE, on=days(1))
    capture(9, on=days(2))

    statement = statement_of(EARNED, since=DAY, through=days(1))

    assert (statement.opening, statement.closing, statement.next_cursor) == (1000, 994, None)
    assert [(r.kind, r.reversal, r.debit, r.credit, r.balance) for r in statement.rows] == [
        (Kind.CAPTURE, False, 0, 500, 1500),
        (Kind.CHANNEL_FEE, False, 6, 0, 1494),
        (Kind.CAPTURE, True, 500, 0, 994),
    ]
    assert statement.rows[0].other_code == str(memo_due("WECHAT", MERCHANT))


@pytest.mark.parametrize("closings", [[], [0], [0, 2], [-5, 1, 3]])
def test_pages_follow_each_other_without_gap_and_closings_change_nothing(accounts, closings):
    for number in range(4):
        for amount in range(1, 6):
            capture(amount, on=days(number))
            fee(1, on=days(3 - number))
    for number in closings:
        close(days(number))

    pages, cursor = [], None
    while True:
        page = statement_of(EARNED, since=days(1), through=days(3), limit=7, cursor=cursor)
        pages.append(page)
        cursor = page.next_cursor
        if cursor is None:
            break

    found = [row for page in pages for row in page.rows]
    balance = pages[0].opening
    for row in found:
        balance += row.credit - row.debit
        assert row.balance == balance
    assert len(found) == len({(r.subject, r.kind, r.leg) for r in found}) == 30
    assert {(page.opening, page.closing) for page in pages} == {(10, 40)}
    assert balance == 40 == balance_of(EARNED).amount
    assert [r.effective_on for r in found] == sorted(r.effective_on for r in found)


def test_an_account_never_opened_has_an_empty_statement(db):
    statement = statement_of(EARNED, since=DAY, through=DAY)

    assert (statement.opening, statement.rows, statement.closing) == (0, [], 0)


@pytest.mark.parametrize(
    "cursor", ["x", "20261101", "20261101.", "20261101.-1", "20261101.9;DROP", "20260101.5", "20261199.1"]
)
def test_a_cursor_this_statement_did_not_give_is_refused(accounts, cursor):
    with pytest.raises(ValueError, match=r"cursor|day|month"):
        statement_of(EARNED, since=DAY, through=DAY, cursor=cursor)


@pytest.mark.parametrize("limit", [0, 1001])
def test_a_page_has_bounds(accounts, limit):
    with pytest.raises(ValueError, match="limit"):
        statement_of(EARNED, since=DAY, through=DAY, limit=limit)


@pytest.mark.parametrize("count", [1, 20])
def test_a_page_costs_the_same_queries_whatever_it_holds(accounts, count, django_assert_num_queries):
    for _ in range(count):
        capture(1)

    with django_assert_num_queries(4):
        statement_of(EARNED, since=DAY, through=DAY)


def test_balances_stand_on_their_normal_side(accounts):
    capture(1000)
    fee(6)

    assert balance_of(memo_due("WECHAT", MERCHANT)).amount == 1000
    assert balance_of(EARNED).amount == 994
    assert balance_of(FEE).amount == 6
    assert balance_of(memo_due("WECHAT", "MERNONE")).amount == 0


def test_the_trial_balance_agrees_and_follows_the_chart(accounts):
    capture(1000)
    fee(6)

    trial = trial_balance()

    assert [(line.head, line.debits, line.credits) for line in trial.lines] == [
        ("memo:due", 1000, 0), ("memo:earned", 6, 1000), ("memo:fee", 0, 6)
    ]  # fmt: skip
    assert trial.total(Unit.CNY) == (1006, 1006)
    assert trial.agrees


def test_a_trial_balance_off_by_one_fen_does_not_agree(accounts):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_balance DISABLE TRIGGER ledger_balance_guard")
        cursor.execute(
            "UPDATE ledger_balance SET debits = 1 WHERE account_id = (SELECT max(account_id) FROM ledger_balance)"
        )

    assert not trial_balance().agrees
