"""Races on real PostgreSQL with real threads, each on its own connection."""

import random
import threading
import time
from datetime import date

import psycopg
import pytest

from payments.ledger.rules.chart import memo_earned, memo_fee, points_funder, points_holder, points_statement
from payments.ledger.selectors import balance_of, closed_through, prove
from payments.ledger.services import open_accounts
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import DAY, DUE, EARNED, FEE, connect, post_raw, race, rows, value

pytestmark = pytest.mark.django_db(transaction=True)


def test_eight_threads_spend_exactly_what_a_holder_has(live_accounts):
    """R26: 8 × 200 tries to spend 1 of 1,000 points; exactly 1,000 succeed."""
    holder, shop = points_holder("PERA"), points_statement("MERA")
    open_accounts(codes=[holder, shop, points_funder("CCB")])
    with connect() as own:
        post_raw(own, new_uuid(), [points_funder("CCB")], [holder], [1000], kind=50)

    def spend(own, number):
        won = 0
        for _ in range(200):
            try:
                post_raw(own, new_uuid(), [holder], [shop], [1], kind=53)
                won += 1
            except psycopg.errors.CheckViolation:
                continue
        return won

    won = race(8, spend)

    assert sum(won) == 1000
    assert balance_of(holder).amount == 0
    assert prove(deep=True) == []


@pytest.mark.parametrize("legs", [1, 3, 40])
def test_eight_identical_posts_at_once_are_one_posting(live_accounts, legs):
    """F7: the same notice at the same moment."""
    subject = new_uuid()

    answers = race(8, lambda own, n: post_raw(own, subject, [DUE] * legs, [EARNED] * legs, [77] * legs))

    assert sorted(answers) == ["posted"] + ["replayed"] * 7
    assert balance_of(EARNED).amount == 77 * legs


def test_eight_reversals_at_once_are_one_reversal(live_accounts):
    subject = new_uuid()
    with connect() as own:
        post_raw(own, subject, [DUE] * 3, [EARNED] * 3, [77] * 3)

    answers = race(
        8, lambda own, n: own.execute("SELECT ledger_reverse(%s, 1::smallint, %s)", (subject, DAY)).fetchone()[0]
    )

    assert sorted(answers) == ["posted"] + ["replayed"] * 7
    assert balance_of(EARNED).amount == 0


def test_opposite_postings_never_deadlock(live_accounts):
    """Single, three-leg and 40-leg postings between the same four accounts, in all directions."""
    codes = [memo_earned("WECHAT", f"MER{n}") for n in range(3)] + [FEE]
    open_accounts(codes=codes)

    def post(own, number):
        dice, failed = random.Random(number), []
        for _ in range(150):
            pairs = [dice.sample(codes, 2) for _ in range(dice.choice([1, 3, 40]))]
            try:
                post_raw(own, new_uuid(), [p[0] for p in pairs], [p[1] for p in pairs], [1] * len(pairs))
            except psycopg.Error as error:
                failed.append(error.sqlstate)
        return failed

    failed = race(8, post)

    assert [code for codes in failed for code in codes] == []
    assert prove(deep=True) == []


def test_eight_threads_open_the_same_accounts_once(live_accounts):
    codes = [str(memo_fee(f"BANK{n}")) for n in range(10)]

    def open_all(own, number):
        return own.execute(
            "SELECT count(*) FILTER (WHERE ledger_open(code, 'MEMO', 1::smallint, true, NULL, NULL))"
            " FROM unnest(%s::text[]) code",
            (codes,),
        ).fetchone()[0]

    opened = race(8, open_all)

    assert sum(opened) == 10
    assert value("SELECT count(*) FROM ledger_account WHERE code LIKE 'memo:fee:BANK%%'") == 10
    assert (
        value(
            "SELECT count(*) FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id"
            " WHERE a.code LIKE 'memo:fee:BANK%%'"
        )
        == 160
    )


def test_a_hot_account_loses_no_update_and_uses_its_stripes(live_accounts):
    """F17: eight writers, one payee of all fees."""
    race(8, lambda own, n: [post_raw(own, new_uuid(), [EARNED], [FEE], [1], kind=2) for _ in range(100)])

    assert balance_of(FEE).amount == 800
    assert (
        len(
            rows(
                "SELECT 1 FROM ledger_balance b JOIN ledger_account a ON a.id = b.account_id"
                " WHERE a.code = %s AND b.credits > 0",
                str(FEE),
            )
        )
        > 1
    )


def test_a_closing_is_a_barrier_for_writers(live_accounts):
    """Nothing lands in the closed day once the closing has returned; what was under way is inside it."""
    day, stop = date(2001, 1, 1), threading.Event()

    def write(own, number):
        posted = late = 0
        legs = [1, 2, 20][number % 3]
        while not stop.is_set():
            try:
                post_raw(own, new_uuid(), [DUE] * legs, [EARNED] * legs, [1] * legs, on=day)
                posted += legs
            except psycopg.Error as error:
                late += 1 if error.sqlstate == "LG001" else -1_000_000
        return posted, late

    def close(own, number):
        time.sleep(0.5)
        own.execute("INSERT INTO ledger_book VALUES (%s, 0, 'test', now())", (day,))
        counted = own.execute("SELECT count(*) FROM ledger_transfer WHERE effective_on = %s", (day,)).fetchone()[0]
        time.sleep(0.5)
        stop.set()
        return counted

    results = race(5, lambda own, n: close(own, n) if n == 4 else write(own, n))

    counted = results[4]
    assert sum(posted for posted, _late in results[:4]) == counted > 0
    assert all(late > 0 for _posted, late in results[:4])
    assert value("SELECT count(*) FROM ledger_transfer WHERE effective_on = %s", day) == counted
    assert value("SELECT transfers FROM ledger_book") == counted
    assert closed_through() == day
    assert prove(deep=True) == []


def test_a_closing_waits_for_a_posting_under_way(live_accounts):
    committed_first = []

    def work(own, number):
        if number == 0:
            with own.transaction():
                post_raw(own, new_uuid(), [DUE], [EARNED], [5])
                time.sleep(0.6)
                committed_first.append("posting")
        else:
            time.sleep(0.2)
            own.execute("INSERT INTO ledger_book VALUES (%s, 0, 'test', now())", (DAY,))
            committed_first.append("closing")

    race(2, work)

    assert committed_first == ["posting", "closing"]
    assert value("SELECT transfers FROM ledger_book") == 1


def test_two_closings_at_once_are_one(live_accounts):
    def close(own, number):
        try:
            own.execute("INSERT INTO ledger_book VALUES (%s, 0, 'test', now())", (DAY,))
        except psycopg.Error as error:
            return error.sqlstate
        return "closed"

    assert sorted(race(4, close)) == ["LG001"] * 3 + ["closed"]


def test_first_postings_at_once_open_the_accounts_and_all_post(live_accounts):
    """Accounts opened by another session in the middle of a posting are no reused key."""

    def post(own, number):
        answers = []
        for n in range(60):
            due, earned = (f"memo:{head}:WECHAT:MERNEW{n}" for head in ("due", "earned"))
            answer = post_raw(own, new_uuid(), [due], [earned], [1])
            if answer == "unopened":
                for code in (due, earned):
                    own.execute("SELECT ledger_open(%s, 'MEMO', 1::smallint, false, NULL, NULL)", (code,))
                answer = post_raw(own, new_uuid(), [due], [earned], [1])
            answers.append(answer)
        return answers

    answers = race(8, post)

    assert {answer for each in answers for answer in each} == {"posted"}
    assert value("SELECT count(*) FROM ledger_transfer") == 480
    assert prove(deep=True) == []
