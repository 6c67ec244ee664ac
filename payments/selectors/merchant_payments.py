"""A merchant's own payments, by day and status or by number, and one with all that happened to it."""

from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import Merchant
from payments.models import Payment, PaymentAttempt, Refund
from payments.rules import states
from silk_road_ebao.kernel.clock import day_bounds

FILTERS: dict[str, Q] = {
    "paid": Q(status__in=states.PAID_EVER),
    "refunded": Q(status__in=("PARTIALLY_REFUNDED", "REFUNDED")),
    "open": Q(status__in=("CREATED", "PENDING", "UNKNOWN")),
    "ended": Q(status__in=("CLOSED", "FAILED")),
}
MOST_FOUND = 20


def payments_on(merchant: Merchant, day: date, kind: str) -> QuerySet[Payment]:
    """List a merchant's payments asked for or paid on a business day, newest first; `kind` is one of FILTERS."""
    first, last = day_bounds(day)
    begun: Q = Q(created_at__gte=first, created_at__lt=last) | Q(business_date=day)
    return (
        Payment.objects.filter(begun, FILTERS[kind], merchant=merchant)
        .select_related("paid_attempt", "stall")
        .order_by("-created_at")
    )


def payments_numbered(merchant: Merchant, number: str) -> QuerySet[Payment]:
    """List a merchant's payments whose own, order's, attempt's or acquirer's number ends so, newest first."""
    tries = PaymentAttempt.objects.filter(payment__merchant=merchant).filter(
        Q(attempt_no__endswith=number) | Q(acquirer_trade_no__endswith=number)
    )
    own: Q = Q(payment_no__endswith=number) | Q(order_no__endswith=number) | Q(pk__in=tries.values("payment_id"))
    return (
        Payment.objects.filter(own, merchant=merchant)
        .select_related("paid_attempt", "stall")
        .order_by("-created_at")[:MOST_FOUND]
    )


def refunds_of(payment: Payment) -> QuerySet[Refund]:
    """List the refunds of a payment that its payer asked for, oldest first."""
    return Refund.objects.filter(payment=payment, kind="CUSTOMER").order_by("requested_at")


def sent_back_of(payment: Payment) -> QuerySet[Refund]:
    """List what went back by itself because the payer had paid twice, oldest first."""
    return Refund.objects.filter(payment=payment, kind="SURPLUS").order_by("requested_at")
