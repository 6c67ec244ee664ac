"""The door for notices: what is true enters once, every attack is refused with an alarm."""

import json
import time
from datetime import timedelta

import pytest
from django.test import Client

from payments.gateways import gateway_of
from payments.ledger.models import Transfer
from payments.ledger.rules.chart import memo_due, memo_earned
from payments.ledger.services.book import close_period
from payments.ledger.services.ledger_account import open_accounts
from payments.models import AcquirerMessage, PaymentAttempt
from payments.services.attempts import start_attempt
from payments.services.refund_pushes import push_refund
from payments.services.refunds import request_refund
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.models import AuditEvent, OutboxFact, StatusChange
from tests.payments.factories import CASHIER, PAYER, AttemptFactory, PaymentFactory, moment
from tests.payments.notices import STRANGER_KEY, notice, platform_public_pem, signed, transaction

URL = "/notices/wechat/"


@pytest.fixture
def keys(sandbox, settings):
    """Our own credentials, the acquirer's signing key in the test's hands."""
    wechat = {**settings.ACQUIRERS["wechat"], "platform_public_key": platform_public_pem()}
    settings.ACQUIRERS = {**settings.ACQUIRERS, "wechat": wechat}
    gateway_of.cache_clear()
    return wechat


@pytest.fixture
def attempt(keys):
    """A waiting attempt whose ledger accounts are open, so that the one-statement way is the one attacked."""
    found = AttemptFactory()
    merchant_no = found.payment.merchant.merchant_no
    open_accounts(codes=[memo_due("WECHAT", merchant_no), memo_earned("WECHAT", merchant_no)])
    return found


def _post(body, headers, content_type="application/json"):
    return Client().post(URL, data=body, content_type=content_type, headers=headers)


def _unchanged(attempt):
    attempt.refresh_from_db()
    attempt.payment.refresh_from_db()
    assert (attempt.status, attempt.payment.status) == ("PENDING", "PENDING")
    assert not Transfer.objects.exists()
    assert not OutboxFact.objects.exists()
    assert not StatusChange.objects.exists()


def _refused_with_alarm(response, attempt):
    assert response.status_code == 401
    _unchanged(attempt)
    message = AcquirerMessage.objects.get(direction="IN")
    assert message.verdict == "REFUSED"
    assert message.reason
    assert AuditEvent.objects.filter(action="payments.notice.refused").count() == 1


@pytest.mark.django_db
def test_a_true_notice_pays_and_is_answered_204(attempt, keys):
    body, headers = notice(transaction(attempt, keys), keys)

    response = _post(body, headers)

    attempt.refresh_from_db()
    message = AcquirerMessage.objects.get(direction="IN")
    assert response.status_code == 204
    assert (attempt.status, message.verdict) == ("PAID", "ACCEPTED")
    assert "oUpF8u" not in str(message.shown)


@pytest.mark.django_db
def test_the_same_notice_again_is_taken_and_changes_nothing(attempt, keys):
    """F7."""
    body, headers = notice(transaction(attempt, keys), keys)

    statuses = [_post(body, headers).status_code for _ in range(3)]

    assert statuses == [204, 204, 204]
    assert Transfer.objects.count() == 1
    assert list(AcquirerMessage.objects.order_by("pk").values_list("verdict", flat=True)) == [
        "ACCEPTED",
        "REPEATED",
        "REPEATED",
    ]


@pytest.mark.django_db
def test_a_notice_costs_few_queries(attempt, keys, django_assert_max_num_queries):
    body, headers = notice(transaction(attempt, keys), keys)
    other = AttemptFactory(payment__merchant=attempt.payment.merchant, sub_merchant=attempt.sub_merchant)
    _post(body, headers)
    body, headers = notice(transaction(other, keys), keys)

    with django_assert_max_num_queries(2):
        response = _post(body, headers)

    assert response.status_code == 204


def _without(headers, name):
    return {key: value for key, value in headers.items() if key != name}


