"""The console's pages of payments: they open, act through services, and need a second person where money moves."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from payments.gateways.protocol import Exchange
from payments.models import AcquirerLine, Refund, RiskFeed, RiskHit, RiskReview, RiskRule, StallCode
from payments.services.acquirer_lines import enter_line, note_line
from payments.services.acquirer_messages import archive_exchanges
from payments.services.refund_approvals import RefundReasonMissing, ask_refund
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import SamePerson, approve
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.models import Approval, AuditEvent
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


def test_a_part_is_refunded_from_the_console_under_four_eyes(sit_down):  # noqa: F811
    """The amount field: a slip in it refuses, a part waits for the second person, empty means all that is left."""
    client, payment = sit_down("MAKER"), _paid()
    address = reverse("admin:payments_payment_press", args=[payment.pk, "refund"])

    page = client.get(reverse("admin:payments_payment_change", args=[payment.pk])).content.decode()
    client.post(address, {"reason": "少称半斤", "amount": "1.234"})
    client.post(address, {"reason": "少称半斤", "amount": "80.01"})
    assert not Approval.objects.exists()
    client.post(address, {"reason": "少称半斤", "amount": "12.34"})

    approval = Approval.objects.get()
    assert 'name="amount"' in page
    assert (approval.diff["amount_fen"], Refund.objects.count()) == (1_234, 0)
    approve(approval_no=approval.approval_no, checker=SECOND, at=moment())
    assert Refund.objects.get().amount_fen == 1_234


def test_a_breaker_shows_since_when_and_why_and_is_reset_with_a_reason(sit_down):  # noqa: F811
    """F13: state, since when, last errors; the reset is audited."""
    client, began = sit_down("RISK"), moment()
    for n in range(5):
        note_line(acquirer_code="WECHAT", is_fault=True, error="ReadTimeout", at=began + timedelta(seconds=n))
    said = Exchange("create", "ATT1", 502, 8_001, {})
    archive_exchanges(acquirer_code="WECHAT", exchanges=[said], verdict="UNCERTAIN", at=began)
    page = client.get(reverse("admin:payments_acquirerline_change", args=["WECHAT"])).content.decode()
    press = reverse("admin:payments_acquirerline_press", args=["WECHAT", "reset"])

    client.post(press, {"reason": ""})
    line = AcquirerLine.objects.get()
    assert (line.failures, line.faulty_since) == (5, began)
    client.post(press, {"reason": "微信客服说已恢复"})

    line.refresh_from_db()
    assert "断开" in page
    assert "ATT1 HTTP 502" in page
    assert (line.failures, line.faulty_since, line.open_until) == (0, None, None)
    assert AuditEvent.objects.get(action="payments.line.reset").detail["reason"] == "微信客服说已恢复"
    enter_line(acquirer_code="WECHAT", at=moment())


def test_large_and_suspicious_trades_are_flagged_exported_with_an_audit_and_hidden_from_others(sit_down):  # noqa: F811
    """R20: a company at 2,000,000 yuan a day, anybody else at 500,000; one fen less is not large."""
    client, day = sit_down("RISK"), moment().astimezone(BUSINESS_ZONE).date()
    sums = {"COMPANY": (200_000_000, 199_999_999), "INDIVIDUAL": (50_000_000, 49_999_999)}
    for kind, amounts in sums.items():
        for amount_fen in amounts:
            AttemptFactory(
                payment__merchant__kind=kind, payment__merchant__legal_name=f"={kind}{amount_fen}", status="PAID",
                payment__amount_fen=amount_fen, paid_at=moment(), business_date=day, acquirer_trade_no=new_no("ATT"),
            )  # fmt: skip
    struck = AttemptFactory(payment__merchant__legal_name="刷单商行").payment
    rule = RiskRule.objects.filter(code="refund-cycle").get()
    RiskHit.objects.create(rule=rule, merchant=struck.merchant, subject=struck.payment_no, action="HOLD", at=moment())
    watched = RiskRule.objects.filter(code="velocity").get()
    quiet = AttemptFactory(payment__merchant__legal_name="只看商行").payment
    RiskHit.objects.create(rule=watched, merchant=quiet.merchant, subject=quiet.payment_no, action="PASS", at=moment())

    page = client.get(reverse("admin:payments_risk_flags"), {"day": day.isoformat()}).content.decode()
    file = client.get(reverse("admin:payments_risk_flags"), {"day": day.isoformat(), "format": "csv"})

    rows = file.content.decode().splitlines()
    assert [name in page for name in ("COMPANY200000000", "INDIVIDUAL50000000", "刷单商行")] == [True] * 3
    assert [name in page for name in ("199999999", "49999999", "只看商行")] == [False] * 3
    assert len(rows) == 4
    assert "'=COMPANY200000000" in rows[1]
    assert AuditEvent.objects.get(action="payments.risk.flags_exported").detail == {"rows": 3}
    assert sit_down("MAKER").get(reverse("admin:payments_risk_flags")).status_code == 404
