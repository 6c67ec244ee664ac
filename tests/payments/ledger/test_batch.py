"""Many postings at once, from a list or from a query: all or none."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from payments.ledger.rules.chart import (
    memo_earned,
    memo_fee,
)
from payments.ledger.rules.kinds import Kind
from payments.ledger.rules.postings import Leg, Posting
from payments.ledger.selectors import balance_of, prove
from payments.ledger.services import (
    ImpossiblePosting,
    KeyReused,
    post_many,
    post_query,
)
from silk_road_ebao.kernel.ids import new_uuid
from tests.payments.ledger.conftest import (
    DAY,
    EARNED,
    FEE,
    state,
    value,
)


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
