"""Notices that come at once share one commit; each has the outcome it would have had alone."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections
from django.db import transaction as database
from django.test import Client

from payments.gateways import gateway_of
from payments.ledger.models import Transfer
from payments.ledger.rules.chart import memo_due, memo_earned
from payments.ledger.selectors import balance_of, prove
from payments.ledger.services import open_accounts
from payments.ledger.services.book import close_period
from payments.models import AcquirerMessage, Payment, PaymentAttempt, Refund
from payments.services import plain_confirmations
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.gathering import Gathering
from silk_road_ebao.kernel.models import AuditEvent, OutboxDelivery, OutboxFact, StatusChange
from tests.payments.factories import CASHIER, AttemptFactory, MerchantFactory, SubMerchantFactory, moment
from tests.payments.notices import notice, platform_public_pem, transaction

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def keys(sandbox, settings):
    """Our own credentials, the acquirer's signing key in the test's hands."""
    wechat = {**settings.ACQUIRERS["wechat"], "platform_public_key": platform_public_pem()}
    settings.ACQUIRERS = {**settings.ACQUIRERS, "wechat": wechat}
    gateway_of.cache_clear()
    return wechat


@pytest.fixture
def at_once(monkeypatch):
    """Send notices so that they are of one batch; gives their answers in order and the batches' sizes."""
    sizes = []

    def work(rows):
        sizes.append(len(rows))
        return plain_confirmations._confirm_together(rows)

    def send(notices):
        gathering = Gathering(work, 16)
        monkeypatch.setattr(plain_confirmations, "_together", gathering)
        monkeypatch.setattr("silk_road_ebao.kernel.gathering.PATIENCE_S", 60)
        with ThreadPoolExecutor(len(notices)) as pool:
            with gathering.coming():  # who leads waits for us, and we for the others
                answers = [pool.submit(_post, *each) for each in notices]
                deadline = time.monotonic() + 50
                while len(gathering._waiting) < len(notices):
                    assert time.monotonic() < deadline
                    time.sleep(0.005)
            return [answer.result(60) for answer in answers], sizes

    return send


def _post(body, headers):
    try:
        answer = Client().post("/notices/wechat/", data=body, content_type="application/json", headers=headers)
        return answer.status_code
    finally:
        connections.close_all()


def _attempts(count, merchants=2):
    """Waiting attempts of some merchants whose ledger accounts are open."""
    payees = [SubMerchantFactory(merchant=MerchantFactory()) for _ in range(merchants)]
    for payee in payees:
        number = payee.merchant.merchant_no
        open_accounts(codes=[memo_due("WECHAT", number), memo_earned("WECHAT", number)])
    return [
        AttemptFactory(payment__merchant=payee.merchant, sub_merchant=payee)
        for payee in (payees[n % merchants] for n in range(count))
    ]


def _statuses(attempts):
    found = PaymentAttempt.objects.select_related("payment").in_bulk([attempt.pk for attempt in attempts])
    return [(found[attempt.pk].status, found[attempt.pk].payment.status) for attempt in attempts]


def test_notices_of_one_batch_leave_the_rows_that_each_would_leave_alone(keys, at_once):
    """F7, R1: one capture, two changes of state, one fact and one message for each, and the ledger agrees."""
    attempts = _attempts(8, merchants=3)

    answers, sizes = at_once([notice(transaction(attempt, keys), keys) for attempt in attempts])

    assert (answers, sizes) == ([204] * 8, [8])
    assert _statuses(attempts) == [("PAID", "PAID")] * 8
    for attempt in attempts:
        paid = PaymentAttempt.objects.select_related("payment").get(pk=attempt.pk)
        fact = OutboxFact.objects.get(key=paid.payment.payment_no)
        assert paid.acquirer_trade_no == f"4200{attempt.pk:020d}"
        assert (paid.payment.paid_at, paid.payment.business_date) == (paid.paid_at, paid.business_date)
        assert paid.payment.paid_attempt == paid
        assert paid.payer_token
        assert Transfer.objects.get(subject=paid.uid).amount == paid.amount_fen
        assert StatusChange.objects.filter(public_no=paid.attempt_no, to_status="PAID").count() == 1
        assert StatusChange.objects.filter(public_no=paid.payment.payment_no, to_status="PAID").count() == 1
        assert fact.payload["attempt_no"] == paid.attempt_no
        assert fact.payload["amount_fen"] == paid.payment.amount_fen
        assert AcquirerMessage.objects.get(subject=paid.attempt_no).verdict == "ACCEPTED"
    per_fact = {OutboxDelivery.objects.filter(fact=fact).count() for fact in OutboxFact.objects.all()}
    assert len(per_fact) == 1
    assert per_fact != {0}
    for merchant_no in {attempt.payment.merchant.merchant_no for attempt in attempts}:
        theirs = [attempt.amount_fen for attempt in attempts if attempt.payment.merchant.merchant_no == merchant_no]
        assert balance_of(memo_earned("WECHAT", merchant_no)).amount == sum(theirs)
    assert prove(deep=True) == []


