"""Alipay and UnionPay against the sandbox: one Protocol, three languages."""

import time
from dataclasses import replace
from datetime import timedelta

import pytest

from payments.gateways import gateway_of
from payments.gateways.alipay_client import signed_part
from payments.gateways.protocol import Order, Payee, RefundOrder
from silk_road_ebao.kernel.ids import new_no
from tests.payments.factories import moment

pytestmark = pytest.mark.django_db
BARCODES = {
    "ALIPAY": ("2800000000000000", "2800000000000064"),
    "UNIONPAY": ("6200000000000000011", "6200000000000000064"),
}


@pytest.fixture(params=["ALIPAY", "UNIONPAY"])
def gateway(request, sandbox):
    return gateway_of(request.param)


@pytest.fixture
def order(sandbox, gateway):
    theirs = sandbox.sub_merchant(gateway.acquirer_code.lower(), "库尔勒市某店")
    return Order(
        attempt_no=new_no("ATT"),
        payee=Payee(theirs["sub_mchid"], theirs.get("app_auth_token", ""), "库尔勒市某店"),
        flow="NATIVE",
        amount_fen=8_001,
        description="番茄 & 黄瓜 50%",
        created_at=moment(),
        expires_at=moment() + timedelta(minutes=5),
    )


def test_a_code_waits_is_paid_and_gives_evidence(gateway, order, sandbox):
    created = gateway.create(order)
    waiting = gateway.query(order)
    paid = sandbox.pay(qr_code=created.code_url, payer={"funding": "credit"})

    answer = gateway.query(order)

    evidence = answer.evidence
    assert created.state == "PENDING"
    assert created.code_url.startswith("https://qr.")
    assert waiting.state in ("PENDING", "NOT_FOUND")
    assert answer.state == "PAID"
    assert (evidence.attempt_no, evidence.amount_fen, evidence.currency) == (order.attempt_no, 8_001, "CNY")
    assert evidence.acquirer_trade_no == paid["trade_no"]
    assert evidence.sub_mchid == order.payee.sub_mchid
    assert set(evidence.sp_ids) <= set(gateway.sp_ids())
    assert evidence.funding == "CREDIT"
    assert abs((evidence.paid_at - moment()).total_seconds()) < 30


@pytest.mark.parametrize(
    "kind", ["http_500", "http_429", "drop", "drop_after", "unsigned_response", "bad_response_signature"]
)
def test_doubt_is_unknown_never_failed(gateway, order, sandbox, kind):
    """Practice 3."""
    sandbox.fault(kind, acquirer=gateway.acquirer_code.lower(), endpoint="create", out_trade_no=order.attempt_no)

    answer = gateway.create(order)

    assert answer.state == "UNKNOWN"
    assert answer.is_line_fault


def test_a_clear_refusal_is_failed(gateway, order, sandbox):
    sandbox.fault(
        "refuse",
        acquirer=gateway.acquirer_code.lower(),
        endpoint="create",
        out_trade_no=order.attempt_no,
        code="33" if gateway.acquirer_code == "UNIONPAY" else "ACQ.INVALID_PARAMETER",
        message="交易金额超限",
    )

    answer = gateway.create(order)

    assert answer.state == "FAILED"
    assert not answer.is_line_fault


def test_a_partial_refund_ends_succeeded_under_one_number(gateway, order, sandbox):
    created = gateway.create(order)
    paid = sandbox.pay(qr_code=created.code_url)
    sold = replace(order, acquirer_trade_no=paid["trade_no"])
    refund = RefundOrder(new_no("REF"), sold, 3_000, "不新鲜", moment())

    first = gateway.refund(refund)
    again = gateway.refund(refund)
    time.sleep(0.3)
    done = gateway.query_refund(refund)

    assert first.state in ("PENDING", "SUCCEEDED")
    assert again.state in ("UNKNOWN", "SUCCEEDED")
    assert done.state == "SUCCEEDED"
    assert done.refund_evidence.amount_fen == 3_000
    assert gateway.query_refund(replace(refund, refund_no=new_no("REF"))).state == "NOT_FOUND"


def test_a_payers_code_is_taken_and_one_that_waits_is_reversed(gateway, order, sandbox):
    paying, waiting = BARCODES[gateway.acquirer_code]
    taken = replace(order, flow="BARCODE", payer_ref=paying)
    pending = replace(order, attempt_no=new_no("ATT"), flow="BARCODE", payer_ref=waiting)

    gateway.create(taken)
    assert gateway.query(taken).state == "PAID"
    assert gateway.create(pending).state == "PENDING"
    assert gateway.reverse(pending).state == "CLOSED"
    assert gateway.query(pending).state == "CLOSED"


def test_the_signed_part_is_found_whatever_stands_in_its_strings():
    raw = b'{"alipay_trade_query_response":{"a":"}{","b":"\\"}","c":{"d":1}},"sign":"x"}'

    assert signed_part(raw, "alipay_trade_query_response") == b'{"a":"}{","b":"\\"}","c":{"d":1}}'
    assert signed_part(raw, "other_response") is None
    assert signed_part(raw[:40], "alipay_trade_query_response") is None
