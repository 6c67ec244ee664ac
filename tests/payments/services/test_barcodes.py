"""The payer's code, read by the merchant's phone."""

from datetime import timedelta

import pytest

from payments.models import AcquirerMessage, Payment, PaymentAttempt
from payments.services.attempts import look_at_due_attempts
from payments.services.barcodes import UnreadableBarcode, take_barcode
from payments.services.payments import close_expired_payments
from tests.payments.factories import CASHIER, moment

pytestmark = pytest.mark.django_db

CODES = {
    "WECHAT": ("130000000000000011", "130000000000000064"),
    "ALIPAY": ("2800000000000011", "2800000000000064"),
    "UNIONPAY": ("6200000000000000011", "6200000000000000064"),
}


def _take(merchant, barcode, **more):
    fields = {"amount_fen": 1_500, "description": "散客", "order_no": "till-1", "at": moment(), **more}
    return take_barcode(merchant=merchant, stall=None, barcode=barcode, actor=CASHIER, **fields)


@pytest.mark.parametrize("acquirer_code", CODES)
def test_the_digits_choose_the_acquirer_and_the_money_is_there(shop, acquirer_code):
    payment = _take(shop(acquirer_code).merchant, CODES[acquirer_code][0])

    assert payment.status == "PAID"
    assert payment.paid_attempt.acquirer_code == acquirer_code
    assert not any(CODES[acquirer_code][0] in str(message.shown) for message in AcquirerMessage.objects.all())


@pytest.mark.parametrize("acquirer_code", CODES)
def test_a_password_that_never_comes_ends_reversed(shop, acquirer_code):
    """USERPAYING → query → reverse → CLOSED."""
    payment = _take(shop(acquirer_code).merchant, CODES[acquirer_code][1])
    assert payment.status == "PENDING"

    look_at_due_attempts(acquirer_code=acquirer_code, at=moment() + timedelta(seconds=61))

    attempt = PaymentAttempt.objects.get()
    assert attempt.status == "CLOSED"
    close_expired_payments(at=moment() + timedelta(minutes=16))
    payment.refresh_from_db()
    assert payment.status == "CLOSED"


def test_no_money_is_said_with_the_acquirers_reason(shop):
    payment = _take(shop().merchant, "130000000000000062")

    attempt = PaymentAttempt.objects.get()
    assert payment.status == "FAILED"
    assert (attempt.status, attempt.failure_code) == ("FAILED", "NOT_ENOUGH")
    assert "余额不足" in attempt.failure_text


def test_a_trade_the_wallet_refuses_fails_and_a_bank_error_is_no_guess(shop):
    """Practice 3: 403 TRADE_ERROR is an answer, 500 BANK_ERROR is none."""
    merchant = shop().merchant

    refused = _take(merchant, "130000000000000066")
    doubtful = _take(merchant, "130000000000000065", order_no="till-2")

    assert (refused.status, doubtful.status) == ("FAILED", "UNKNOWN")


def test_digits_of_no_wallet_are_refused(shop):
    with pytest.raises(UnreadableBarcode):
        _take(shop().merchant, "9900000000000000011")

    assert not Payment.objects.exists()
