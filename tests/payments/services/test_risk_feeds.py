"""Complaints come from the acquirer into the house, once."""

import pytest

from payments.models import RiskFeed
from payments.services.attempts import start_attempt
from payments.services.risk_feeds import fetch_feed
from tests.payments.factories import CASHIER, PaymentFactory, moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def complained(sandbox, shop):
    """A paid WeChat order whose payer complained."""
    sub_merchant = shop()
    payment = PaymentFactory(merchant=sub_merchant.merchant)
    attempt = start_attempt(
        payment_no=payment.payment_no, acquirer_code="WECHAT", flow="NATIVE", actor=CASHIER, at=moment()
    )
    sandbox.pay(out_trade_no=attempt.attempt_no)
    sandbox.control("POST", "complaints", out_trade_no=attempt.attempt_no, complaint_detail="少了两公斤")
    return attempt


def test_a_complaint_is_entered_once_with_its_merchant_and_payment(complained):
    fetch_feed(acquirer_code="WECHAT", at=moment())
    before = RiskFeed.objects.count()

    again = fetch_feed(acquirer_code="WECHAT", at=moment())

    row = RiskFeed.objects.get(attempt_no=complained.attempt_no)
    assert (row.merchant, row.text, row.kind) == (complained.payment.merchant, "少了两公斤", "COMPLAINT")
    assert (again, RiskFeed.objects.count()) == (0, before)


def test_a_silent_line_enters_nothing_and_is_asked_again(complained, sandbox):
    sandbox.fault("http_500", acquirer="wechat", endpoint="complaint")

    assert fetch_feed(acquirer_code="WECHAT", at=moment()) == 0
    assert not RiskFeed.objects.exists()
