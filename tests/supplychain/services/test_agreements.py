"""The three books agree for honest trade, and where they part the cause is found."""

from datetime import timedelta
from decimal import Decimal

import pytest

from supplychain.models import Agreement, AgreementCase
from supplychain.selectors.agreements import agreement_share
from supplychain.services.agreements import Compared, compute_agreements, compute_open_days
from supplychain.services.cancellations import call_off
from supplychain.services.funds_books import enter_receipt, enter_refund
from supplychain.services.outbounds import issue_outbound
from supplychain.services.returns import let_off, take_return
from tests.payments.factories import PaymentFactory
from tests.supplychain.factories import (
    AT,
    DAY,
    STAFF,
    CommodityFactory,
    MerchantFactory,
    StallFactory,
    method,
    order,
    pay,
    stock,
)
from tests.supplychain.services.test_returns import paid_at_acquirer

pytestmark = pytest.mark.django_db

LATER = AT + timedelta(days=10)


@pytest.fixture
def stall():
    method()
    return StallFactory()


@pytest.fixture
def tomato(stall):
    commodity = CommodityFactory()
    stock(stall, commodity, 1_000)
    return commodity


def sell(stall, tomato, kg=25, *, pays=True, sends=True, **more):
    placed = order(stall, (tomato, kg, 320), **more)
    if pays:
        paid_at_acquirer(placed)
    if sends:
        issue_outbound(order=placed, actor=STAFF, at=AT, on_credit=not pays)
    placed.refresh_from_db()
    return placed


def compare(at=LATER, day=DAY):
    return compute_agreements(day=day, actor=STAFF, at=at)


def causes():
    return list(AgreementCase.objects.order_by("pk").values_list("cause", flat=True))


def refund_arrives(refund_no, placed, fen):
    enter_refund(refund_no=refund_no, payment_no=placed.payment_no, amount_fen=fen, refunded_at=AT, day=DAY, at=AT)


def test_honest_trade_agrees(stall, tomato):
    for kg in (25, 3, "0.505"):
        sell(stall, tomato, kg)

    assert compare() == Compared(1, 3, 0)
    row = Agreement.objects.get()
    assert (row.cases, row.cases_ok, row.amount_fen) == (3, 3, row.amount_ok_fen)
    assert (row.is_final, row.method.version) == (True, "2026-1")


def test_honest_returns_discounts_and_cancellations_agree(stall, tomato):
    all_back, part_back, cheaper, called_off = (sell(stall, tomato, sends=n < 3) for n in range(4))
    back = [take_return(order=all_back, reason="退货", actor=STAFF, at=AT)]
    back += [take_return(order=part_back, amount_fen=1_000, reason="退货", actor=STAFF, at=AT)]
    let_off(order=cheaper, amount_fen=700, reason="抹零", actor=STAFF, at=AT, refund_no="REFLETOFF")
    call_off(order=called_off, reason="不要了", actor=STAFF, at=AT)

    refund_arrives(back[0].refund_no, all_back, 8_000)
    refund_arrives(back[1].refund_no, part_back, 1_000)
    refund_arrives("REFLETOFF", cheaper, 700)
    refund_arrives("REFCALLED", called_off, 8_000)

    assert compare() == Compared(1, 2, 0)


def test_an_abandoned_bill_that_was_called_off_is_no_trade(stall, tomato):
    placed = sell(stall, tomato, pays=False, sends=False)
    call_off(order=placed, reason="unpaid", actor=STAFF, at=AT)

    assert compare() == Compared(0, 0, 0)


def test_a_receipt_without_order_is_named(stall):
    enter_receipt(
        merchant_no=stall.merchant.merchant_no, payment_no="PAY1", order_no=None, amount_fen=500, paid_at=AT,
        day=DAY, at=AT,
    )  # fmt: skip

    compare()

    case = AgreementCase.objects.get()
    assert (case.cause, case.payment_no, case.amount_fen) == ("NO_ORDER", "PAY1", 500)


def test_a_receipt_without_order_that_went_back_is_no_trade(stall):
    payment = PaymentFactory(merchant=stall.merchant)
    enter_receipt(
        merchant_no=stall.merchant.merchant_no, payment_no=payment.payment_no, order_no=None, amount_fen=500,
        paid_at=AT, day=DAY, at=AT,
    )  # fmt: skip
    enter_refund(refund_no="REF1", payment_no=payment.payment_no, amount_fen=500, refunded_at=AT, day=DAY, at=AT)

    assert compare() == Compared(0, 0, 0)


