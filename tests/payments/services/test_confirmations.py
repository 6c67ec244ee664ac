"""One function for notice, poll and bill."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from payments.gateways import gateway_of
from payments.ledger.models import Transfer
from payments.ledger.rules.chart import memo_due, memo_earned
from payments.ledger.selectors.balance import balance_of
from payments.models import CreditReceipt, Payment, PaymentAttempt, Refund
from payments.rules.confirmation import Evidence
from payments.services.confirmations import EvidenceRefused, confirm_attempt
from silk_road_ebao.kernel.models import AuditEvent, OutboxFact, StatusChange
from tests.payments.factories import AttemptFactory, MerchantFactory, PaymentFactory, dated_limits, moment


def evidence_for(attempt, **changes):
    found = Evidence(
        attempt_no=attempt.attempt_no,
        acquirer_code=attempt.acquirer_code,
        acquirer_trade_no=f"4200{attempt.pk:020d}",
        sp_ids=gateway_of("WECHAT").sp_ids(),
        sub_mchid=attempt.sub_merchant.sub_mchid,
        amount_fen=attempt.amount_fen,
        currency="CNY",
        paid_at=moment(),
        payer="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o",
        funding="DEBIT",
        source="NOTICE",
    )
    return replace(found, **changes)


@pytest.mark.django_db
def test_a_capture_is_posted_with_the_transition_and_the_fact(sandbox):
    attempt = AttemptFactory()

    confirmation = confirm_attempt(evidence=evidence_for(attempt), at=moment())

    merchant_no = attempt.payment.merchant.merchant_no
    transfer = Transfer.objects.get(subject=attempt.uid)
    assert confirmation.is_new
    assert transfer.amount == attempt.amount_fen
    assert transfer.debit_account.code == str(memo_due("WECHAT", merchant_no))
    assert transfer.credit_account.code == str(memo_earned("WECHAT", merchant_no))
    fact = OutboxFact.objects.get(topic="payments.payment.paid", key=attempt.payment.payment_no)
    assert fact.payload["amount_fen"] == 8_000


@pytest.mark.django_db
@pytest.mark.parametrize("source", ["NOTICE", "QUERY", "BILL"])
def test_notice_poll_and_bill_come_to_the_same(sandbox, source):
    """Practice 2."""
    attempt = AttemptFactory()

    confirm_attempt(evidence=evidence_for(attempt, source=source), at=moment())
    again = confirm_attempt(evidence=evidence_for(attempt, source="BILL"), at=moment())

    attempt.payment.refresh_from_db()
    assert attempt.payment.status == "PAID"
    assert not again.is_new
    assert Transfer.objects.filter(subject=attempt.uid).count() == 1


@pytest.mark.django_db
def test_the_payer_is_kept_as_a_keyed_hash_only(sandbox):
    attempt = AttemptFactory()

    confirmed = confirm_attempt(evidence=evidence_for(attempt), at=moment()).attempt

    assert len(bytes(confirmed.payer_token)) == 32
    assert b"oUpF8u" not in bytes(confirmed.payer_token)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_fen", 7_999),
        ("amount_fen", 8_001),
        ("currency", "USD"),
        ("sub_mchid", "1600000000"),
        ("sp_ids", ("1900000000", "wxffffffffffffffff")),
        ("acquirer_code", "ALIPAY"),
        ("acquirer_trade_no", ""),
        ("attempt_no", "ATT00000000000000000000"),
        ("paid_at", moment() + timedelta(days=30)),
    ],
)
def test_evidence_that_differs_in_any_field_changes_nothing(sandbox, field, value):
    """F10, Practice 6: amount, currency, appid, mchid, number."""
    attempt = AttemptFactory()

    with pytest.raises(EvidenceRefused):
        confirm_attempt(evidence=evidence_for(attempt, **{field: value}), at=moment())

    attempt.refresh_from_db()
    attempt.payment.refresh_from_db()
    assert (attempt.status, attempt.payment.status) == ("PENDING", "PENDING")
    assert not Transfer.objects.filter(subject=attempt.uid).exists()
    assert not OutboxFact.objects.filter(key=attempt.payment.payment_no).exists()


@pytest.mark.django_db
def test_another_trade_number_for_a_paid_attempt_is_refused(sandbox):
    attempt = AttemptFactory()
    confirm_attempt(evidence=evidence_for(attempt), at=moment())

    with pytest.raises(EvidenceRefused):
        confirm_attempt(evidence=evidence_for(attempt, acquirer_trade_no="4200999"), at=moment())


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["CREATED", "UNKNOWN", "CLOSED", "FAILED"])
def test_verified_evidence_pays_whatever_we_thought_before(sandbox, status):
    """Practice 2: CLOSED → PAID on evidence, with an alert."""
    attempt = AttemptFactory(status=status, payment__status=status)

    confirm_attempt(evidence=evidence_for(attempt), at=moment())

    attempt.payment.refresh_from_db()
    assert attempt.payment.status == "PAID"
    alerts = AuditEvent.objects.filter(action="payments.payment.late_success").count()
    assert alerts == (1 if status in ("CLOSED", "FAILED") else 0)


@pytest.mark.django_db
def test_paying_twice_is_sent_back_by_itself(sandbox):
    """F8, Practice 1: the second success is captured, and refunded whole the same day."""
    payment = PaymentFactory(status="PENDING")
    first, second = AttemptFactory(payment=payment), None
    second = AttemptFactory(payment=payment, sub_merchant=first.sub_merchant)

    confirm_attempt(evidence=evidence_for(first), at=moment())
    confirmation = confirm_attempt(evidence=evidence_for(second), at=moment())

    refund = Refund.objects.get(attempt=second)
    payment.refresh_from_db()
    assert confirmation.is_surplus
    assert (refund.kind, refund.amount_fen, refund.status) == ("SURPLUS", 8_000, "REQUESTED")
    assert refund.next_look_at is not None
    assert (payment.status, payment.refunding_fen, payment.paid_attempt_id) == ("PAID", 0, first.pk)
    assert AuditEvent.objects.filter(action="payments.payment.paid_twice").count() == 1
    assert OutboxFact.objects.filter(topic="payments.payment.paid").count() == 1


@pytest.mark.django_db
def test_the_other_live_attempt_is_due_at_once_when_one_is_paid(sandbox):
    payment = PaymentFactory(status="PENDING")
    first = AttemptFactory(payment=payment)
    other = AttemptFactory(
        payment=payment, sub_merchant=first.sub_merchant, next_query_at=moment() + timedelta(hours=1)
    )
    at = moment()

    confirm_attempt(evidence=evidence_for(first), at=at)

    other.refresh_from_db()
    assert other.next_query_at == at


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("paid_at", "day"),
    [
        (datetime(2026, 11, 22, 15, 59, 59, tzinfo=UTC), "2026-11-22"),
        (datetime(2026, 11, 22, 16, 0, 0, tzinfo=UTC), "2026-11-23"),
        (datetime(2027, 12, 31, 15, 59, 59, tzinfo=UTC), "2027-12-31"),
        (datetime(2028, 2, 28, 16, 0, 0, tzinfo=UTC), "2028-02-29"),
    ],
)
def test_the_business_day_is_the_acquirers_success_time_in_shanghai(sandbox, paid_at, day):
    """F14."""
    attempt = AttemptFactory(created_at=paid_at - timedelta(minutes=1))

    confirmed = confirm_attempt(evidence=evidence_for(attempt, paid_at=paid_at), at=paid_at + timedelta(minutes=9))

    assert confirmed.attempt.business_date.isoformat() == day
    assert Payment.objects.get(pk=attempt.payment_id).business_date.isoformat() == day
    assert Transfer.objects.get(subject=attempt.uid).effective_on.isoformat() == day


@pytest.mark.django_db
def test_credit_cards_of_a_small_merchant_add_up_over_its_shops(sandbox):
    """R5: two shops of one ID at one acquirer share one sum."""
    one = MerchantFactory(kind="MICRO")
    two = MerchantFactory(kind="MICRO", legal_person=one.legal_person)
    attempts = [AttemptFactory(payment__merchant=shop, payment__status="PENDING") for shop in (one, two)]

    for attempt in attempts:
        confirm_attempt(evidence=evidence_for(attempt, funding="CREDIT"), at=moment())

    assert CreditReceipt.objects.get(person=one.legal_person).amount_fen == 16_000


def _at_once(count, work):
    barrier, results = threading.Barrier(count), []

    def run():
        barrier.wait()
        try:
            results.append(work())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.mark.django_db(transaction=True)
def test_twenty_notices_at_once_are_one_posting(sandbox):
    """F7."""
    dated_limits()
    attempt = AttemptFactory()
    evidence = evidence_for(attempt)

    results = _at_once(20, lambda: confirm_attempt(evidence=evidence, at=moment()).is_new)

    assert len(results) == 20
    assert results.count(True) == 1
    assert Transfer.objects.filter(subject=attempt.uid).count() == 1
    assert StatusChange.objects.filter(public_no=attempt.attempt_no, to_status="PAID").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_attempts_of_one_payment_paid_at_once_give_one_surplus(sandbox):
    """F8: whoever is second goes back, nobody is lost."""
    payment = PaymentFactory(status="PENDING")
    first = AttemptFactory(payment=payment)
    attempts = [first, *[AttemptFactory(payment=payment, sub_merchant=first.sub_merchant) for _ in range(3)]]
    queue = [evidence_for(attempt) for attempt in attempts]

    results = _at_once(4, lambda: confirm_attempt(evidence=queue.pop(), at=moment()).is_surplus)

    assert sorted(results) == [False, True, True, True]
    assert Refund.objects.filter(payment=payment, kind="SURPLUS").count() == 3
    assert PaymentAttempt.objects.filter(payment=payment, status="PAID").count() == 4


@pytest.mark.django_db(transaction=True)
def test_a_hot_merchant_loses_no_update(sandbox):
    """F17: sixteen clients, one payee."""
    merchant = MerchantFactory()
    first = AttemptFactory(payment__merchant=merchant)
    queue = [
        evidence_for(AttemptFactory(payment__merchant=merchant, sub_merchant=first.sub_merchant)) for _ in range(47)
    ]
    queue.append(evidence_for(first))

    def work():
        return [confirm_attempt(evidence=queue.pop(), at=moment()).is_new for _ in range(3)]

    results = _at_once(16, work)

    assert sum(map(sum, results)) == 48
    assert Transfer.objects.count() == 48
    assert balance_of(memo_earned("WECHAT", merchant.merchant_no)).amount == 48 * 8_000
