"""Posting: idempotent, balanced, refused without a trace."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from payments.ledger.rules.chart import (
    income_service_fee,
    memo_earned,
    memo_fee,
    points_funder,
    points_holder,
    points_reserved,
    points_statement,
)
from payments.ledger.rules.kinds import FLOWS, Kind
from payments.ledger.rules.postings import Leg, Posting
from payments.ledger.selectors import balance_of, prove
from payments.ledger.services import (
    AccountUnusable,
    ImpossiblePosting,
    KeyReused,
    NothingToReverse,
    Overdrawn,
    Posted,
    Replayed,
    UnmirroredReversal,
    WrongIsolation,
    open_accounts,
    post_many,
    post_query,
    post_transfers,
    reverse,
)
from payments.ledger.services.ledger_account import set_frozen
from payments.ledger.services.refusals import refusing
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

INSERT = (
    "INSERT INTO ledger_transfer"
    " (subject, kind, leg, unit, bulk, effective_on, debit_account_id, credit_account_id, amount)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
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


def test_the_database_refuses_zero_and_negative_amounts_too(accounts):
    before = state()

    for amount in (0, -5):
        with pytest.raises(DatabaseError, match="ledger_transfer_amount_positive"), transaction.atomic():
            rows_written(1, 0, amount)

    assert state() == before


def rows_written(kind, leg, amount, *, bulk=False, unit=1, debit=None, credit=None, subject=None, on=DAY):
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT,
            [
                subject or new_uuid(),
                kind,
                leg,
                unit,
                bulk,
                on,
                debit or account_id(DUE),
                credit or account_id(EARNED),
                amount,
            ],
        )


def test_a_kind_moves_only_between_its_own_heads(accounts):
    before = state()

    with pytest.raises(ImpossiblePosting):
        post_transfers(subject=new_uuid(), kind=Kind.CAPTURE, legs=[Leg(EARNED, income_service_fee(), 1)], on=DAY)

    assert state() == before


def test_every_kind_has_flows_between_heads_of_one_unit():
    from payments.ledger.rules.chart import CHART, AccountCode

    for kind in Kind:
        for debit, credit in FLOWS[kind]:
            assert {debit, credit} <= set(CHART)
            assert AccountCode(debit, debit).unit == AccountCode(credit, credit).unit


def test_a_holder_cannot_spend_more_points_than_held(db):
    """R26: the floor is a CHECK on the balance row."""
    holder = points_holder("PERA")
    post_transfers(subject=new_uuid(), kind=Kind.POINTS_GRANTED, legs=[Leg(points_funder("CCB"), holder, 100)], on=DAY)
    open_accounts(codes=[points_statement("MERA")])
    before = state()

    with pytest.raises(Overdrawn), transaction.atomic():
        post_transfers(
            subject=new_uuid(), kind=Kind.POINTS_SPENT, legs=[Leg(holder, points_statement("MERA"), 101)], on=DAY
        )

    assert state() == before
    assert balance_of(holder).amount == 100


def test_reserved_points_stand_on_a_sub_account(db):
    holder, reserved = points_holder("PERA"), points_reserved("PERA")
    post_transfers(subject=new_uuid(), kind=Kind.POINTS_GRANTED, legs=[Leg(points_funder("CCB"), holder, 100)], on=DAY)

    post_transfers(subject=new_uuid(), kind=Kind.POINTS_RESERVED, legs=[Leg(holder, reserved, 60)], on=DAY)

    assert (balance_of(holder).amount, balance_of(reserved).amount) == (40, 60)


@pytest.mark.parametrize("bulk", [False, True])
@pytest.mark.parametrize("unit", [1, 2])
def test_yuan_and_points_never_meet_in_one_transfer(accounts, bulk, unit):
    open_accounts(codes=[points_holder("PERA")])
    before = state()

    with pytest.raises(AccountUnusable), refusing(), transaction.atomic():
        rows_written(1, 0, 5, bulk=bulk, unit=unit, credit=account_id(points_holder("PERA")))

    assert state() == before


@pytest.mark.parametrize("bulk", [False, True])
def test_an_unknown_account_is_refused_by_the_database(accounts, bulk):
    before = state()

    with pytest.raises(AccountUnusable), refusing(), transaction.atomic():
        rows_written(1, 0, 5, bulk=bulk, credit=999_999)

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


def test_a_transfer_needs_two_accounts(accounts):
    before = state()

    with pytest.raises(DatabaseError, match="ledger_transfer_two_accounts"), transaction.atomic():
        rows_written(1, 0, 5, credit=account_id(DUE))

    assert state() == before


def test_a_lone_transfer_cannot_claim_a_later_leg(accounts):
    """Trap: a leg that does not start at 0 would let the same key post twice."""
    before = state()

    with pytest.raises(DatabaseError, match="ledger_transfer_leg_from_zero"), transaction.atomic():
        rows_written(1, 1, 5)

    assert state() == before


def test_a_leg_cannot_be_added_to_a_posting_that_stands(accounts):
    subject = new_uuid()
    capture(5, subject=subject)
    before = state()

    with pytest.raises(KeyReused), refusing(), transaction.atomic():
        rows_written(1, 1, 5, bulk=True, subject=subject)

    assert state() == before


def test_a_reversal_mirrors_all_legs_once(accounts):
    subject = new_uuid()
    capture(5, subject=subject, legs=3)

    first = reverse(subject=subject, kind=Kind.CAPTURE, on=DAY)
    after = state()
    second = reverse(subject=subject, kind=Kind.CAPTURE, on=DAY + timedelta(days=1))

    assert (type(first), type(second)) == (Posted, Replayed)
    assert balance_of(EARNED).amount == 0
    assert state() == after


def test_nothing_posted_is_nothing_to_reverse(accounts):
    before = state()

    with pytest.raises(NothingToReverse):
        reverse(subject=new_uuid(), kind=Kind.CAPTURE, on=DAY)

    assert state() == before


@pytest.mark.parametrize(("swap", "amount"), [(True, 7), (False, 10_000)])
def test_a_reversal_that_does_not_mirror_is_refused(accounts, swap, amount):
    subject = new_uuid()
    capture(10_000, subject=subject)
    before = state()
    sides = {"debit": account_id(EARNED), "credit": account_id(DUE)} if swap else {}

    with pytest.raises(UnmirroredReversal), refusing(), transaction.atomic():
        rows_written(-1, 0, amount, subject=subject, **sides)

    assert state() == before


def test_a_reversal_of_some_of_the_legs_is_refused(accounts):
    subject = new_uuid()
    capture(10_000, subject=subject, legs=2)
    before = state()

    with pytest.raises(UnmirroredReversal), refusing(), transaction.atomic():
        rows_written(-1, 0, 10_000, subject=subject, debit=account_id(EARNED), credit=account_id(DUE))

    assert state() == before


@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
@pytest.mark.parametrize("legs", [1, 2])
def test_posting_under_another_isolation_level_is_refused(live_accounts, level, legs):
    before = state()

    with connection.cursor() as cursor:
        cursor.execute(f"SET default_transaction_isolation = '{level.lower()}'")

    with pytest.raises(WrongIsolation):
        capture(5, legs=legs)

    assert state() == before


def test_a_batch_posts_what_is_new_and_replays_what_stands(accounts):
    old = [Posting(new_uuid(), Kind.CHANNEL_FEE, [Leg(EARNED, FEE, n)] * 2, DAY) for n in range(1, 31)]
    new = [Posting(new_uuid(), Kind.CHANNEL_FEE, [Leg(EARNED, FEE, n)], DAY) for n in range(1, 31)]
    post_many(postings=old)

    result = post_many(postings=old + new)

    assert (result.posted, result.replayed) == (30, 60)
    assert balance_of(FEE).amount == 3 * 465
    assert prove(deep=True) == []


def test_a_batch_with_one_changed_posting_is_refused_whole(accounts):
    old = [Posting(new_uuid(), Kind.CHANNEL_FEE, [Leg(EARNED, FEE, n)] * 2, DAY) for n in range(1, 31)]
    post_many(postings=old)
    before = state()
    legs = old[3].legs
    changed = [[replace(legs[0], amount=99), legs[1]], [legs[0]], [*legs, legs[0]]]

    for other in changed:
        fresh = Posting(new_uuid(), Kind.CHANNEL_FEE, legs, DAY)
        with pytest.raises(KeyReused), transaction.atomic():
            post_many(postings=[fresh, *old[:3], replace(old[3], legs=other)])

    assert state() == before


def test_a_batch_opens_the_accounts_it_needs(db):
    postings = [
        Posting(new_uuid(), Kind.CHANNEL_FEE, [Leg(memo_earned("ALIPAY", f"MER{n}"), memo_fee("ALIPAY"), 1)], DAY)
        for n in range(50)
    ]

    post_many(postings=postings)

    assert balance_of(memo_fee("ALIPAY")).amount == 50
    assert value("SELECT count(*) FROM ledger_account") == 51


def test_insert_select_and_copy_pass_the_same_doors(live_accounts):
    due, earned = account_id(DUE), account_id(EARNED)
    columns = "(subject, kind, leg, unit, bulk, effective_on, debit_account_id, credit_account_id, amount)"
    with connect() as own:
        own.execute(
            f"INSERT INTO ledger_transfer {columns} SELECT uuidv7(), 1, 0, 1, true, %s, %s, %s, g"
            " FROM generate_series(1, 1000) g",
            (DAY, due, earned),
        )
        with own.cursor().copy(f"COPY ledger_transfer {columns} FROM STDIN") as copy:
            for amount in range(1, 1001):
                copy.write_row((new_uuid(), 1, 0, 1, amount % 2 == 0, DAY, due, earned, amount))

    assert balance_of(EARNED).amount == 1_001_000
    assert prove(deep=True) == []


def test_orm_bulk_create_passes_the_same_doors(accounts):
    from payments.ledger.models import Transfer

    due, earned = account_id(DUE), account_id(EARNED)

    Transfer.objects.bulk_create(
        [
            Transfer(
                subject=new_uuid(),
                kind=1,
                leg=0,
                unit=1,
                bulk=n % 2 == 0,
                effective_on=DAY,
                debit_account_id=due,
                credit_account_id=earned,
                amount=n,
            )
            for n in range(1, 21)
        ]
    )

    assert balance_of(EARNED).amount == 210
    assert prove(deep=True) == []


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


def staged(postings):
    """Write a SELECT of the postings' rows, as post_query wants it."""
    lines = [
        f"('{p.subject}', {int(p.kind)}, {n}, '{p.on}', '{leg.debit}', '{leg.credit}', {leg.amount})"
        for p in postings
        for n, leg in enumerate(p.legs)
    ]
    names = "subject, kind, leg, effective_on, debit_code, credit_code, amount"
    return f"SELECT * FROM (VALUES {', '.join(lines)}) x ({names})"


