"""Attempts from start to their end, through the sandbox."""

from datetime import timedelta

import pytest

from payments.gateways import gateway_of
from payments.gateways.wording import order_of
from payments.models import AcquirerLine, AcquirerMessage, Payment, PaymentAttempt
from payments.services.acquirer_lines import AcquirerDown
from payments.services.attempts import (
    NoWayToPay,
    PayeeUnfit,
    PaymentEnded,
    look_at_attempt,
    look_at_due_attempts,
    start_attempt,
)
from payments.services.confirmations import confirm_attempt
from payments.services.payments import AlreadyPaid, close_expired_payments, close_payment
from silk_road_ebao.kernel.models import AuditEvent, OutboxFact
from tests.payments.factories import CASHIER, PAYER, PaymentFactory, moment

pytestmark = pytest.mark.django_db


def _start(payment, **more):
    fields = {"acquirer_code": "WECHAT", "flow": "NATIVE", "actor": PAYER, "at": moment(), **more}
    return start_attempt(payment_no=payment.payment_no, **fields)


def test_a_started_attempt_waits_with_its_code(shop):
    payment = PaymentFactory(merchant=shop().merchant)

    attempt = _start(payment)

    payment.refresh_from_db()
    assert (attempt.status, payment.status) == ("PENDING", "PENDING")
    assert attempt.code_url.startswith("weixin://")
    assert attempt.next_query_at > attempt.created_at
    assert AcquirerMessage.objects.get(subject=attempt.attempt_no).direction == "OUT"


def test_a_second_tap_gets_the_same_attempt(shop):
    payment = PaymentFactory(merchant=shop().merchant)

    first, second = _start(payment), _start(payment)

    assert first.pk == second.pk
    assert PaymentAttempt.objects.filter(payment=payment).count() == 1


def test_two_payers_get_attempts_of_their_own_with_numbers_of_their_own(shop):
    """Practice 1: each attempt has its own out_trade_no."""
    payment = PaymentFactory(merchant=shop().merchant)

    first = _start(payment, flow="JSAPI", payer_ref="oFirst0000000000000000000001")
    second = _start(payment, flow="JSAPI", payer_ref="oSecond000000000000000000002")

    assert first.attempt_no != second.attempt_no


def test_a_timeout_after_the_acquirer_acted_is_unknown_and_a_query_resolves_it(shop, sandbox):
    """F11: never a new number, never FAILED by guess."""
    payment = PaymentFactory(merchant=shop().merchant)
    sandbox.fault("drop_after", acquirer="wechat", endpoint="create", count=1)

    attempt = _start(payment)
    payment.refresh_from_db()

    assert (attempt.status, payment.status) == ("UNKNOWN", "UNKNOWN")
    resolved = look_at_attempt(attempt_no=attempt.attempt_no, at=moment())
    payment.refresh_from_db()
    assert (resolved.status, payment.status) == ("PENDING", "PENDING")
    assert resolved.attempt_no == attempt.attempt_no


def test_a_lost_notice_is_found_by_the_sweep(shop, sandbox):
    """F9: the sweep finds what was paid, with the acquirer's own success time."""
    payment = PaymentFactory(merchant=shop().merchant)
    attempt = _start(payment)
    paid = sandbox.pay(out_trade_no=attempt.attempt_no)

    early = look_at_due_attempts(acquirer_code="WECHAT", at=attempt.created_at)
    asked = look_at_due_attempts(acquirer_code="WECHAT", at=moment() + timedelta(seconds=10))

    payment.refresh_from_db()
    attempt.refresh_from_db()
    assert (early, asked) == (0, 1)
    assert (attempt.status, payment.status) == ("PAID", "PAID")
    assert attempt.acquirer_trade_no == paid["trade_no"]
    assert payment.paid_attempt_id == attempt.pk
    assert attempt.next_query_at is None
    assert OutboxFact.objects.filter(topic="payments.payment.paid", key=payment.payment_no).count() == 1


