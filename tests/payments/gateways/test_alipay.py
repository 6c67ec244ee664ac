"""The Alipay gateway against the sandbox."""

from datetime import timedelta

import pytest

from payments.gateways import gateway_of
from payments.gateways.protocol import Order, Payee, RefundOrder
from silk_road_ebao.kernel.ids import new_no
from tests.payments.factories import moment

pytestmark = pytest.mark.django_db


def test_a_refund_notice_is_read_though_its_time_has_milliseconds(sandbox):
    gateway = gateway_of("ALIPAY")
    theirs = sandbox.sub_merchant("alipay", "库尔勒市某店")
    order = Order(
        attempt_no=new_no("ATT"),
        payee=Payee(theirs["sub_mchid"], theirs["app_auth_token"]),
        flow="NATIVE",
        amount_fen=8_000,
        description="番茄",
        created_at=moment(),
        expires_at=moment() + timedelta(minutes=5),
    )
    created = gateway.create(order)
    sandbox.pay(qr_code=created.code_url)
    refund = RefundOrder(new_no("REF"), order, 8_000, "不新鲜", moment())

    gateway.refund(refund)

    told = [
        row for row in sandbox.control("GET", f"notices?out_trade_no={order.attempt_no}") if row["kind"] == "refund"
    ]
    form = told[0]["payload"] | {"notify_id": told[0]["id"], "app_id": gateway.client.app_id}
    notice = gateway._notice(form)
    assert form["gmt_refund"][19] == "."
    assert form["trade_status"] == "TRADE_CLOSED"
    assert (notice.kind, notice.refund_evidence.refund_no) == ("REFUND", refund.refund_no)