def test_the_same_notice_twice_in_one_batch_is_one_payment(keys, at_once):
    """F7."""
    attempts = _attempts(3)
    notices = [notice(transaction(attempt, keys), keys) for attempt in attempts]

    answers, sizes = at_once([*notices, notices[1], notices[2], notices[2]])

    assert (answers, sizes) == ([204] * 6, [6])
    assert Transfer.objects.count() == 3
    verdicts = AcquirerMessage.objects.order_by("pk").values_list("verdict", flat=True)
    assert sorted(verdicts) == ["ACCEPTED"] * 3 + ["REPEATED"] * 3


def test_a_wrong_amount_in_a_batch_is_refused_alone(keys, at_once):
    """F10: the others of its batch are taken."""
    attempts = _attempts(4)
    notices = [notice(transaction(attempt, keys), keys) for attempt in attempts[:3]]
    wrong = {"total": attempts[3].amount_fen + 1, "payer_total": attempts[3].amount_fen + 1, "currency": "CNY"}

    answers, _sizes = at_once([*notices, notice(transaction(attempts[3], keys, amount=wrong), keys)])

    assert answers[:3] == [204] * 3
    assert answers[3] >= 400
    assert _statuses(attempts) == [("PAID", "PAID")] * 3 + [("PENDING", "PENDING")]
    assert AuditEvent.objects.filter(action="payments.notice.refused").count() == 1


def test_two_attempts_of_one_bill_in_one_batch_pay_once_and_send_back_once(keys, at_once):
    """Practice 1: paid twice, the second is sent back the same day."""
    first, second, _other = _attempts(3, merchants=1)
    PaymentAttempt.objects.filter(pk=second.pk).update(payment=first.payment, amount_fen=first.amount_fen)
    second.refresh_from_db()
    notices = [notice(transaction(attempt, keys), keys) for attempt in (_other, first, second)]

    answers, _sizes = at_once(notices)

    assert answers == [204] * 3
    assert Transfer.objects.count() == 3
    assert Refund.objects.get().kind == "SURPLUS"
    assert Payment.objects.filter(status="PAID").count() == 2


def test_a_notice_of_a_closed_period_in_a_batch_is_refused_alone(keys, at_once):
    """The ledger refuses the whole batch; each then goes its own long way."""
    attempts = _attempts(4)
    yesterday = moment() - timedelta(days=1)
    PaymentAttempt.objects.filter(pk=attempts[3].pk).update(created_at=yesterday - timedelta(hours=1))
    close_period(through=business_date(yesterday), actor=CASHIER, at=moment())
    late = transaction(attempts[3], keys, success_time=yesterday.isoformat(timespec="seconds"))

    answers, _sizes = at_once(
        [*(notice(transaction(attempt, keys), keys) for attempt in attempts[:3]), notice(late, keys)]
    )

    assert answers[:3] == [204] * 3
    assert answers[3] >= 400
    assert _statuses(attempts) == [("PAID", "PAID")] * 3 + [("PENDING", "PENDING")]


def test_accounts_not_open_yet_are_opened_by_the_long_way(keys, at_once):
    attempts = _attempts(3)
    newcomer = AttemptFactory()

    answers, _sizes = at_once([notice(transaction(attempt, keys), keys) for attempt in (*attempts, newcomer)])

    assert answers == [204] * 4
    assert _statuses([*attempts, newcomer]) == [("PAID", "PAID")] * 4


def test_inside_a_callers_transaction_nothing_leaves_it(keys, monkeypatch):
    """What a caller takes back is taken back whole: no other thread has committed it."""
    attempt = _attempts(1)[0]
    body, headers = notice(transaction(attempt, keys), keys)
    monkeypatch.setattr(plain_confirmations._together, "ask", None)

    with database.atomic():
        status = Client().post("/notices/wechat/", data=body, content_type="application/json", headers=headers)
        database.set_rollback(True)

    assert status.status_code == 204
    assert _statuses([attempt]) == [("PENDING", "PENDING")]
    assert not Transfer.objects.exists()


def test_one_that_the_database_cannot_take_does_not_stop_the_others_of_its_batch(keys, at_once, monkeypatch):
    attempts = _attempts(4)
    real = plain_confirmations._row

    def row(given, *rest):
        found = real(given, *rest)
        return found | {"day": "no day"} if found["attempt_no"] == attempts[3].attempt_no else found

    monkeypatch.setattr(plain_confirmations, "_row", row)

    answers, sizes = at_once([notice(transaction(attempt, keys), keys) for attempt in attempts])

    assert (answers, sizes) == ([204] * 4, [4])
    assert _statuses(attempts) == [("PAID", "PAID")] * 4