def _probe(headers):
    return {**headers, "Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + headers["Wechatpay-Signature"]}


SPOILERS = {
    "signed by a stranger": lambda good, other, keys: notice(good, keys, key=STRANGER_KEY),
    "another serial": lambda good, other, keys: notice(good, keys, serial="PUB_KEY_ID_0000000000000000000000000000"),
    "certificate serial": lambda good, other, keys: notice(
        good, keys, serial="5157F09EFDC096DE15EBE81A47057A7232F1B8E1"
    ),
    "replayed after five minutes": lambda good, other, keys: notice(good, keys, at=time.time() - 302),
    "from the future": lambda good, other, keys: notice(good, keys, at=time.time() + 305),
    "another merchant's APIv3 key": lambda good, other, keys: notice(good, keys, apiv3_key="B" * 32),
    "the signature of another body": lambda good, other, keys: (notice(good, keys)[0], notice(other, keys)[1]),
    "probe signature": lambda good, other, keys: (lambda made: (made[0], _probe(made[1])))(notice(good, keys)),
    "unsigned": lambda good, other, keys: (lambda made: (made[0], _without(made[1], "Wechatpay-Signature")))(
        notice(good, keys)
    ),
    "wrong signature type": lambda good, other, keys: (
        lambda made: (made[0], {**made[1], "Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3"})
    )(notice(good, keys)),
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", SPOILERS)
def test_a_forged_notice_is_refused_with_an_alarm(attempt, keys, name):
    """F10."""
    good, other = transaction(attempt, keys), transaction(attempt, keys, trade_type="JSAPI")
    body, headers = SPOILERS[name](good, other, keys)

    response = _post(body, headers)

    _refused_with_alarm(response, attempt)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"amount": {"total": 7_999, "currency": "CNY"}},
        {"amount": {"total": 8_000, "currency": "USD"}},
        {"amount": {"total": "8000", "currency": "CNY"}},
        {"amount": {"total": "100.00", "currency": "CNY"}},
        {"amount": {"total": -8_000, "currency": "CNY"}},
        {"amount": {"total": 2**63, "currency": "CNY"}},
        {"amount": {"total": True, "currency": "CNY"}},
        {"amount": {"total": 8_000.0, "currency": "CNY"}},
        {"amount": 8_000},
        {"sp_appid": "wx0000000000000000"},
        {"sp_mchid": "1900000000"},
        {"sub_mchid": "1600000000"},
        {"out_trade_no": "ATT00000000000000000000"},
        {"trade_state": "NOTPAY"},
        {"trade_state": "PAID"},
        {"success_time": "yesterday"},
        {"success_time": "2026-11-23T09:00:00"},
        {"transaction_id": None},
        {"transaction_id": "4200\x0000001"},
        {"transaction_id": "4200\ud800"},
    ],
)
def test_a_signed_notice_with_a_wrong_field_is_refused(attempt, keys, changes):
    """F10, Practice 6: even the acquirer's own signature does not excuse a wrong amount."""
    body, headers = notice(transaction(attempt, keys, **changes), keys)

    response = _post(body, headers)

    _refused_with_alarm(response, attempt)


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ["a\x00b", "half \ud83d", "\udc00"])
def test_a_character_that_no_row_can_hold_does_not_keep_a_payment_out(attempt, keys, odd):
    """It stands as U+FFFD in the archive: a field of no weight must not cost a merchant his sale."""
    body, headers = notice(transaction(attempt, keys, attach=odd, payer={"sp_openid": odd}, **{f"new {odd}": 1}), keys)

    response = _post(body, headers)

    attempt.refresh_from_db()
    assert (response.status_code, attempt.status) == (204, "PAID")
    assert "\ufffd" in AcquirerMessage.objects.get(direction="IN").shown["resource"]["attach"]


@pytest.mark.django_db
def test_an_odd_character_in_an_unsigned_body_reaches_the_archive(attempt, keys):
    body, headers = notice(transaction(attempt, keys), keys)
    twice = b'{"a\\u0000": 1, "a\\u0000": 2}'

    statuses = [_post(twice, headers).status_code, _post(b"\x00\x01" + body, headers).status_code]

    assert statuses == [401, 401]
    _unchanged(attempt)
    assert AcquirerMessage.objects.filter(verdict="REFUSED").count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"total": 8000', b'"total": 1e2'),
        (b'"total": 8000', b'"total": 8000.00'),
        (b'"total": 8000', b'"total": NaN'),
        (b'"total": 8000', b'"total": Infinity'),
        (b'"total": 8000', b'"total": 1, "total": 8000'),
        (b'"total": 8000', b'"total": 08000'),
    ],
)
def test_loose_json_inside_the_seal_is_refused(attempt, keys, old, new):
    """Duplicate keys, 1e2, NaN: strict reading."""
    plain = json.dumps(transaction(attempt, keys)).encode()
    assert old in plain
    body, headers = notice(plain.replace(old, new), keys)

    response = _post(body, headers)

    _refused_with_alarm(response, attempt)


@pytest.mark.django_db
def test_a_notice_of_a_closed_period_is_refused_with_an_alarm_and_sent_again(attempt, keys):
    """No guess where it belongs: it stays with the acquirer until somebody decides."""
    yesterday = moment() - timedelta(days=1)
    close_period(through=business_date(yesterday), actor=CASHIER, at=moment())
    body, headers = notice(transaction(attempt, keys, success_time=yesterday.isoformat()), keys)

    response = _post(body, headers)

    _refused_with_alarm(response, attempt)
    assert AcquirerMessage.objects.get(direction="IN").reason == "PERIOD_CLOSED"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"associated_data": 5},
        {"associated_data": ["transaction"]},
        {"associated_data": "refund"},
        {"ciphertext": "no base64!"},
        {"ciphertext": "AAAA"},
        {"nonce": "short"},
        {"nonce": "far-too-long-for-a-nonce"},
        {"nonce": None},
        {"algorithm": "AEAD_SM4_GCM"},
    ],
)
def test_a_signed_notice_whose_seal_is_malformed_is_refused(attempt, keys, changes):
    """F10."""
    body, _headers = notice(transaction(attempt, keys), keys)
    outer = json.loads(body)
    outer["resource"] |= changes
    body = json.dumps(outer).encode()

    response = _post(body, signed(body, keys))

    _refused_with_alarm(response, attempt)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"{",
        b'{"a": 1, "a": 2}',
        b"\xff\xfe",
        b"[" * 20_000,
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        b'{"resource_type": "encrypt-resource", "event_type": "TRANSACTION.SUCCESS", "resource": {}}',
    ],
)
def test_a_signed_body_that_is_no_notice_is_refused(attempt, keys, body):
    response = _post(body, signed(body, keys))

    _refused_with_alarm(response, attempt)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content_type", ["text/xml", "application/x-www-form-urlencoded", "text/plain", "multipart/form-data"]
)
def test_another_content_type_is_refused(attempt, keys, content_type):
    body, headers = notice(transaction(attempt, keys), keys)

    response = _post(body, headers, content_type)

    _refused_with_alarm(response, attempt)


