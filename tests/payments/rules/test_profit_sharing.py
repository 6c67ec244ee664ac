"""Arithmetic of splits."""

from hypothesis import given
from hypothesis import strategies as st

from payments.rules.profit_sharing import Held, Room, shares_of_refund, splittable_fen


def held(split_fen, base_fen, *, gone_fen=0, back_fen=0, is_fee=False):
    return Held(split_fen, split_fen - back_fen, base_fen, gone_fen, is_fee)


def test_the_founders_example_ends_on_stated_lines():
    """R28: paid 100, split 5, refund 49.99: a partner rounds down, our own fee goes back half up as the tariff says."""
    partner = shares_of_refund(4_999, [held(500, 10_000)])
    ours = shares_of_refund(4_999, [held(500, 10_000, is_fee=True)])

    assert (partner.by_receiver, partner.by_merchant_fen, partner.odd_fen) == ((249,), 4_750, 1)
    assert (ours.by_receiver, ours.by_merchant_fen, ours.odd_fen) == ((250,), 4_749, 0)


@given(
    amount=st.integers(1, 10**9),
    cuts=st.lists(st.integers(0, 10_000), max_size=6),
    parts=st.lists(st.tuples(st.integers(0, 1_000), st.booleans()), max_size=5),
)
def test_the_parts_of_all_refunds_are_the_refunds(amount, cuts, parts):
    """R28: every refund adds up, nobody gives back more than he holds, and a full refund leaves nobody anything."""
    splits = [(amount * bps // 10_000, is_fee) for bps, is_fee in parts]
    back, gone = [0] * len(splits), 0
    marks = sorted({amount * cut // 10_000 for cut in cuts} | {amount})

    for refund in [end - start for start, end in zip([0, *marks], marks, strict=False) if end > start]:
        now = [
            held(got, amount, gone_fen=gone, back_fen=gave, is_fee=is_fee)
            for (got, is_fee), gave in zip(splits, back, strict=True)
        ]
        shares = shares_of_refund(refund, now)
        assert sum(shares.by_receiver) + shares.by_merchant_fen == refund
        assert all(0 <= given <= part.held_fen for given, part in zip(shares.by_receiver, now, strict=True))
        back = [gave + given for gave, given in zip(back, shares.by_receiver, strict=True)]
        gone += refund

    assert back == [got for got, _is_fee in splits]


@given(
    amount=st.integers(1, 10**9),
    fee=st.integers(0, 10**6),
    refunded=st.integers(0, 10**9),
    split=st.integers(0, 10**9),
    ratio=st.integers(0, 10_000),
)
def test_what_may_be_split_stays_within_ratio_and_money(amount, fee, refunded, split, ratio):
    """R3."""
    left = splittable_fen(Room(amount, fee, refunded, split, ratio))

    assert left >= 0
    if left:
        assert split + left <= amount * ratio // 10_000
        assert split + left + fee + refunded <= amount
