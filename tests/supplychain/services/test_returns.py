"""Goods that come back, prices let go, orders called off."""

from decimal import Decimal

import pytest

from payments.models import Payment, Refund, SubMerchant
from supplychain.models import Lot, Order, OrderCorrection, Outbound
from supplychain.selectors.orders import net_amount_fen
from supplychain.services.cancellations import GoodsAreOut, call_off
from supplychain.services.outbounds import LineUnknown, issue_outbound
from supplychain.services.returns import (
    NothingLeft,
    ReasonNeeded,
    RefundBeyondOrder,
    ReturnTooLarge,
    let_off,
    take_return,
)
from tests.payments.factories import AttemptFactory, SubMerchantFactory
from tests.supplychain.factories import AT, DAY, STAFF, CommodityFactory, StallFactory, order, pay, stock

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold():
    """25 kg of one lot, paid at the acquirer and gone; returns (order, lot)."""
    return _sold()


def _sold(*, on_credit=False):
    stall, tomato = StallFactory(), CommodityFactory(variety="番茄王")
    lot = stock(stall, tomato, 100)
    placed = order(stall, (tomato, 25, 320))
    if not on_credit:
        paid_at_acquirer(placed)
    issue_outbound(order=placed, actor=STAFF, at=AT, on_credit=on_credit)
    placed.refresh_from_db()
    return placed, lot


def paid_at_acquirer(placed):
    payment = pay(placed)
    number = SubMerchant.objects.filter(merchant=placed.merchant, acquirer_code="WECHAT").first()
    attempt = AttemptFactory(
        payment=payment,
        sub_merchant=number or SubMerchantFactory(merchant=placed.merchant),
        status="PAID",
        paid_at=AT,
        business_date=DAY,
        acquirer_trade_no=f"42{payment.pk}",
    )
    Payment.objects.filter(pk=payment.pk).update(status="PAID", paid_at=AT, business_date=DAY, paid_attempt=attempt)
    return payment


def back(placed, **more):
    return take_return(order=placed, actor=STAFF, at=AT, **{"reason": "退货", **more})


def on_hand(lot):
    return Lot.objects.get(pk=lot.pk).on_hand_kg


def test_everything_comes_back_with_all_the_money(sold):
    placed, lot = sold

    note = back(placed)

    assert (note.direction, note.lines.get().kg, on_hand(lot)) == ("BACK", 25, 100)
    assert Refund.objects.get(refund_no=note.refund_no).amount_fen == 8_000
    assert net_amount_fen(placed) == 0
    assert Order.objects.get(pk=placed.pk).status == "RETURNED"


def test_part_of_the_goods_comes_back_at_their_price(sold):
    placed, lot = sold

    note = back(placed, lines=[(1, Decimal(5))])

    assert on_hand(lot) == 80
    assert Refund.objects.get(refund_no=note.refund_no).amount_fen == 1_600
    correction = OrderCorrection.objects.get()
    assert (correction.kg, correction.amount_fen, correction.source_no) == (-5, -1_600, note.outbound_no)
    assert Order.objects.get(pk=placed.pk).status == "COMPLETED"


def test_an_amount_alone_brings_goods_worth_it_back(sold):
    placed, lot = sold

    note = back(placed, amount_fen=1_000, refund_no="REFABC123")

    assert on_hand(lot) == Decimal("78.125")
    assert (note.refund_no, Refund.objects.get().amount_fen) == ("REFABC123", 1_000)
    assert net_amount_fen(placed) == 7_000


def test_the_same_refund_number_gives_the_same_note(sold):
    placed, lot = sold

    first, second = (back(placed, amount_fen=1_000, refund_no="REFABC123") for _ in range(2))

    assert first.pk == second.pk
    assert Refund.objects.count() == 1
    assert on_hand(lot) == Decimal("78.125")


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"lines": [(1, Decimal("25.001"))]}, ReturnTooLarge),
        ({"lines": [(1, Decimal(0))]}, ReturnTooLarge),
        ({"lines": [(1, Decimal(-1))]}, ReturnTooLarge),
        ({"lines": [(2, Decimal(1))]}, LineUnknown),
        ({"lines": []}, NothingLeft),
        ({"amount_fen": 8_001}, RefundBeyondOrder),
        ({"amount_fen": 0}, RefundBeyondOrder),
        ({"reason": " "}, ReasonNeeded),
    ],
)
def test_what_never_left_cannot_come_back(sold, more, refusal):
    placed, lot = sold

    with pytest.raises(refusal):
        back(placed, **more)

    assert Outbound.objects.filter(direction="BACK").count() == 0
    assert Refund.objects.count() == 0
    assert on_hand(lot) == 75


def test_goods_come_back_only_once(sold):
    placed, _lot = sold
    back(placed)

    with pytest.raises(NothingLeft):
        back(placed)

    assert Refund.objects.count() == 1


def test_goods_on_credit_come_back_without_a_refund():
    placed, lot = _sold(on_credit=True)

    note = back(placed)

    assert note.refund_no is None
    assert Refund.objects.count() == 0
    assert on_hand(lot) == 100


def test_a_price_let_go_moves_money_and_no_goods(sold):
    placed, lot = sold

    let_off(order=placed, amount_fen=500, reason="有点蔫", actor=STAFF, at=AT)

    assert Refund.objects.get().amount_fen == 500
    assert net_amount_fen(placed) == 7_500
    assert on_hand(lot) == 75


def test_a_paid_order_called_off_gives_the_money_back():
    stall, tomato = StallFactory(), CommodityFactory()
    lot = stock(stall, tomato, 100)
    placed = order(stall, (tomato, 25, 320))
    paid_at_acquirer(placed)

    call_off(order=placed, reason="不要了", actor=STAFF, at=AT)

    assert Refund.objects.get().amount_fen == 8_000
    assert net_amount_fen(placed) == 0
    assert (placed.status, on_hand(lot)) == ("CANCELLED", 100)


def test_what_has_left_is_not_called_off(sold):
    placed, _lot = sold

    with pytest.raises(GoodsAreOut):
        call_off(order=placed, reason="不要了", actor=STAFF, at=AT)

    assert OrderCorrection.objects.count() == 0
