"""Reads for risk: what a window of time holds."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour

from accounts.models import SettlementAccount
from payments.models import Payment, PaymentContext, Refund, RiskHit, RiskReview
from payments.rules import states
from payments.rules.risk import Rule
from silk_road_ebao.kernel.clock import BUSINESS_ZONE

LEAST_PEERS = 20


def figures_for(payment: Payment, context: PaymentContext, at: datetime, rules: Iterable[Rule]) -> dict[str, int]:
    """Measure what the rules in force ask about an order, by the rule's code; only what is asked is read."""
    readers = {
        "VELOCITY": _velocity,
        "DEVICE": _device,
        "SPLIT_AMOUNT": _split_amount,
        "REFUND_CYCLE": _refund_cycle,
        "ACCOUNT_CHANGE": _account_change,
        "STATIC_MISUSE": _static_misuse,
    }
    found = {}
    for rule in rules:
        if rule.measure in readers and payment.amount_fen > int(rule.params.get("least_fen", 0)):
            found[rule.code] = readers[rule.measure](payment, context, at, rule)
        elif rule.measure == "NIGHT" and rule.params.get("peers_bps"):
            found[rule.code] = _against_peers(payment, at, rule)
    return found


def _against_peers(payment: Payment, at: datetime, rule: Rule) -> int:
    """Return a night order as parts of ten thousand of what other stalls of its market take at night; 0 unknown.

    Fewer than twenty orders of others in thirty days say nothing.
    """
    first, last = int(rule.params.get("from_hour", 0)), int(rule.params.get("to_hour", 5))
    if payment.stall is None or not first <= at.astimezone(BUSINESS_ZONE).hour < last:
        return 0
    peers = (
        Payment.objects.filter(
            stall__market_id=payment.stall.market_id,
            status__in=states.PAID_EVER,
            created_at__gt=at - timedelta(days=30),
            created_at__lte=at,
        )
        .exclude(merchant_id=payment.merchant_id)
        .annotate(hour=ExtractHour("created_at", tzinfo=BUSINESS_ZONE))
        .filter(hour__gte=first, hour__lt=last)
        .aggregate(count=Count("pk"), mean=Avg("amount_fen"))
    )
    return int(payment.amount_fen * 10_000 // peers["mean"]) if peers["count"] >= LEAST_PEERS else 0


def _window(rule: Rule) -> timedelta:
    return timedelta(minutes=int(rule.params.get("minutes", 60)))


def _recent(payment: Payment, at: datetime, rule: Rule) -> QuerySet[Payment]:
    return Payment.objects.filter(
        merchant_id=payment.merchant_id, created_at__gt=at - _window(rule), created_at__lte=at
    )


def _velocity(payment: Payment, context: PaymentContext, at: datetime, rule: Rule) -> int:
    return _recent(payment, at, rule).count()


def _device(payment: Payment, context: PaymentContext, at: datetime, rule: Rule) -> int:
    if context.device_token is None:
        return 0
    return PaymentContext.objects.filter(
        device_token=context.device_token, payment__created_at__gt=at - _window(rule), payment__created_at__lte=at
    ).count()


def _split_amount(payment: Payment, context: PaymentContext, at: datetime, rule: Rule) -> int:
    """Count equal amounts at one merchant: one amount split into many."""
    return _recent(payment, at, rule).filter(amount_fen=payment.amount_fen).count()


def _refund_cycle(payment: Payment, context: PaymentContext, at: datetime, rule: Rule) -> int:
    """Return refunds as parts of ten thousand of what was paid in the window; few refunds are slips of the hand."""
    paid = _recent(payment, at, rule).filter(status__in=states.PAID_EVER).aggregate(n=Sum("amount_fen"))["n"] or 0
    back = Refund.objects.filter(
        payment__merchant_id=payment.merchant_id, requested_at__gt=at - _window(rule), requested_at__lte=at
    ).aggregate(fen=Sum("amount_fen"), count=Count("pk"))
    if not paid or back["count"] < int(rule.params.get("least_refunds", 1)):
        return 0
    return int(back["fen"] * 10_000 // paid)


def _account_change(payment: Payment, context: PaymentContext, at: datetime, rule: Rule) -> int:
    """Count settlement accounts added within the window beside an older one: the first is no change."""
    begin = at - _window(rule)
    accounts = SettlementAccount.objects.filter(owner_merchant_id=payment.merchant_id)
    if not accounts.filter(added_at__lte=begin).exists():
        return 0
    return accounts.filter(added_at__gt=begin, added_at__lte=at).count()


def _static_misuse(payment: Payment, context: PaymentContext, at: datetime, rule: Rule) -> int:
    """Count large payments by static code within the window (a code used from afar)."""
    return _recent(payment, at, rule).filter(channel="STATIC_CODE", amount_fen__gte=40_000).count()


def open_reviews() -> QuerySet[RiskReview]:
    """List what waits for a person, oldest first."""
    return RiskReview.objects.filter(status="OPEN").select_related("merchant").order_by("opened_at")


def hits_since(at: datetime) -> list[dict[str, Any]]:
    """Count hits per rule since a moment, for the console."""
    rows = (
        RiskHit.objects.filter(at__gte=at)
        .values("rule__code", "action")
        .annotate(count=Count("pk"), live=Count("pk", filter=~Q(action="PASS")))
        .order_by("rule__code")
    )
    return [dict(row) for row in rows]