def test_queries_back_off(shop):
    payment = PaymentFactory(merchant=shop().merchant, expires_at=moment() + timedelta(hours=2))
    attempt = _start(payment)
    waits = []

    for _ in range(4):
        before = moment()
        attempt = look_at_attempt(attempt_no=attempt.attempt_no, at=before)
        waits.append(round((attempt.next_query_at - before).total_seconds()))

    assert waits == [5, 10, 20, 30]


def test_expiry_queries_closes_and_queries_again(shop):
    """Practice 4."""
    payment = PaymentFactory(merchant=shop().merchant)
    attempt = _start(payment)
    late = payment.expires_at + timedelta(seconds=1)

    ended = look_at_attempt(attempt_no=attempt.attempt_no, at=late)

    payment.refresh_from_db()
    assert (ended.status, payment.status) == ("CLOSED", "CLOSED")
    kinds = list(
        AcquirerMessage.objects.filter(subject=attempt.attempt_no).order_by("pk").values_list("kind", flat=True)
    )
    assert kinds == ["create", "query", "close", "query"]
    assert OutboxFact.objects.filter(topic="payments.payment.closed", key=payment.payment_no).exists()


def test_closing_loses_to_a_payer_who_was_faster(shop, sandbox):
    """F8: close races success."""
    payment = PaymentFactory(merchant=shop().merchant)
    attempt = _start(payment)
    sandbox.pay(out_trade_no=attempt.attempt_no)

    closed = close_payment(payment_no=payment.payment_no, actor=CASHIER, at=moment())

    assert closed.status == "PAID"
    with pytest.raises(AlreadyPaid):
        close_payment(payment_no=payment.payment_no, actor=CASHIER, at=moment())


def test_a_merchant_takes_a_bill_back(shop):
    payment = PaymentFactory(merchant=shop().merchant)
    attempt = _start(payment)

    closed = close_payment(payment_no=payment.payment_no, actor=CASHIER, at=moment())

    attempt.refresh_from_db()
    assert (closed.status, attempt.status) == ("CLOSED", "CLOSED")


def test_an_acquirer_that_is_silent_keeps_a_closing_payment_open(shop, sandbox):
    """Practice 3: what is not known is not closed."""
    payment = PaymentFactory(merchant=shop().merchant)
    attempt = _start(payment)
    sandbox.fault("http_500", acquirer="wechat", out_trade_no=attempt.attempt_no)

    closed = close_payment(payment_no=payment.payment_no, actor=CASHIER, at=moment())

    attempt.refresh_from_db()
    assert closed.status == "PENDING"
    assert attempt.status in ("PENDING", "UNKNOWN")
    assert attempt.next_query_at is not None


def test_a_payment_nobody_tried_expires_by_the_sweep():
    payment = PaymentFactory(expires_at=moment() - timedelta(seconds=1))

    close_expired_payments(at=moment())

    payment.refresh_from_db()
    assert payment.status == "CLOSED"


def test_a_clear_refusal_fails_the_attempt_and_lets_the_payer_try_again(shop, sandbox):
    sub_merchant = shop()
    payment = PaymentFactory(merchant=sub_merchant.merchant)
    sandbox.fault(
        "refuse", acquirer="wechat", endpoint="create", count=1, status=403, code="RULE_LIMIT", message="限额"
    )

    failed = _start(payment)
    payment.refresh_from_db()
    again = _start(payment)

    assert (failed.status, failed.failure_code, payment.status) == ("FAILED", "RULE_LIMIT", "FAILED")
    assert again.status == "PENDING"
    assert again.attempt_no != failed.attempt_no


@pytest.mark.parametrize("status", ["PAID", "CLOSED"])
def test_nothing_starts_on_an_ended_payment(shop, sandbox, status):
    payment = PaymentFactory(merchant=shop().merchant)
    attempt = _start(payment)
    if status == "PAID":
        sandbox.pay(out_trade_no=attempt.attempt_no)
        look_at_attempt(attempt_no=attempt.attempt_no, at=moment())
    else:
        close_payment(payment_no=payment.payment_no, actor=CASHIER, at=moment())

    with pytest.raises((AlreadyPaid, PaymentEnded)):
        _start(payment)

    assert PaymentAttempt.objects.filter(payment=payment).count() == 1


