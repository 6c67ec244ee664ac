"""Six elements on every payment, and flows that follow the scene."""

from datetime import date

import pytest

from payments.models import PaymentContext, SceneDefinition
from payments.selectors.scenes import scene_report
from payments.services.payments import create_payment
from payments.services.scenes import UnknownElement, offer_flows
from tests.payments.factories import CASHIER, MerchantFactory, PaymentFactory, StallFactory, moment

pytestmark = pytest.mark.django_db


def _scene(code, flows, **elements):
    return SceneDefinition.objects.create(code=code, name=code, flows=flows, valid_from=date(2020, 1, 1), **elements)


def test_every_payment_carries_its_six_elements():
    stall = StallFactory()

    payment = create_payment(
        merchant=stall.merchant,
        stall=stall,
        amount_fen=8_000,
        description="番茄",
        channel="STATIC_CODE",
        actor=CASHIER,
        at=moment(),
        context={"relationship": "REGULAR"},
    )

    context = PaymentContext.objects.get(payment=payment)
    assert (context.environment, context.motive, context.relationship) == ("MARKET", "DAILY", "REGULAR")
    assert (context.instrument, context.amount_band) == ("STALL_CODE", "SMALL")
    assert context.declared == ["relationship"]


def test_an_element_nobody_knows_is_refused():
    with pytest.raises(UnknownElement):
        create_payment(
            merchant=MerchantFactory(),
            stall=None,
            amount_fen=1,
            description="x",
            channel="STORE",
            actor=CASHIER,
            at=moment(),
            context={"motive": "GAMBLING"},
        )


def test_the_recommended_flow_changes_with_the_scene():
    """M4: the scene that names most elements decides."""
    _scene("any", ["WECHAT:NATIVE", "ALIPAY:NATIVE"])
    _scene("stock", ["UNIONPAY:NATIVE", "ALIPAY:NATIVE"], amount_band="LARGE")
    flows = [("WECHAT:NATIVE", True), ("ALIPAY:NATIVE", True), ("UNIONPAY:NATIVE", True)]

    small = offer_flows(payment=PaymentFactory(amount_fen=1_000), flows=flows, at=moment())
    large = offer_flows(payment=PaymentFactory(amount_fen=9_000_000), flows=flows, at=moment())

    assert small[0].flow == "WECHAT:NATIVE"
    assert large[0].flow == "UNIONPAY:NATIVE"
    assert "SCENE_PREFERS" in large[0].reasons


def test_a_line_that_is_down_stands_last_with_its_reason():
    _scene("any", ["WECHAT:NATIVE"])

    offers = offer_flows(
        payment=PaymentFactory(), flows=[("WECHAT:NATIVE", False), ("ALIPAY:NATIVE", True)], at=moment()
    )

    assert [(offer.flow, offer.is_feasible) for offer in offers] == [("ALIPAY:NATIVE", True), ("WECHAT:NATIVE", False)]
    assert "LINE_DOWN" in offers[1].reasons


def test_the_report_counts_asked_and_paid():
    for _ in range(3):
        PaymentFactory()

    today = date.today()
    rows = scene_report(date(today.year - 1, 1, 1), date(today.year + 1, 1, 1))

    assert sum(row["asked"] for row in rows) == 3
    assert sum(row["paid"] for row in rows) == 0
