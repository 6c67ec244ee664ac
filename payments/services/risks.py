"""Screening of orders by rules that are data; hits are never shown to the merchant (R20)."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from payments.models import Payment, PaymentContext, RiskHit, RiskReview, RiskRule
from payments.rules.risk import Facts, Rule, hardest, strikes
from payments.selectors.risks import figures_for
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import BUSINESS_ZONE, business_date
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.recall import recall
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition


class RiskRefused(Refusal):
    """A rule refuses the order; the sentence tells nothing of the rule."""

    message = _("这笔暂时不能收，请稍后再试或联系平台客服")


class UnderReview(Refusal):
    """Somebody looks at the order first; the sentence tells nothing of the rule (R20)."""

    message = _("这笔收款正在核对，请稍等几分钟再试，或联系平台客服")


def refuse_held(*, payment_no: str) -> None:
    """Refuse to open a payment that waits for a person, or that a person refused; raises UnderReview."""
    if RiskReview.objects.filter(subject=payment_no, status__in=("OPEN", "REFUSED")).exists():
        raise UnderReview


def screen_payment(*, payment: Payment, context: PaymentContext, at: datetime) -> str:
    """Screen a payment before it is offered; writes hits, opens a review, returns the hardest action.

    REVIEW and HOLD keep the payment from being opened until a person passes it (`refuse_held`).
    Raises:
        RiskRefused: a live rule refuses it (the caller's transaction is undone with it).
    """
    rules = rules_on(day=business_date(at))
    if not rules:
        return "PASS"
    facts = facts_of(payment=payment, context=context, rules=[rule for _pk, _live, rule in rules], at=at)
    found = [(pk, live, rule, figures) for pk, live, rule in rules if (figures := strikes(rule, facts)) is not None]
    action = hardest([rule.action for _pk, live, rule, _figures in found if live])
    if action == "REFUSE":
        raise RiskRefused
    RiskHit.objects.bulk_create(
        RiskHit(
            rule_id=pk,
            merchant=payment.merchant,
            subject=payment.payment_no,
            action=rule.action if live else "PASS",
            figures=figures,
            at=at,
        )
        for pk, live, rule, figures in found
    )
    if action in ("REVIEW", "HOLD"):
        codes = ",".join(rule.code for _pk, live, rule, _figures in found if live)
        open_review(merchant_id=payment.merchant_id, subject=payment.payment_no, reason=codes, at=at)
    return action


def facts_of(*, payment: Payment, context: PaymentContext, rules: list[Rule], at: datetime) -> Facts:
    """Gather what the rules ask about an order as it stood at a moment."""
    since = payment.merchant.onboarded_at or payment.merchant.created_at
    return Facts(
        amount_fen=payment.amount_fen,
        hour=at.astimezone(BUSINESS_ZONE).hour,
        merchant_age_days=(at - since).days,
        figures=figures_for(payment, context, at, rules),
    )


def open_review(*, merchant_id: int | None, subject: str, reason: str, at: datetime) -> RiskReview:
    """Put an order before a person, once."""
    review, _is_new = RiskReview.objects.get_or_create(
        subject=subject,
        status="OPEN",
        defaults={
            "review_no": new_no("RSK"),
            "merchant_id": merchant_id,
            "reason": reason[:255],
            "opened_at": at,
        },
    )
    return review


@transaction.atomic
def decide_review(*, review: RiskReview, passed: bool, actor: Actor, at: datetime, reason: str) -> RiskReview:
    """Pass or refuse what waited; the decision is audited. A refused payment's time is over."""
    transition(
        review,
        "PASSED" if passed else "REFUSED",
        actor=actor,
        at=at,
        reason=reason,
        decided_at=at,
        decided_by=f"{actor.kind}:{actor.ref}"[:80],
    )
    if not passed:
        Payment.objects.filter(payment_no=review.subject, expires_at__gt=at, paid_at=None).update(expires_at=at)
    record(actor=actor, action="payments.risk.decide", subject=review.review_no, at=at, detail={"passed": passed})
    return review


def rules_on(*, day: date, scope: str = "PAYMENT") -> list[tuple[int, bool, Rule]]:
    """Return the rules in force on a day for payments or transfers (pk, live, rule), read once a minute."""

    def read() -> list[tuple[int, bool, Rule]]:
        rows = RiskRule.objects.filter(
            Q(valid_until__isnull=True) | Q(valid_until__gt=day), valid_from__lte=day, scope=scope
        )
        return [(row.pk, row.is_live, Rule(row.code, row.measure, row.params, row.action)) for row in rows]

    return recall(f"payments.risk_rules.{scope}.{day.isoformat()}", read, for_s=60)
