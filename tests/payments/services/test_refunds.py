"""Refunds from the request to the payer's account."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from payments.gateways.protocol import RefundEvidence
from payments.ledger.models import Transfer
from payments.models import Payment, Refund
from payments.services.attempts import look_at_attempt, start_attempt
from payments.services.confirmations import EvidenceRefused, confirm_attempt
from payments.services.refund_confirmations import confirm_refund
from payments.services.refund_pushes import push_due_refunds, push_refund
from payments.services.refunds import (
    LinesDisagree,
    NotPaidYet,
    RefundReused,
    RefundTooLarge,
    RefundTooLate,
    request_refund,
)
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.models import OutboxFact
from silk_road_ebao.kernel.refusals import Refusal
from tests.payments.factories import CASHIER, PAYER, AttemptFactory, PaymentFactory, dated_limits, moment
from tests.payments.services.test_confirmations import evidence_for


def _request(payment, amount_fen, **more):
    fields = {"refund_no": new_no("REF"), "reason": "不新鲜", "actor": CASHIER, "at": moment(), **more}
    return request_refund(payment_no=payment.payment_no, amount_fen=amount_fen, **fields)


@pytest.fixture
def paid(shop, sandbox):
    """A payment of 80.00 yuan that the sandbox knows as paid."""
    payment = PaymentFactory(merchant=shop().merchant)
    attempt = start_attempt(
        payment_no=payment.payment_no, acquirer_code="WECHAT", flow="NATIVE", actor=PAYER, at=moment()
    )
    sandbox.pay(out_trade_no=attempt.attempt_no)
    look_at_attempt(attempt_no=attempt.attempt_no, at=moment())
    payment.refresh_from_db()
    return payment


@pytest.mark.django_db
def test_a_refund_is_reserved_sent_and_found_done(paid, sandbox):
    """Practice 5: reserve and commit, then call."""
    refund = _request(paid, 3_000, lines=[("番茄 5kg", 2_000), ("黄瓜", 1_000)])
    paid.refresh_from_db()
    assert (paid.refunding_fen, paid.refunded_fen, refund.status) == (3_000, 0, "REQUESTED")

    sent = push_refund(refund_no=refund.refund_no, at=moment())
    time.sleep(0.3)
    done = push_refund(refund_no=refund.refund_no, at=moment())

    paid.refresh_from_db()
    assert (sent.status, done.status) == ("PENDING", "SUCCEEDED")
    assert (paid.status, paid.refunding_fen, paid.refunded_fen) == ("PARTIALLY_REFUNDED", 0, 3_000)
    assert Transfer.objects.get(subject=refund.uid).amount == 3_000
    assert OutboxFact.objects.get(topic="payments.refund.succeeded").payload["refund_no"] == refund.refund_no
    assert done.business_date == paid.business_date


@pytest.mark.django_db
def test_partial_refunds_add_up_to_refunded(paid):
    for amount_fen in (3_000, 4_999, 1):
        refund = _request(paid, amount_fen)
        push_refund(refund_no=refund.refund_no, at=moment())
        time.sleep(0.25)
        push_refund(refund_no=refund.refund_no, at=moment())

    paid.refresh_from_db()
    assert (paid.status, paid.refunded_fen) == ("REFUNDED", 8_000)
    with pytest.raises(RefundTooLarge):
        _request(paid, 1)


@pytest.mark.django_db
def test_the_same_number_is_the_same_refund_and_another_amount_is_refused(paid):
    first = _request(paid, 3_000, refund_no="REFSAME001")

    again = _request(paid, 3_000, refund_no="REFSAME001")
    with pytest.raises(RefundReused):
        _request(paid, 2_000, refund_no="REFSAME001")

    paid.refresh_from_db()
    assert first.pk == again.pk
    assert paid.refunding_fen == 3_000


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amount_fen", "more", "refusal"),
    [
        (8_001, {}, RefundTooLarge),
        (0, {}, RefundTooLarge),
        (-1, {}, RefundTooLarge),
        (100, {"lines": [("番茄", 99)]}, LinesDisagree),
        (100, {"lines": [("番茄", 200), ("折扣", -100)]}, LinesDisagree),
        (100, {"at": moment() + timedelta(days=366)}, RefundTooLate),
        (100, {"refund_no": "a b"}, RefundReused),
    ],
)
def test_an_unfit_refund_reserves_nothing(paid, amount_fen, more, refusal):
    with pytest.raises(refusal):
        _request(paid, amount_fen, **more)

    paid.refresh_from_db()
    assert paid.refunding_fen == 0
    assert not Refund.objects.exists()


@pytest.mark.django_db
def test_what_was_not_paid_is_not_refunded(sandbox):
    payment = PaymentFactory()

    with pytest.raises(NotPaidYet):
        _request(payment, 100)

    assert not Refund.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["http_500", "http_429", "drop", "drop_after", "bad_response_signature"])
def test_doubt_keeps_the_reserve_and_the_number(paid, sandbox, kind):
    """F11, Practice 3: 429 may mean accepted; the repeat goes out under the same number."""
    sandbox.fault(kind, acquirer="wechat", endpoint="refund", count=1)
    refund = _request(paid, 3_000)

    doubtful = push_refund(refund_no=refund.refund_no, at=moment())
    paid.refresh_from_db()
    assert (doubtful.status, paid.refunding_fen) == ("UNKNOWN", 3_000)

    time.sleep(0.25)
    for hour in range(1, 4):
        push_due_refunds(acquirer_code="WECHAT", at=moment() + timedelta(hours=hour))
        time.sleep(0.25)
    refund.refresh_from_db()
    paid.refresh_from_db()
    assert (refund.status, paid.refunded_fen, paid.refunding_fen) == ("SUCCEEDED", 3_000, 0)
    journal = sandbox.control("GET", "journal?acquirer=wechat")
    assert str(journal).count(refund.refund_no) == 1


@pytest.mark.django_db
def test_a_refused_refund_frees_the_reserve(paid, sandbox):
    sandbox.fault(
        "refuse", acquirer="wechat", endpoint="refund", count=1, status=403, code="NOT_ENOUGH", message="余额不足"
    )
    refund = _request(paid, 3_000)

    failed = push_refund(refund_no=refund.refund_no, at=moment())

    paid.refresh_from_db()
    assert (failed.status, failed.failure_code) == ("FAILED", "NOT_ENOUGH")
    assert (paid.status, paid.refunding_fen) == ("PAID", 0)


@pytest.mark.django_db
def test_an_abnormal_refund_waits_for_a_person_and_keeps_its_reserve(paid, sandbox):
    sandbox.fault("refund_abnormal", acquirer="wechat", count=1)
    refund = _request(paid, 3_000)
    push_refund(refund_no=refund.refund_no, at=moment())
    time.sleep(0.25)

    stuck = push_refund(refund_no=refund.refund_no, at=moment())

    stuck.refresh_from_db()
    paid.refresh_from_db()
    assert (stuck.status, stuck.failure_code, paid.refunding_fen) == ("PENDING", "ABNORMAL", 3_000)


@pytest.mark.django_db
def test_a_surplus_payment_goes_back_by_the_sweep(paid, shop, sandbox):
    """F8: paid twice, refunded once, the payment itself untouched."""
    first = paid.paid_attempt
    Payment.objects.filter(pk=paid.pk)
    second = AttemptFactory(payment=paid, sub_merchant=first.sub_merchant, amount_fen=paid.amount_fen)
    from payments.gateways import gateway_of
    from payments.gateways.wording import order_of

    gateway_of("WECHAT").create(order_of(second))
    sandbox.pay(out_trade_no=second.attempt_no)
    look_at_attempt(attempt_no=second.attempt_no, at=moment())

    for hour in range(1, 3):
        push_due_refunds(acquirer_code="WECHAT", at=moment() + timedelta(hours=hour))
        time.sleep(0.25)

    refund = Refund.objects.get(attempt=second)
    paid.refresh_from_db()
    assert refund.status == "SUCCEEDED"
    assert (paid.status, paid.refunded_fen) == ("PAID", 0)
    assert Transfer.objects.get(subject=refund.uid).amount == 8_000


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes", [{"amount_fen": 2_999}, {"sub_mchid": "1600000000"}, {"attempt_no": "ATTX"}, {"refund_no": "REFNOBODY"}]
)
def test_a_statement_about_another_refund_changes_nothing(paid, changes):
    """F10."""
    refund = _request(paid, 3_000)
    fields = {
        "refund_no": refund.refund_no,
        "acquirer_code": "WECHAT",
        "acquirer_refund_no": "5030",
        "attempt_no": refund.attempt.attempt_no,
        "sub_mchid": refund.attempt.sub_merchant.sub_mchid,
        "amount_fen": 3_000,
        "state": "SUCCEEDED",
        "refunded_at": moment(),
        "source": "NOTICE",
        **changes,
    }

    with pytest.raises(EvidenceRefused):
        confirm_refund(evidence=RefundEvidence(**fields), at=moment())

    refund.refresh_from_db()
    assert refund.status == "REQUESTED"
    assert not Transfer.objects.filter(subject=refund.uid).exists()


@pytest.mark.django_db(transaction=True)
def test_fifty_partial_refunds_at_once_never_exceed_what_was_paid(sandbox):
    """F16: the ceiling is locked, and a constraint stands behind it."""
    dated_limits()
    attempt = AttemptFactory()
    confirm_attempt(evidence=evidence_for(attempt), at=moment())
    barrier, outcomes = threading.Barrier(50), []

    def run():
        barrier.wait()
        try:
            outcomes.append(_request(attempt.payment, 300).amount_fen)
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    payment = Payment.objects.get(pk=attempt.payment_id)
    assert outcomes.count(300) == 26
    assert outcomes.count("REFUND_TOO_LARGE") == 24
    assert payment.refunding_fen == 7_800
