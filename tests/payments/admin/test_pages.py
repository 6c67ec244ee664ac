"""The console's pages of payments: they open, act through services, and need a second person where money moves."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from payments.models import Refund, RiskFeed, RiskHit, RiskReview, RiskRule, StallCode
from payments.services.refund_approvals import RefundReasonMissing, ask_refund
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import SamePerson, approve
from silk_road_ebao.kernel.ids import new_no
from tests.console.conftest import sit_down  # noqa: F401
from tests.payments.factories import AttemptFactory, StallCodeFactory, moment

pytestmark = pytest.mark.django_db
PAGES = (
    "payment", "paymentattempt", "refund", "submerchant", "stallcode", "acquirermessage", "acquirerline",
    "profitsharing", "sharingreceiver", "riskrule", "riskhit", "riskreview", "riskfeed", "screenedtransfer",
    "creditreceipt", "scenedefinition",
)  # fmt: skip
FIRST, SECOND = Actor("OPERATOR", "1", "甲"), Actor("OPERATOR", "2", "乙")


def _paid():
    attempt = AttemptFactory(acquirer_trade_no=new_no("ATT"))
    payment, at = attempt.payment, moment()
    type(attempt).objects.filter(pk=attempt.pk).update(status="PAID", paid_at=at, business_date=at.date())
    type(payment).objects.filter(pk=payment.pk).update(
        status="PAID", paid_at=at, business_date=at.date(), paid_attempt=attempt
    )
    payment.refresh_from_db()
    return payment


def test_every_page_and_the_report_open_for_the_risk_desk(sit_down):  # noqa: F811
    client = sit_down("RISK")
    payment = _paid()
    rule = RiskRule.objects.filter(scope="PAYMENT").first()

    addresses = [reverse(f"admin:payments_{name}_changelist") for name in PAGES]
    addresses += [
        reverse("admin:payments_payment_change", args=[payment.pk]),
        reverse("admin:payments_riskrule_trial", args=[rule.pk]),
        reverse("admin:payments_scene_report"),
    ]
    answers = {address: client.get(address).status_code for address in addresses}

    assert set(answers.values()) == {200}, answers


def test_hits_and_reviews_are_hidden_from_operators_without_the_role(sit_down):  # noqa: F811
    client = sit_down("MAKER")

    answers = [
        client.get(reverse(f"admin:payments_{name}_changelist")).status_code for name in ("riskhit", "riskreview")
    ]

    assert answers == [403, 403]


def test_the_risk_desk_passes_what_waits_with_a_reason(sit_down):  # noqa: F811
    client = sit_down("RISK")
    review = RiskReview.objects.create(
        status="OPEN", review_no=new_no("RSK"), subject="PAYX", reason="amount", opened_at=moment()
    )

    client.post(reverse("admin:payments_riskreview_press", args=[review.pk, "pass"]), {"reason": "电话核实"})

    review.refresh_from_db()
    assert (review.status, review.decided_by) == ("PASSED", f"OPERATOR:{client.operator.operator_no}")


def test_a_code_is_revoked_from_the_console(sit_down):  # noqa: F811
    client, code = sit_down("RISK"), StallCodeFactory()

    client.post(reverse("admin:payments_stallcode_press", args=[code.pk, "revoke"]), {"reason": "被人贴换"})

    assert StallCode.objects.get(pk=code.pk).status == "REVOKED"


def test_an_operators_refund_needs_a_reason_and_a_second_person():
    payment = _paid()
    with pytest.raises(RefundReasonMissing):
        ask_refund(payment=payment, reason=" ", actor=FIRST, at=moment())
    approval = ask_refund(payment=payment, reason="商户倒闭", actor=FIRST, at=moment())

    with pytest.raises(SamePerson):
        approve(approval_no=approval.approval_no, checker=FIRST, at=moment())

    assert not Refund.objects.exists()
    approve(approval_no=approval.approval_no, checker=SECOND, at=moment())
    assert Refund.objects.get().amount_fen == payment.amount_fen


def test_no_merchant_page_shows_a_hit_or_a_complaint():
    """R20: the addresses of merchants' pages name nothing of risk, and their templates neither."""
    from pathlib import Path

    cache.clear()
    words = ("RiskHit", "risk_hit", "riskhit", "风险", "命中", "可疑", "反洗钱")
    for template in Path("templates/payments").rglob("*.html"):
        assert not any(word in template.read_text() for word in words), template
    assert not RiskHit.objects.exists()
    assert not RiskFeed.objects.exists()