@pytest.mark.django_db
def test_a_body_that_is_too_large_is_refused_unread(attempt, keys):
    body = b'{"padding": "' + b"x" * 70_000 + b'"}'

    response = _post(body, signed(body, keys))

    _refused_with_alarm(response, attempt)


@pytest.mark.django_db
def test_a_refused_body_is_kept_sealed(attempt, keys):
    body, headers = notice(transaction(attempt, keys), keys, key=STRANGER_KEY)

    _post(body, headers)

    message = AcquirerMessage.objects.get(direction="IN")
    assert "encrypt-resource" in message.body_sealed.open()
    assert len(bytes(message.body_sha256)) == 32


@pytest.mark.django_db
def test_only_post_opens_the_door_and_only_for_acquirers_we_know(keys):
    assert Client().get(URL).status_code == 405
    assert Client().post("/notices/bestpay/", data=b"{}", content_type="application/json").status_code == 404


@pytest.mark.django_db
def test_a_refund_notice_before_its_payment_is_refused(attempt, keys):
    """F8: only legal states; the acquirer sends it again, or the query finds it."""
    resource = {
        "sp_mchid": keys["sp_mchid"],
        "sub_mchid": attempt.sub_merchant.sub_mchid,
        "out_trade_no": attempt.attempt_no,
        "transaction_id": "4200",
        "out_refund_no": "REF00000000000000000000",
        "refund_id": "5030",
        "refund_status": "SUCCESS",
        "success_time": moment().isoformat(),
        "amount": {"total": 8_000, "refund": 8_000},
    }
    body, headers = notice(resource, keys, event="REFUND.SUCCESS")

    response = _post(body, headers)

    _refused_with_alarm(response, attempt)


def _wait_for(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("acquirer_code", ["WECHAT", "ALIPAY", "UNIONPAY"])
def test_the_sandbox_pays_tells_and_refunds_over_the_wire(heard, shop, acquirer_code):
    """M3: a code, a real notice, a refund and its real notice, in each acquirer's own language."""
    payment = PaymentFactory(merchant=shop(acquirer_code).merchant)
    attempt = start_attempt(
        payment_no=payment.payment_no, acquirer_code=acquirer_code, flow="NATIVE", actor=PAYER, at=moment()
    )

    heard.pay(code_url=attempt.code_url)

    assert _wait_for(lambda: PaymentAttempt.objects.get(pk=attempt.pk).status == "PAID")
    refund = request_refund(
        payment_no=payment.payment_no, refund_no="REFWIRE0001", amount_fen=8_000, reason="", actor=CASHIER, at=moment()
    )
    push_refund(refund_no=refund.refund_no, at=moment())
    assert _wait_for(lambda: type(refund).objects.get(pk=refund.pk).status == "SUCCEEDED")
    payment.refresh_from_db()
    assert payment.status == "REFUNDED"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("acquirer_code", ["WECHAT", "ALIPAY", "UNIONPAY"])
@pytest.mark.parametrize("kind", ["duplicate_notice", "forge_notice", "probe_signature", "wrong_notice_amount"])
def test_injected_notice_faults_end_in_one_posting(heard, shop, kind, acquirer_code):
    """F7, F10: duplicates, forgeries and probes beside the true notice."""
    payment = PaymentFactory(merchant=shop(acquirer_code).merchant)
    attempt = start_attempt(
        payment_no=payment.payment_no, acquirer_code=acquirer_code, flow="NATIVE", actor=PAYER, at=moment()
    )
    heard.fault(kind, acquirer=acquirer_code.lower(), out_trade_no=attempt.attempt_no, n=10)

    heard.pay(out_trade_no=attempt.attempt_no)

    assert _wait_for(lambda: PaymentAttempt.objects.get(pk=attempt.pk).status == "PAID")
    expected = 11 if kind == "duplicate_notice" else 2
    assert _wait_for(lambda: AcquirerMessage.objects.filter(direction="IN").count() >= expected)
    assert Transfer.objects.count() == 1
    refused = AcquirerMessage.objects.filter(verdict="REFUSED").count()
    assert refused == (0 if kind == "duplicate_notice" else 1)
