"""Placing orders and asking for their money."""

from datetime import timedelta
from decimal import Decimal

import pytest

from payments.models import Payment
from supplychain.models import Goods, Order, OrderLine
from supplychain.services.lines import CommodityEnded, NoLines, PriceOutOfRange, TooManyLines, WeightOutOfRange
from supplychain.services.orders import (
    AmountTooSmall,
    BuyerMissing,
    DraftReused,
    OrderOver,
    StallGone,
    pay_order,
    place_order,
)
from tests.supplychain.factories import AT, DAY, STAFF, CommodityFactory, GoodsFactory, StallFactory, order, pay

pytestmark = pytest.mark.django_db


def test_an_order_adds_its_lines_up_each_rounded_by_itself():
    stall, tomato, garlic = StallFactory(), CommodityFactory(), CommodityFactory()

    placed = order(stall, (tomato, "2.345", 321), (garlic, "0.5", 761))

    assert [line.amount_fen for line in placed.lines.order_by("line_no")] == [753, 381]
    assert placed.amount_fen == 753 + 381
    assert (placed.status, placed.business_date) == ("PLACED", DAY)


def test_a_sale_counts_for_the_favourites():
    goods = GoodsFactory()

    order(goods.stall, (goods.commodity, 1, 320))

    assert Goods.objects.get(pk=goods.pk).picks == 1


def test_a_draft_sent_twice_gives_one_order():
    stall, tomato = StallFactory(), CommodityFactory()

    first = order(stall, (tomato, 3, 320), draft_key="d-1")
    second = order(stall, (tomato, 3, 320), draft_key="d-1", at=AT + timedelta(minutes=5))

    assert first.pk == second.pk
    assert OrderLine.objects.count() == 1


def test_the_same_draft_with_other_goods_is_refused():
    stall, tomato = StallFactory(), CommodityFactory()
    order(stall, (tomato, 3, 320), draft_key="d-1")

    with pytest.raises(DraftReused):
        order(stall, (tomato, 4, 320), draft_key="d-1")

    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("kg", "price", "refusal"),
    [
        ("0", 320, WeightOutOfRange),
        ("-1", 320, WeightOutOfRange),
        ("0.0001", 320, WeightOutOfRange),
        ("NaN", 320, WeightOutOfRange),
        ("Infinity", 320, WeightOutOfRange),
        ("100001", 320, WeightOutOfRange),
        ("1", 0, PriceOutOfRange),
        ("1", -5, PriceOutOfRange),
        ("1", 10_000_001, PriceOutOfRange),
        ("0.001", 1, AmountTooSmall),
    ],
)
def test_a_line_that_cannot_be_is_refused_and_nothing_written(kg, price, refusal):
    stall, tomato = StallFactory(), CommodityFactory()

    with pytest.raises(refusal) as refused:
        place_order(stall=stall, lines=[(tomato, Decimal(kg), price)], actor=STAFF, at=AT)

    assert "1" in str(refused.value)
    assert Order.objects.count() == 0


def test_an_empty_bill_and_an_endless_one_are_refused():
    stall, tomato = StallFactory(), CommodityFactory()

    with pytest.raises(NoLines):
        place_order(stall=stall, lines=[], actor=STAFF, at=AT)
    with pytest.raises(TooManyLines):
        place_order(stall=stall, lines=[(tomato, Decimal(1), 1)] * 101, actor=STAFF, at=AT)

    assert Order.objects.count() == 0


def test_a_commodity_out_of_use_cannot_be_sold_but_its_last_day_can():
    stall = StallFactory()
    ended, last_day = CommodityFactory(valid_until=DAY), CommodityFactory(valid_until=DAY + timedelta(days=1))

    with pytest.raises(CommodityEnded):
        order(stall, (ended, 1, 320))

    assert Order.objects.count() == 0
    assert order(stall, (last_day, 1, 320)).pk


def test_a_stall_given_up_takes_no_orders():
    stall = StallFactory(closed_at=AT)

    with pytest.raises(StallGone):
        order(stall, (CommodityFactory(), 1, 320))

    assert Order.objects.count() == 0


def test_a_delivery_needs_somebody_to_deliver_to():
    with pytest.raises(BuyerMissing):
        order(StallFactory(), (CommodityFactory(), 1, 320), handover="DELIVERY", buyer_name="买买提")

    assert Order.objects.count() == 0


def test_an_order_has_one_payment_of_its_own_number():
    placed = order(StallFactory(), (CommodityFactory(variety="番茄王"), 25, 320))

    first, second = (pay_order(order=placed, actor=STAFF, at=AT) for _ in range(2))

    assert first.pk == second.pk
    assert (first.order_no, first.amount_fen, first.description) == (placed.order_no, 8_000, "番茄王 25kg")
    assert Order.objects.get(pk=placed.pk).payment_no == first.payment_no


def test_a_closed_payment_is_followed_by_another():
    placed = order(StallFactory(), (CommodityFactory(), 25, 320))
    first = pay_order(order=placed, actor=STAFF, at=AT)
    Payment.objects.filter(pk=first.pk).update(status="CLOSED")

    second = pay_order(order=placed, actor=STAFF, at=AT)

    assert second.order_no == f"{placed.order_no}-2"
    assert Order.objects.get(pk=placed.pk).payment_no == second.payment_no


def test_a_paid_order_is_not_asked_for_again():
    placed = order(StallFactory(), (CommodityFactory(), 25, 320))
    pay(placed)

    with pytest.raises(OrderOver):
        pay_order(order=placed, actor=STAFF, at=AT)

    assert Payment.objects.count() == 1


def test_placing_an_order_costs_the_same_for_one_line_and_twenty(django_assert_num_queries):
    stall = StallFactory()
    many = [(CommodityFactory(), 1, 320) for _ in range(20)]

    with django_assert_num_queries(8):  # with savepoints and the fact
        order(stall, many[0])
    with django_assert_num_queries(8):
        order(stall, *many)