def test_a_query_posts_opens_and_replays(db):
    postings = [
        Posting(new_uuid(), Kind.CHANNEL_FEE, [Leg(memo_earned("ALIPAY", f"MER{n}"), memo_fee("ALIPAY"), 2)] * 2, DAY)
        for n in range(20)
    ]

    first, second = post_query(query=staged(postings)), post_query(query=staged(postings))

    assert (first.posted, first.replayed, second.posted, second.replayed) == (40, 0, 0, 40)
    assert balance_of(memo_fee("ALIPAY")).amount == 80
    assert prove(deep=True) == []


@pytest.mark.parametrize("change", ["amount", "day", "longer", "shorter"])
def test_a_query_with_one_changed_posting_is_refused_whole(accounts, change):
    stands = Posting(new_uuid(), Kind.CHANNEL_FEE, [Leg(EARNED, FEE, 2)] * 2, DAY)
    post_many(postings=[stands])
    before = state()
    changed = {
        "amount": replace(stands, legs=[stands.legs[0], Leg(EARNED, FEE, 3)]),
        "day": replace(stands, on=DAY + timedelta(days=1)),
        "longer": replace(stands, legs=[*stands.legs, stands.legs[0]]),
        "shorter": replace(stands, legs=stands.legs[:1]),
    }[change]

    with pytest.raises(KeyReused), transaction.atomic():
        post_query(query=staged([Posting(new_uuid(), Kind.CHANNEL_FEE, stands.legs, DAY), changed]))

    assert state() == before


@pytest.mark.parametrize("bad", ["memo:wallet:PERA", "income:service_fee"])
def test_a_query_between_accounts_the_kind_does_not_know_is_refused(accounts, bad):
    before = state()
    query = staged([Posting(new_uuid(), Kind.CHANNEL_FEE, [Leg(EARNED, FEE, 2)], DAY)]).replace(str(FEE), bad)

    with pytest.raises(ImpossiblePosting), transaction.atomic():
        post_query(query=query)

    assert state() == before
