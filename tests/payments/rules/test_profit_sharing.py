"""Arithmetic of splits."""

from hypothesis import given
from hypothesis import strategies as st

from payments.rules.profit_sharing import Room, shares_of_refund, splittable_fen


def test_the_founders_example_ends_on_stated_lines():
    """R28: paid 100, split 5, refund 49.99."""
    shares = shares_of_refund(4_999, 10_000, [500])

    assert shares.by_receiver == (249,)
    assert shares.by_merchant_fen == 4_750
    assert shares.odd_fen == 1


@given(
    amount=st.integers(1, 10**9),
    part=st.integers(0, 10_000),
    parts=st.lists(st.integers(0, 1_000), max_size=5),
)
def test_the_parts_of_a_refund_are_the_refund(amount, part, parts):
    """R28: sum of parts = total, nobody gives back more than he got."""
    splits = [amount * bps // 10_000 for bps in parts]
    refund = amount * part // 10_000

    shares = shares_of_refund(refund, amount, splits)

    assert sum(shares.by_receiver) + shares.by_merchant_fen == refund
    assert all(0 <= back <= got for back, got in zip(shares.by_receiver, splits, strict=True))
    assert 0 <= shares.odd_fen <= len(splits) + 1


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
