"""Posting: idempotent, balanced, refused without a trace."""

from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from payments.ledger.rules.chart import (
    memo_earned,
    memo_fee,
)
from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg
from payments.ledger.selectors import balance_of, prove
from payments.ledger.services import (
    AccountUnusable,
    ImpossiblePosting,
    KeyReused,
    Posted,
    Replayed,
    WrongIsolation,
    open_accounts,
    post_transfers,
)
from payments.ledger.services.ledger_account import set_frozen
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import (
    DAY,
    DUE,
    EARNED,
    FEE,
    account_id,
    capture,
    connect,
    post_raw,
    rows,
    state,
    value,
)


def test_a_posting_moves_both_balances(accounts):
    result = capture(10_000)

    assert isinstance(result, Posted)
    assert balance_of(DUE).amount == 10_000
    assert balance_of(EARNED).amount == 10_000


def test_the_same_posting_again_is_a_replay_and_moves_nothing(accounts):
    subject = new_uuid()
    capture(10_000, subject=subject)
    before = state()

    result = capture(10_000, subject=subject)

    assert isinstance(result, Replayed)
    assert state() == before


@pytest.mark.parametrize(
    "change", [{"amount": 9_999}, {"legs": 2}, {"on": DAY + timedelta(days=1)}, {"merchant": "MERB"}]
)
def test_the_same_key_with_another_body_is_refused(accounts, change):
    subject = new_uuid()
    capture(10_000, subject=subject)
    capture(1, merchant="MERB")
    before = state()

    with pytest.raises(KeyReused), transaction.atomic():
        capture(**{"amount": 10_000, "subject": subject} | change)

    assert state() == before


def test_a_posting_cannot_be_shortened_or_lengthened(accounts):
    subject = new_uuid()
    capture(5, subject=subject, legs=2)
    before = state()

    for legs in (1, 3):
        with pytest.raises(KeyReused), transaction.atomic():
            capture(5, subject=subject, legs=legs)

    assert state() == before


def test_an_unknown_account_is_opened_by_its_first_posting(db):
    capture(700, merchant="MERNEW")

    assert balance_of(memo_earned("WECHAT", "MERNEW")).amount == 700
    assert value("SELECT count(*) FROM ledger_account") == 2


def test_many_legs_are_one_posting(accounts):
    legs = [Leg(EARNED, FEE, amount) for amount in range(1, 41)]

    post_transfers(subject=new_uuid(), kind=Kind.CHANNEL_FEE, legs=legs, on=DAY)

    assert balance_of(FEE).amount == 820
    assert prove(deep=True) == []


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, 2**63])
def test_an_amount_that_is_not_a_whole_number_above_zero_is_refused(accounts, amount):
    before = state()

    with pytest.raises(ImpossiblePosting):
        capture(amount)

    assert state() == before


@pytest.mark.parametrize("legs", [1, 2, 40])
def test_a_frozen_account_takes_no_posting(accounts, legs):
    set_frozen(code=EARNED, frozen=True)
    before = state()

    with pytest.raises(AccountUnusable), transaction.atomic():
        capture(5, legs=legs)

    assert state() == before
    set_frozen(code=EARNED, frozen=False)
    capture(5, legs=legs)
    assert balance_of(EARNED).amount == 5 * legs


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize("legs", [1, 2])
def test_posting_under_another_isolation_level_is_refused(live_accounts, level, legs):
    before = state()

    with connection.cursor() as cursor:
        cursor.execute(f"SET default_transaction_isolation = '{level.lower()}'")

    with pytest.raises(WrongIsolation):
        capture(5, legs=legs)

    assert state() == before


def test_a_posting_is_one_round_trip(live_accounts, monkeypatch):
    """Speed: the hot path asks the server once."""
    import psycopg

    capture(1)
    asked = []
    execute = psycopg.Cursor.execute
    monkeypatch.setattr(
        psycopg.Cursor, "execute", lambda self, q, *a, **k: asked.append(q) or execute(self, q, *a, **k)
    )

    capture(2)

    assert len(asked) == 1


def test_each_open_of_a_striped_account_takes_the_next_number(db):
    open_accounts(codes=[memo_fee("WECHAT"), memo_fee("ALIPAY"), EARNED])

    ids = [row[0] for row in rows("SELECT id FROM ledger_account WHERE code LIKE 'memo:fee%%' ORDER BY id")]

    assert ids == [1, 2]
    assert account_id(EARNED) >= 1000
    assert value("SELECT count(*) FROM ledger_balance WHERE account_id = 1") == 16
    assert value("SELECT count(*) FROM ledger_balance WHERE account_id = %s", account_id(EARNED)) == 1


def test_posting_far_back_and_far_ahead_is_possible_while_nothing_is_closed(accounts):
    capture(1, on=date(2000, 2, 29))
    capture(2, on=date(2099, 12, 31))

    assert balance_of(EARNED).amount == 3


def test_post_raw_answers_unopened_before_it_writes(live_accounts):
    before = state()

    with connect() as own:
        answers = [
            post_raw(own, new_uuid(), [DUE] * n, [memo_earned("WECHAT", "MERNONE")] * n, [1] * n) for n in (1, 2)
        ]

    assert answers == ["unopened", "unopened"]
    assert state() == before
