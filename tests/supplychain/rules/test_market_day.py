"""A planned market day is exact, sensible and reproducible."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from supplychain.rules.market_day import (
    CLOSES_S,
    LARGEST_SALE_FEN,
    OPENS_S,
    Trade,
    generate_trades,
    plan_sales,
)
from supplychain.rules.weighing import amount_of

TRADES = st.lists(
    st.builds(
        Trade,
        product=st.sampled_from(["番茄", "黄瓜", "香梨"]),
        price_fen_kg=st.integers(1, 30_000),
        kg=st.decimals(Decimal("0.5"), Decimal(2000), places=3),
    ),
    min_size=1,
    max_size=4,
)


@given(trades=TRADES, stalls=st.integers(1, 40), seed=st.integers(0, 99))
def test_the_lots_add_up_to_the_trades(trades, stalls, seed):
    sales = plan_sales(trades=trades, stalls=stalls, seed=seed)

    sold = sum((sale.kg for sale in sales), Decimal(0))
    worthless = sum((t.kg for t in trades if amount_of(t.price_fen_kg, t.kg) == 0), Decimal(0))
    assert sum((t.kg for t in trades), Decimal(0)) - worthless - sold < Decimal(len(trades))


@given(trades=TRADES, seed=st.integers(0, 99))
def test_every_sale_is_one_a_stall_could_make(trades, seed):
    sales = plan_sales(trades=trades, stalls=7, seed=seed)

    for sale in sales:
        assert 0 <= sale.stall < 7
        assert OPENS_S <= sale.second_of_day <= CLOSES_S
        assert sale.amount_fen == amount_of(sale.price_fen_kg, sale.kg) > 0
        assert 0 <= sale.refund_fen <= sale.amount_fen
        assert sale.amount_fen <= max(LARGEST_SALE_FEN, 2 * sale.price_fen_kg)


def test_the_same_seed_gives_the_same_day():
    trades = generate_trades(seed=7)

    assert plan_sales(trades=trades, stalls=9, seed=1) == plan_sales(trades=trades, stalls=9, seed=1)
    assert plan_sales(trades=trades, stalls=9, seed=1) != plan_sales(trades=trades, stalls=9, seed=2)


def test_a_limit_takes_a_sample_of_the_whole_day():
    sales = plan_sales(trades=generate_trades(seed=7), stalls=9, seed=1, limit=50)

    assert len(sales) == 50
    assert max(s.second_of_day for s in sales) - min(s.second_of_day for s in sales) > 6 * 3600
