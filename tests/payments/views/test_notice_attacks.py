"""Every attack on notices, on Alipay's and UnionPay's doors: refused with an alarm, nothing changed (F10).

WeChat Pay's door is attacked in test_acquirer_messages.py.
"""

import base64
import hashlib
import json
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.test import Client

from payments.ledger.models import Transfer
from payments.models import AcquirerMessage, PaymentAttempt, Refund
from payments.services.refunds import request_refund
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from silk_road_ebao.kernel.models import AuditEvent, OutboxFact
from tests.payments.factories import CASHIER, AttemptFactory, moment

pytestmark = pytest.mark.django_db
FORM = "application/x-www-form-urlencoded"


class Alipay:
    """Sign notices as Alipay does."""

    code, url, taken = "ALIPAY", "/notices/alipay/", b"success"

    def __init__(self, keys):
        self.own = keys["alipay"]
        self.key = load_pem_private_key(self.own["platform_private_key"].encode(), None)
        self.stranger = load_pem_private_key(keys["forger_private_key"].encode(), None)

    def fields(self, attempt):
        paid = moment().astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M:%S")
        return {
            "notify_time": paid, "notify_type": "trade_status_sync", "notify_id": "2026112300222001", "version": "1.0",
            "charset": "utf-8", "app_id": self.own["app_id"], "trade_no": "2026112322001",
            "out_trade_no": attempt.attempt_no, "buyer_id": "2088000000000001",
            "seller_id": attempt.sub_merchant.sub_mchid, "trade_status": "TRADE_SUCCESS", "total_amount": "80.00",
            "gmt_payment": paid, "fund_bill_list": '[{"amount":"80.00","fundChannel":"ALIPAYACCOUNT"}]',
        }  # fmt: skip

    def signed(self, fields, *, key=None):
        text = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
        made = (key or self.key).sign(text.encode(), PKCS1v15(), SHA256())
        return {**fields, "sign_type": "RSA2", "sign": base64.b64encode(made).decode()}


class Unionpay:
    """Sign notices as UnionPay does."""

    code, url, taken = "UNIONPAY", "/notices/unionpay/", b"ok"

    def __init__(self, keys):
        self.own = keys["unionpay"]
        self.key = load_pem_private_key(self.own["platform_private_key"].encode(), None)
        self.stranger = load_pem_private_key(keys["forger_private_key"].encode(), None)

    def fields(self, attempt):
        paid = moment().astimezone(BUSINESS_ZONE)
        return {
            "version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", "txnType": "01", "txnSubType": "07",
            "merId": self.own["mer_id"], "orderId": attempt.attempt_no, "txnTime": paid.strftime("%Y%m%d%H%M%S"),
            "txnAmt": "8000", "currencyCode": "156", "queryId": "261123120000000000018", "respCode": "00",
            "respMsg": "成功", "reqReserved": attempt.sub_merchant.sub_mchid, "traceTime": paid.strftime("%m%d%H%M%S"),
            "signPubKeyCert": self.own["platform_certificate"],
        }  # fmt: skip

    def signed(self, fields, *, key=None):
        text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if fields[name])
        digest = hashlib.sha256(text.encode()).hexdigest().encode()
        return {**fields, "signature": base64.b64encode((key or self.key).sign(digest, PKCS1v15(), SHA256())).decode()}


@pytest.fixture(params=[Alipay, Unionpay], ids=["ALIPAY", "UNIONPAY"])
def door(request, sandbox):
    """One acquirer's door and its own signing key."""
    return request.param(json.loads((sandbox.folder / "credentials.json").read_text()))


@pytest.fixture
def attempt(door):
    return AttemptFactory(sub_merchant__acquirer_code=door.code, amount_fen=8_000)


def post(door, fields, content_type=FORM):
    body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
    return Client().post(door.url, data=body, content_type=content_type)