def test_the_payee_is_the_merchant_under_its_legal_name(shop):
    """R2: a name that differs stops the payment before anything is sent."""
    sub_merchant = shop()
    type(sub_merchant).objects.filter(pk=sub_merchant.pk).update(legal_name="平台科技有限公司")
    payment = PaymentFactory(merchant=sub_merchant.merchant)

    with pytest.raises(PayeeUnfit):
        _start(payment)

    assert not PaymentAttempt.objects.filter(payment=payment).exists()


def test_a_merchant_without_a_number_at_the_acquirer_cannot_be_paid_there(sandbox):
    """R2: there is no other payee to fall back on."""
    payment = PaymentFactory()

    with pytest.raises(NoWayToPay):
        _start(payment)

    assert not PaymentAttempt.objects.filter(payment=payment).exists()


def test_five_faults_open_the_breaker_and_one_probe_closes_it(shop, sandbox):
    """F13: a line that fails is left alone for a while, then tried once."""
    payment = PaymentFactory(merchant=shop().merchant)
    sandbox.fault("http_500", acquirer="wechat", endpoint="create")
    start = moment()
    for second in range(5):
        other = PaymentFactory(merchant=payment.merchant)
        _start(other, at=start + timedelta(seconds=second))

    with pytest.raises(AcquirerDown):
        _start(payment, at=start + timedelta(seconds=6))
    assert not PaymentAttempt.objects.filter(payment=payment).exists()

    sandbox.control("DELETE", "faults")
    probed = _start(payment, at=start + timedelta(seconds=40))
    assert probed.status == "PENDING"
    assert AcquirerLine.objects.get(pk="WECHAT").failures == 0


def test_only_one_caller_probes_a_half_open_line():
    """F13."""
    from payments.services.acquirer_lines import enter_line

    at = moment()
    AcquirerLine.objects.create(pk="WECHAT", failures=9, open_until=at - timedelta(seconds=1))

    enter_line(acquirer_code="WECHAT", at=at)

    with pytest.raises(AcquirerDown):
        enter_line(acquirer_code="WECHAT", at=at)


def test_a_barcode_that_waits_for_a_password_is_reversed_at_its_end(shop):
    payment = PaymentFactory(merchant=shop().merchant, channel="BARCODE")
    attempt = _start(payment, flow="BARCODE", payer_ref="130000000000000064")

    assert attempt.status == "PENDING"
    ended = look_at_attempt(attempt_no=attempt.attempt_no, at=moment() + timedelta(seconds=61))

    payment.refresh_from_db()
    assert ended.status == "CLOSED"
    assert payment.status in ("PENDING", "CLOSED")
    assert Payment.objects.get(pk=payment.pk).refunded_fen == 0


def test_a_barcode_is_paid_in_the_answer(shop):
    payment = PaymentFactory(merchant=shop().merchant, channel="BARCODE")

    attempt = _start(payment, flow="BARCODE", payer_ref="130000000000000011")

    payment.refresh_from_db()
    assert (attempt.status, payment.status) == ("PAID", "PAID")


def test_a_payment_after_our_close_is_believed_with_an_alert(shop, sandbox):
    """F8, Practice 2: CLOSED → PAID on verified evidence; Jeepay keeps the order closed and the money lost."""
    payment = PaymentFactory(merchant=shop().merchant)
    attempt = _start(payment)
    close_payment(payment_no=payment.payment_no, actor=CASHIER, at=moment())
    sandbox.fault("pay_after_close", acquirer="wechat", out_trade_no=attempt.attempt_no)
    sandbox.pay(out_trade_no=attempt.attempt_no)
    evidence = gateway_of("WECHAT").query(order_of(PaymentAttempt.objects.get(pk=attempt.pk))).evidence

    confirm_attempt(evidence=evidence, at=moment())

    payment.refresh_from_db()
    assert payment.status == "PAID"
    assert AuditEvent.objects.filter(action="payments.payment.late_success").count() == 1
