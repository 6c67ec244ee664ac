"""The funds book: each receipt once, late money noticed, surplus money sent back."""

from datetime import timedelta

import pytest

from payments.models import Payment, Refund
from supplychain.models import FundsEntry, FundsKind
from supplychain.services.agreements import Compared, compute_agreements
from supplychain.services.cancellations import call_off
from supplychain.services.funds_books import enter_receipt
from supplychain.services.outbounds import issue_outbound
from tests.payments.factories import AttemptFactory, PaymentFactory, SubMerchantFactory
from tests.supplychain.factories import AT, DAY, STAFF, order
from tests.supplychain.services.test_agreements import sell, stall, tomato

__all__ = ["stall", "tomato"]

pytestmark = pytest.mark.django_db


def test_a_fact_told_twice_is_entered_once(stall, tomato):
    placed = sell(stall, tomato)
    told = {
        "merchant_no": stall.merchant.merchant_no, "payment_no": placed.payment_no, "order_no": placed.order_no,
        "amount_fen": 8_000, "paid_at": AT, "day": DAY, "at": AT,
    }  # fmt: skip

    assert enter_receipt(**told) is None
    assert FundsEntry.objects.filter(kind=FundsKind.RECEIVED).count() == 1


def test_late_money_revives_a_cancelled_order_and_asks_for_attention(stall, tomato):
    placed = order(stall, (tomato, 25, 320))
    call_off(order=placed, reason="unpaid", actor=STAFF, at=AT)

    enter_receipt(
        merchant_no=stall.merchant.merchant_no, payment_no="PAYLATE", order_no=placed.order_no, amount_fen=8_000,
        paid_at=AT, day=DAY, at=AT,
    )  # fmt: skip

    placed.refresh_from_db()
    assert (placed.status, placed.attention, placed.payment_no) == ("PAID", "LATE_MONEY", "PAYLATE")
    issue_outbound(order=placed, actor=STAFF, at=AT)
    later = AT + timedelta(days=10)
    assert compute_agreements(day=DAY, actor=STAFF, at=later) == Compared(1, 1, 0)


def test_an_order_paid_twice_sends_the_second_money_back(stall, tomato):
    placed = sell(stall, tomato)
    second = PaymentFactory(merchant=stall.merchant, order_no=f"{placed.order_no}-2")
    paid_again(second)

    enter_receipt(
        merchant_no=stall.merchant.merchant_no, payment_no=second.payment_no, order_no=second.order_no,
        amount_fen=8_000, paid_at=AT, day=DAY, at=AT,
    )  # fmt: skip

    placed.refresh_from_db()
    refund = Refund.objects.get()
    assert (refund.payment_id, refund.amount_fen, placed.attention) == (second.pk, 8_000, "PAID_TWICE")
    assert placed.status == "COMPLETED"


def paid_again(payment):
    attempt = AttemptFactory(
        payment=payment,
        sub_merchant=SubMerchantFactory(merchant=payment.merchant, acquirer_code="ALIPAY"),
        status="PAID",
        paid_at=AT,
        business_date=DAY,
        acquirer_trade_no=f"42{payment.pk}",
    )
    Payment.objects.filter(pk=payment.pk).update(status="PAID", paid_at=AT, business_date=DAY, paid_attempt=attempt)