def test_a_fake_order_without_outbound_is_named(stall, tomato):
    sell(stall, tomato, sends=False)

    compare()

    assert causes() == ["NO_OUTBOUND"]
    assert Agreement.objects.get().amount_ok_fen == 0


def test_goods_without_money_are_named(stall, tomato):
    sell(stall, tomato, pays=False)

    compare()

    assert causes() == ["NO_FUNDS"]


def test_an_order_alone_is_named(stall, tomato):
    sell(stall, tomato, pays=False, sends=False)

    compare()

    assert causes() == ["ORDER_ONLY"]


@pytest.mark.parametrize(
    ("kg", "out", "parts"), [(25, 23, False), (25, "22.999", True), (100, 97, False), (100, "96.9", True)]
)
def test_weight_agrees_within_two_kilograms_or_three_percent(stall, tomato, kg, out, parts):
    placed = sell(stall, tomato, kg, sends=False)
    issue_outbound(order=placed, actor=STAFF, at=AT, lines=[(1, Decimal(out))])

    compare()

    assert causes() == (["KG_DIFFERS"] if parts else [])


def test_goods_swapped_between_lines_do_not_cancel_out(stall, tomato):
    pepper = CommodityFactory()
    stock(stall, pepper, 1_000)
    placed = order(stall, (tomato, 20, 320), (pepper, 20, 320))
    paid_at_acquirer(placed)
    issue_outbound(order=placed, actor=STAFF, at=AT, lines=[(1, Decimal(18)), (2, Decimal(22))])

    compare()

    assert causes() == ["KG_DIFFERS"]


@pytest.mark.parametrize(("fen", "parts"), [(100, False), (101, True)])
def test_money_agrees_within_one_yuan(stall, tomato, fen, parts):
    placed = sell(stall, tomato)
    refund_arrives("REF1", placed, fen)

    compare()

    assert causes() == (["AMOUNT_DIFFERS"] if parts else [])


@pytest.mark.parametrize(("days", "parts"), [(3, False), (4, True)])
def test_books_may_lie_three_days_apart(stall, tomato, days, parts):
    placed = order(stall, (tomato, 25, 320))
    pay(placed)
    issue_outbound(order=placed, actor=STAFF, at=AT + timedelta(days=days))

    compare()

    assert causes() == (["TOO_LATE"] if parts else [])


def test_a_second_run_gives_the_same(stall, tomato):
    sell(stall, tomato)
    sell(stall, tomato, sends=False)

    first = (compare(), *Agreement.objects.values_list("cases", "cases_ok", "amount_fen", "amount_ok_fen"))
    second = (compare(), *Agreement.objects.values_list("cases", "cases_ok", "amount_fen", "amount_ok_fen"))

    assert first == second
    assert causes() == ["NO_OUTBOUND"]


def test_a_day_still_open_is_compared_again_and_then_agrees(stall, tomato):
    placed = sell(stall, tomato, sends=False)
    compare(at=AT)
    assert (causes(), Agreement.objects.get().is_final) == (["NO_OUTBOUND"], False)

    issue_outbound(order=placed, actor=STAFF, at=AT + timedelta(days=1))
    compute_open_days(day=DAY + timedelta(days=1), actor=STAFF, at=AT + timedelta(days=1))

    assert causes() == []


def test_each_merchant_is_counted_by_himself(stall, tomato, django_assert_max_num_queries):
    sell(stall, tomato)
    for _ in range(3):
        other = StallFactory()
        stock(other, tomato, 100)
        sell(other, tomato, sends=False)

    with django_assert_max_num_queries(9):
        compare()

    assert agreement_share(stall.merchant, DAY, DAY).bps == 10_000
    assert Agreement.objects.filter(cases_ok=0).count() == 3


def test_one_merchant_can_be_compared_alone(stall, tomato):
    sell(stall, tomato)
    other = MerchantFactory()
    enter_receipt(
        merchant_no=other.merchant_no, payment_no="PAY1", order_no=None, amount_fen=500, paid_at=AT, day=DAY, at=AT
    )
    compare()

    found = compute_agreements(day=DAY, actor=STAFF, at=LATER, merchant=stall.merchant)

    assert found == Compared(1, 1, 0)
    assert Agreement.objects.count() == 2