def refused_with_alarm(response, attempt):
    assert response.status_code == 401
    assert response.content != b"success"
    attempt.refresh_from_db()
    attempt.payment.refresh_from_db()
    assert (attempt.status, attempt.payment.status) == ("PENDING", "PENDING")
    assert not Transfer.objects.exists()
    assert not OutboxFact.objects.exists()
    message = AcquirerMessage.objects.get(direction="IN")
    assert (message.verdict, bool(message.reason)) == ("REFUSED", True)
    assert AuditEvent.objects.filter(action="payments.notice.refused").count() == 1


def test_the_true_notice_pays_and_its_replay_changes_nothing(door, attempt):
    """F7: these acquirers' notices carry no time of their own, so a replay is a repetition: taken, no effect."""
    body = door.signed(door.fields(attempt))

    answers = [post(door, body) for _ in range(2)]

    assert [answer.content for answer in answers] == [door.taken, door.taken]
    assert PaymentAttempt.objects.get().status == "PAID"
    assert Transfer.objects.count() == 1
    assert list(AcquirerMessage.objects.order_by("pk").values_list("verdict", flat=True)) == ["ACCEPTED", "REPEATED"]


def test_a_nul_in_a_signed_field_is_refused_with_an_alarm(door, attempt):
    response = post(door, door.signed({**door.fields(attempt), "extra": "a\x00b"}))

    assert response.content != door.taken
    refused_with_alarm(response, attempt)


FORGERIES = {
    "unsigned": lambda door, fields: {**fields, "sign_type": "RSA2"},
    "empty signature": lambda door, fields: {**door.signed(fields), "sign": "", "signature": ""},
    "signed by a stranger": lambda door, fields: door.signed(fields, key=door.stranger),
    "a field altered after signing": lambda door, fields: {**door.signed(fields), "version": "1.1"},
    "a field added after signing": lambda door, fields: {**door.signed(fields), "extra": "1"},
    "the signature of another order": lambda door, fields: {
        **door.signed(fields),
        **{name: value for name, value in door.signed({**fields, "out_trade_no": "X1", "orderId": "X1"}).items()
           if name in ("sign", "signature")},
    },
    "our own key, as if reflected": lambda door, fields: door.signed(
        fields,
        key=load_pem_private_key(
            (door.own.get("app_private_key") or door.own["sign_private_key"]).encode(), None
        ),
    ),
    "our own certificate": lambda door, fields: door.signed(
        {**fields, "signPubKeyCert": door.own.get("sign_certificate", "x")},
        key=load_pem_private_key((door.own.get("app_private_key") or door.own["sign_private_key"]).encode(), None),
    ),
    "another sign_type": lambda door, fields: {**door.signed(fields), "sign_type": "RSA", "signMethod": "02"},
}  # fmt: skip


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_notice_is_refused_with_an_alarm(door, attempt, name):
    response = post(door, FORGERIES[name](door, door.fields(attempt)))

    refused_with_alarm(response, attempt)


@pytest.mark.parametrize(
    ("alipay", "unionpay"),
    [
        ({"total_amount": "79.99"}, {"txnAmt": "7999"}),
        ({"total_amount": "80.01"}, {"txnAmt": "8001"}),
        ({"total_amount": "-80.00"}, {"txnAmt": "-8000"}),
        ({"total_amount": "8e1"}, {"txnAmt": "8e3"}),
        ({"total_amount": "NaN"}, {"txnAmt": "NaN"}),
        ({"total_amount": "80"}, {"txnAmt": "80.00"}),
        ({"total_amount": "80.000"}, {"txnAmt": "８０００"}),
        ({"total_amount": "92233720368547758.08"}, {"txnAmt": str(2**63)}),
        ({"total_amount": ""}, {"txnAmt": ""}),
        ({"total_amount": "080.00"}, {"currencyCode": "840"}),
        ({"app_id": "2021000000000000"}, {"merId": "898000000000000"}),
        ({"seller_id": "2088000000000000"}, {"reqReserved": "1600000000"}),
        ({"out_trade_no": "ATT00000000000000000000"}, {"orderId": "ATT00000000000000000000"}),
        ({"out_trade_no": ""}, {"orderId": ""}),
        ({"trade_status": "WAIT_BUYER_PAY"}, {"respCode": "05"}),
        ({"trade_status": "TRADE_CLOSED"}, {"respCode": ""}),
        ({"trade_status": "PAID"}, {"txnType": "99"}),
        ({"gmt_payment": "yesterday"}, {"traceTime": "9999999999"}),
        ({"trade_no": ""}, {"queryId": ""}),
        ({"gmt_payment": "2020-01-01 00:00:00"}, {"txnTime": "x"}),
    ],
)
def test_a_well_signed_notice_with_a_wrong_field_is_refused(door, attempt, alipay, unionpay):
    """Practice 6: amount, currency, appid, numbers, state, time."""
    changes = alipay if door.code == "ALIPAY" else unionpay

    response = post(door, door.signed({**door.fields(attempt), **changes}))

    refused_with_alarm(response, attempt)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"&&&",
        b"a",
        b"\xff\xfe",
        b"sign=%FF&app_id=%FF",
        b"x=1&" * 200,
        b"[" * 20_000,
        b'{"out_trade_no": "1"}',
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>',
        b'<!DOCTYPE z [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><z>&b;</z>',
        b"p=" + b"x" * 70_000,
    ],
)
def test_a_body_that_is_no_notice_is_refused(door, attempt, body):
    refused_with_alarm(post(door, body), attempt)


