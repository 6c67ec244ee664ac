import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from silk_road_ebao.kernel.money import MAX_FEN, MoneyError, bps_of, format_yuan, parse_yuan, share_out, yuan_text


@pytest.mark.parametrize(
    ("fen", "shown"),
    [(0, "0.00"), (1, "0.01"), (100, "1.00"), (123450, "1,234.50"), (-5, "-0.05"), (-123456789, "-1,234,567.89")],
)
def test_fen_are_shown_as_yuan(fen, shown):
    assert format_yuan(fen) == shown
    assert yuan_text(fen) == shown.replace(",", "")


@given(st.integers(-MAX_FEN, MAX_FEN))
def test_what_is_written_is_read_back(fen):
    assert parse_yuan(yuan_text(fen), allow_negative=True) == fen
    assert parse_yuan(format_yuan(fen), allow_negative=True) == fen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1.234",
        "1e2",
        "NaN",
        "inf",
        "-1",
        "+1",
        "1,23",
        "12,34.00",
        "1 000",
        "0x10",
        "1.",
        ".5",
        "１２",
        "١٢",
        "¥1",
        "1_000",
        "92233720368547758.08",
        "--1",
    ],
)
def test_inexact_or_strange_amounts_are_refused(text):
    with pytest.raises(MoneyError):
        parse_yuan(text)


@pytest.mark.parametrize("value", [None, 1.0, b"1", True])
def test_only_text_is_parsed(value):
    with pytest.raises(MoneyError):
        parse_yuan(value)


@pytest.mark.parametrize(
    ("amount_fen", "rate_bps", "fee_fen"),
    [(10_000, 60, 60), (83, 60, 0), (84, 60, 1), (8333, 60, 50), (1, 5000, 1), (1, 4999, 0), (0, 60, 0)],
)
def test_rates_round_half_up(amount_fen, rate_bps, fee_fen):
    assert bps_of(amount_fen, rate_bps) == fee_fen


@pytest.mark.parametrize(("amount_fen", "rate_bps"), [(-1, 60), (100, -1), (1.5, 60), (True, 60), (100, 0.6)])
def test_a_rate_of_a_negative_or_broken_amount_is_refused(amount_fen, rate_bps):
    with pytest.raises(MoneyError):
        bps_of(amount_fen, rate_bps)


def test_spare_fen_go_to_the_first_shares():
    assert share_out(100, [1, 1, 1]) == [34, 33, 33]
    assert share_out(101, [1, 1, 1]) == [34, 34, 33]
    assert share_out(2, [0, 1, 1, 1]) == [0, 1, 1, 0]


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, []), (1, [0, 0]), (1, [2, -1]), (1.0, [1])])
def test_impossible_shares_are_refused(total, weights):
    with pytest.raises(MoneyError):
        share_out(total, weights)


@given(st.integers(0, MAX_FEN), st.lists(st.integers(0, 10**12), min_size=1, max_size=40).filter(any))
def test_shares_are_exact_and_fair(total, weights):
    """R28: the parts sum to the total, and none is a whole fen away from its due."""
    shares = share_out(total, weights)

    assert sum(shares) == total
    assert all(abs(share * sum(weights) - total * w) < sum(weights) for share, w in zip(shares, weights, strict=True))


def test_a_million_shares_sum_to_their_totals():
    """R28: sum of parts = total over 10⁶ cases."""
    draw = random.Random(20261123)
    weights = [[draw.randrange(1, 10_000) for _ in range(1 + case % 5)] for case in range(500)]

    off = sum(
        sum(share_out(total, weights[case % 500])) != total
        for case, total in enumerate(draw.choices(range(10**7), k=1_000_000))
    )

    assert off == 0
