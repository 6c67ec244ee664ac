"""The WeChat gateway against the sandbox."""

import time
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest
from django.db import transaction

from payments.gateways import gateway_of
from payments.gateways.line import CallInsideTransactionError
from payments.gateways.protocol import Answer, Order, Payee, RefundOrder
from silk_road_ebao.kernel.ids import new_no
from tests.payments.factories import moment

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(sandbox):
    theirs = sandbox.sub_merchant("wechat", "库尔勒市某店")
    return Order(
        attempt_no=new_no("ATT"),
        payee=Payee(theirs["sub_mchid"]),
        flow="NATIVE",
        amount_fen=8_000,
        description="番茄",
        created_at=moment(),
        expires_at=moment() + timedelta(minutes=5),
    )


@pytest.fixture
def gateway(sandbox):
    return gateway_of("WECHAT")


def test_a_native_order_gives_a_code_and_waits(gateway, order):
    answer = gateway.create(order)

    assert answer.state == "PENDING"
    assert answer.code_url.startswith("weixin://wxpay/bizpayurl")
    assert gateway.query(order).state == "PENDING"


@pytest.mark.parametrize("words", ["𠮷祥果蔬🍅", "🍅🍐"])
def test_a_stall_named_with_emoji_or_rare_characters_can_still_be_paid(gateway, order, words):
    answer = gateway.create(replace(order, description=words))

    assert answer.state == "PENDING"
    assert answer.code_url.startswith("weixin://wxpay/bizpayurl")


def test_a_paid_order_is_evidence_with_every_cross_check(gateway, order, sandbox):
    gateway.create(order)
    sandbox.pay(out_trade_no=order.attempt_no, payer={"funding": "credit"})

    answer = gateway.query(order)

    evidence = answer.evidence
    assert answer.state == "PAID"
    assert (evidence.attempt_no, evidence.amount_fen, evidence.currency) == (order.attempt_no, 8_000, "CNY")
    assert evidence.sub_mchid == order.payee.sub_mchid
    assert evidence.sp_ids == gateway.sp_ids()
    assert evidence.funding == "CREDIT"


def test_a_number_nobody_knows_is_not_found_and_closing_it_says_nothing(gateway, order):
    assert gateway.query(order).state == "NOT_FOUND"
    assert gateway.close(order).state == "CLOSED"
    assert gateway.query(order).state == "NOT_FOUND"


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("http_500", {}),
        ("http_429", {}),
        ("drop", {}),
        ("drop_after", {}),
        ("unsigned_response", {}),
        ("bad_response_signature", {}),
    ],
)
def test_doubt_is_unknown_never_failed(gateway, order, sandbox, kind, spec):
    """Practice 3: time-out, 5xx, 429 and a failed response signature are UNKNOWN."""
    sandbox.fault(kind, acquirer="wechat", endpoint="create", out_trade_no=order.attempt_no, **spec)

    answer = gateway.create(order)

    assert answer.state == "UNKNOWN"
    assert answer.is_line_fault


def test_a_clear_refusal_is_failed_with_its_reason(gateway, order, sandbox):
    stranger = Order(
        attempt_no=order.attempt_no,
        payee=Payee("1699999999"),
        flow="NATIVE",
        amount_fen=1,
        description="x",
        created_at=order.created_at,
        expires_at=order.expires_at,
    )

    answer = gateway.create(stranger)

    assert (answer.state, answer.code) == ("FAILED", "NO_AUTH")
    assert not answer.is_line_fault


def test_no_call_runs_inside_a_transaction(gateway, order):
    """Remote calls stand between transactions."""
    with transaction.atomic(), pytest.raises(CallInsideTransactionError):
        gateway.create(order)


def test_a_refund_is_sent_once_under_its_number(gateway, order, sandbox):
    gateway.create(order)
    sandbox.pay(out_trade_no=order.attempt_no)
    refund = RefundOrder(new_no("REF"), order, 3_000, "不新鲜", moment())

    first, again = gateway.refund(refund), gateway.refund(refund)

    assert first.acquirer_no == again.acquirer_no
    time.sleep(0.3)
    settled = gateway.query_refund(refund).refund_evidence
    assert (settled.state, settled.amount_fen) == ("SUCCEEDED", 3_000)


def test_a_jsapi_order_gives_signed_parameters_for_the_wallet(gateway, order):
    from dataclasses import replace

    answer = gateway.create(replace(order, flow="JSAPI", payer_ref="oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"))

    assert answer.prepay["package"].startswith("prepay_id=")
    assert answer.prepay["signType"] == "RSA"
    assert answer.prepay["paySign"]


def test_a_barcode_is_paid_at_once_and_one_that_waits_can_be_reversed(gateway, order):
    from dataclasses import replace

    paid = gateway.create(replace(order, flow="BARCODE", payer_ref="130000000000000011"))
    waiting_order = replace(order, attempt_no=new_no("ATT"), flow="BARCODE", payer_ref="130000000000000064")
    waiting = gateway.create(waiting_order)
    reversed_ = gateway.reverse(waiting_order)

    assert paid.state == "PAID"
    assert waiting.state == "PENDING"
    assert reversed_.state == "CLOSED"
    assert gateway.query(waiting_order).state == "CLOSED"


def test_the_archive_sees_no_secret(gateway, order):
    from dataclasses import replace

    answer = gateway.create(replace(order, flow="BARCODE", payer_ref="130000000000000011"))

    kept = str(MappingProxyType(answer.exchanges[0].shown))
    assert "130000000000000011" not in kept
    assert "'***'" in kept


def test_the_settlement_account_is_asked_for_with_its_last_four_digits(gateway, sandbox):
    detail = {"sub_mchid": sandbox.sub_merchant("wechat", "库尔勒市某店")["sub_mchid"]}

    answer = gateway._with_account(Answer("FINISHED"), detail)

    assert answer.state == "FINISHED"
    assert detail["account_tail"].endswith("*0000")