@pytest.mark.parametrize("content_type", ["application/json", "text/xml", "text/plain", "multipart/form-data"])
def test_another_content_type_is_refused(door, attempt, content_type):
    body = urlencode(door.signed(door.fields(attempt))).encode()

    refused_with_alarm(post(door, body, content_type), attempt)


def test_a_field_given_twice_is_refused(door, attempt):
    fields = door.signed(door.fields(attempt))
    name = "total_amount" if door.code == "ALIPAY" else "txnAmt"
    body = urlencode([*fields.items(), (name, fields[name])]).encode()

    refused_with_alarm(post(door, body), attempt)


@pytest.mark.parametrize("number", ["13812345678", "6222020200112230", "653125199001011234"])
def test_a_strangers_field_named_like_a_personal_number_still_raises_the_alarm(door, attempt, number):
    """R25: the reason quotes the field's name, and neither the archive nor the audit may hold it in clear."""
    refused_with_alarm(post(door, f"{number}=1&{number}=2".encode()), attempt)

    assert number not in AcquirerMessage.objects.get().reason
    assert number not in str(AuditEvent.objects.get(action="payments.notice.refused").detail)


def test_a_notice_for_another_merchants_attempt_is_refused(door, attempt):
    """Merchant B's money never pays merchant A's bill, however well it is signed."""
    other = AttemptFactory(sub_merchant__acquirer_code=door.code)
    fields = door.fields(attempt)
    name = "seller_id" if door.code == "ALIPAY" else "reqReserved"

    refused_with_alarm(post(door, door.signed({**fields, name: other.sub_merchant.sub_mchid})), attempt)


@pytest.mark.parametrize("changes", [{}, {"amount": 1}])
def test_a_refund_notice_of_nobodys_refund_or_another_amount_is_refused(door, attempt, changes):
    """F8, F10: well signed, but the number is nobody's, or the amount is not that of the refund."""
    assert post(door, door.signed(door.fields(attempt))).status_code == 200
    number = "REFNOBODYASKED01"
    if changes:
        request_refund(
            payment_no=attempt.payment.payment_no, refund_no=number, amount_fen=3_000, reason="x", actor=CASHIER,
            at=moment() + timedelta(seconds=1),
        )  # fmt: skip
    fields = door.fields(attempt)
    if door.code == "ALIPAY":
        wrong = {"out_trade_no": "ATTOTHER0000000001"} if changes else {}
        fields |= {"gmt_refund": fields["gmt_payment"], "refund_fee": "30.00", "out_biz_no": number, **wrong}
    else:
        fields |= {"txnType": "04", "orderId": number, "origOrderId": attempt.attempt_no, "txnAmt": "3001"}

    response = post(door, door.signed(fields))

    assert response.status_code == 401
    assert not Refund.objects.filter(status="SUCCEEDED").exists()
    assert Transfer.objects.count() == 1
    assert AuditEvent.objects.filter(action="payments.notice.refused").count() == 1
