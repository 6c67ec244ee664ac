"""F1, F2: a process killed (-9) between commit and call, or between call and record; the sweeps bring it to an end."""

import os
import signal
import time
from datetime import timedelta

import pytest
from django.db import connection

from payments.gateways import gateway_of
from payments.ledger.models import Transfer
from payments.models import Payment, PaymentAttempt, Refund
from payments.services.attempts import CALL_LEASE, look_at_due_attempts, start_attempt
from payments.services.refund_pushes import LEASE, push_due_refunds, push_refund
from payments.services.refunds import request_refund
from silk_road_ebao.kernel.ids import new_no
from tests.payments.factories import CASHIER, PAYER, PaymentFactory, dated_limits, moment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CODES = ("WECHAT", "ALIPAY", "UNIONPAY")


def die_at(point, work):
    """Do a piece of work in a process of its own that is killed (-9) at a place."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            os.environ["EBAO_CRASH_AT"] = point
            gateway_of.cache_clear()
            work()
        finally:
            os._exit(7)
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), point
    assert os.WTERMSIG(status) == signal.SIGKILL, point


def _start(payment, code):
    return start_attempt(payment_no=payment.payment_no, acquirer_code=code, flow="NATIVE", actor=PAYER, at=moment())


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("point", ["attempt.committed", "attempt.called"])
def test_an_attempt_whose_process_died_is_asked_about_and_the_payer_is_still_served(shop, settings, point, code):
    """Killed before the call the acquirer knows nothing, after it the order stands there: one payment either way."""
    settings.CLOCK_MAY_BE_SET = True
    dated_limits()
    payment = PaymentFactory(merchant=shop(code).merchant)

    die_at(point, lambda: _start(payment, code))
    assert PaymentAttempt.objects.get().status == "CREATED"
    asked = look_at_due_attempts(acquirer_code=code, at=moment() + CALL_LEASE + timedelta(seconds=1))

    found = PaymentAttempt.objects.get()
    assert asked == 1
    assert found.status in ("CREATED", "PENDING", "UNKNOWN")
    assert Payment.objects.get().status in ("CREATED", "PENDING", "UNKNOWN")


def test_money_paid_on_an_order_whose_answer_died_with_us_is_found_by_the_sweep(shop, sandbox, settings):
    settings.CLOCK_MAY_BE_SET = True
    dated_limits()
    payment = PaymentFactory(merchant=shop().merchant)
    die_at("attempt.called", lambda: _start(payment, "WECHAT"))
    sandbox.pay(out_trade_no=PaymentAttempt.objects.get().attempt_no)

    for _sweep in range(2):
        look_at_due_attempts(acquirer_code="WECHAT", at=moment() + CALL_LEASE + timedelta(seconds=1))

    assert Payment.objects.get().status == "PAID"
    assert Transfer.objects.count() == 1


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("point", ["refund.committed", "refund.called"])
def test_a_refund_whose_process_died_goes_back_once(shop, sandbox, settings, point, code):
    settings.CLOCK_MAY_BE_SET = True
    dated_limits()
    payment = PaymentFactory(merchant=shop(code).merchant)
    attempt = _start(payment, code)
    sandbox.pay(out_trade_no=attempt.attempt_no)
    look_at_due_attempts(acquirer_code=code, at=moment() + CALL_LEASE)
    refund = request_refund(
        payment_no=payment.payment_no, refund_no=new_no("REF"), amount_fen=3_000, reason="退货", actor=CASHIER,
        at=moment(),
    )  # fmt: skip

    die_at(point, lambda: push_refund(refund_no=refund.refund_no, at=moment()))
    for sweep in range(1, 40):
        push_due_refunds(acquirer_code=code, at=moment() + LEASE * 10 * sweep)
        if Refund.objects.get().status == "SUCCEEDED":
            break
        time.sleep(0.05)

    payment.refresh_from_db()
    assert (payment.status, payment.refunded_fen, payment.refunding_fen) == ("PARTIALLY_REFUNDED", 3_000, 0)
    assert Transfer.objects.count() == 2
