"""Weights and amounts: exact to the gram and the fen."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supplychain.rules.cart import CartLine, NotALine, NotAWeight, parse_kg, parse_line
from supplychain.rules.commodity import pinyin_of, split_names
from supplychain.rules.order import description_of, order_no_of, payment_order_no
from supplychain.rules.weighing import amount_of, kg_of, total_of

GRAMS = st.integers(1, 10**8).map(lambda grams: Decimal(grams) / 1000)
PRICES = st.integers(1, 10**7)


@given(PRICES, GRAMS)
def test_an_amount_is_price_times_weight_half_up(price, kg):
    assert abs(amount_of(price, kg) - price * kg) <= Decimal("0.5")
    assert amount_of(1, Decimal("0.5")) == 1


@given(st.lists(st.tuples(PRICES, GRAMS), max_size=20))
def test_a_total_is_the_sum_of_its_printed_lines(lines):
    assert total_of(lines) == sum(amount_of(price, kg) for price, kg in lines)


@given(st.integers(1, 10**9), PRICES)
def test_goods_worth_an_amount_are_worth_it_to_half_a_gram(fen, price):
    assert abs(kg_of(fen, price) * price - fen) <= Decimal(price) / 2000


@given(GRAMS, PRICES)
def test_a_line_survives_the_page(kg, price):
    line = CartLine("GDS0123456789ABCDEFGHJK", kg, price)

    assert parse_line(line.text()) == line


@pytest.mark.parametrize("text", ["", "0", "0.000", "-1", "1.2345", "1e3", "NaN", "１２", "1 2", "1234567", "abc"])
def test_what_is_not_a_weight_is_refused(text):
    with pytest.raises(NotAWeight):
        parse_kg(text)


@pytest.mark.parametrize("text", ["", "GDS1", "GDS1:0:320", "GDS1:1:-3", "GDS1:1:3.2", "gds:1:3", "GDS1:1:3:4"])
def test_what_is_not_a_line_is_refused(text):
    with pytest.raises(NotALine):
        parse_line(text)


def test_names_are_spelt_in_full_and_by_initials():
    assert pinyin_of(["番茄", *split_names("西红柿、洋柿子")]) == "fanqie fq xihongshi xhs yangshizi ysz"


def test_numbers_of_payments_lead_back_to_their_order():
    assert [order_no_of(payment_order_no("ORD1", tries)) for tries in range(3)] == ["ORD1"] * 3
    assert payment_order_no("ORD1", 1) == "ORD1-2"


def test_a_long_bill_is_said_in_one_line():
    lines = [("番茄", Decimal("25.500")), ("黄瓜", Decimal(10)), ("土豆", Decimal(100)), ("洋葱", Decimal(1))]

    assert description_of(lines) == "番茄 25.5kg、黄瓜 10kg、土豆 100kg 等 4 样"
