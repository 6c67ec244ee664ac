"""Reads for risk: what a window of time holds."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from accounts.models import SettlementAccount
from payments.models import Payment, PaymentContext, Refund, RiskHit, RiskReview
from payments.rules import states


def figures_for(
    payment: Payment, context: PaymentContext, at: datetime, wanted: dict[str, dict[str, Any]]
) -> dict[str, int]:
    """Measure what the rules in force ask about an order; only what is asked is read."""
    readers = {
        "VELOCITY": _velocity,
        "DEVICE": _device,
        "SPLIT_AMOUNT": _split_amount,
        "REFUND_CYCLE": _refund_cycle,
        "ACCOUNT_CHANGE": _account_change,
        "STATIC_MISUSE": _static_misuse,
    }
    return {
        measure: readers[measure](payment, context, at, timedelta(minutes=int(params.get("minutes", 60))))
        for measure, params in wanted.items()
        if measure in readers
    }


def _recent(payment: Payment, at: datetime, window: timedelta) -> QuerySet[Payment]:
    return Payment.objects.filter(merchant_id=payment.merchant_id, created_at__gt=at - window, created_at__lte=at)


def _velocity(payment: Payment, context: PaymentContext, at: datetime, window: timedelta) -> int:
    return _recent(payment, at, window).count()


def _device(payment: Payment, context: PaymentContext, at: datetime, window: timedelta) -> int:
    if context.device_token is None:
        return 0
    return PaymentContext.objects.filter(
        device_token=context.device_token, payment__created_at__gt=at - window, payment__created_at__lte=at
    ).count()


def _split_amount(payment: Payment, context: PaymentContext, at: datetime, window: timedelta) -> int:
    """Count equal amounts at one merchant: one amount split into many."""
    return _recent(payment, at, window).filter(amount_fen=payment.amount_fen).count()


def _refund_cycle(payment: Payment, context: PaymentContext, at: datetime, window: timedelta) -> int:
    """Return refunds as parts of ten thousand of what was paid in the window."""
    paid = _recent(payment, at, window).filter(status__in=states.PAID_EVER).aggregate(n=Sum("amount_fen"))["n"] or 0
    back = (
        Refund.objects.filter(payment__merchant_id=payment.merchant_id, requested_at__gt=at - window).aggregate(
            n=Sum("amount_fen")
        )["n"]
        or 0
    )
    return back * 10_000 // paid if paid else 0


def _account_change(payment: Payment, context: PaymentContext, at: datetime, window: timedelta) -> int:
    """Count settlement accounts of the merchant that were added within the window."""
    return SettlementAccount.objects.filter(owner_merchant_id=payment.merchant_id, added_at__gt=at - window).count()


def _static_misuse(payment: Payment, context: PaymentContext, at: datetime, window: timedelta) -> int:
    """Count large payments by static code within the window (a code used from afar)."""
    return _recent(payment, at, window).filter(channel="STATIC_CODE", amount_fen__gte=40_000).count()


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
