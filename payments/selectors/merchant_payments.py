"""A merchant's own payments, by day and status, and one with all that happened to it."""

from datetime import date

from django.db.models import Q, QuerySet

from accounts.models import Merchant
from payments.models import Payment, Refund
from payments.rules import states
from silk_road_ebao.kernel.clock import day_bounds

FILTERS: dict[str, Q] = {
    "paid": Q(status__in=states.PAID_EVER),
    "refunded": Q(status__in=("PARTIALLY_REFUNDED", "REFUNDED")),
    "open": Q(status__in=("CREATED", "PENDING", "UNKNOWN")),
    "ended": Q(status__in=("CLOSED", "FAILED")),
}


def payments_on(merchant: Merchant, day: date, kind: str) -> QuerySet[Payment]:
    """List a merchant's payments asked for or paid on a business day, newest first; `kind` is one of FILTERS."""
    first, last = day_bounds(day)
    begun: Q = Q(created_at__gte=first, created_at__lt=last) | Q(business_date=day)
    return (
        Payment.objects.filter(begun, FILTERS[kind], merchant=merchant)
        .select_related("paid_attempt", "stall")
        .order_by("-created_at")
    )


def refunds_of(payment: Payment) -> QuerySet[Refund]:
    """List the refunds of a payment that its payer asked for, oldest first."""
    return Refund.objects.filter(payment=payment, kind="CUSTOMER").order_by("requested_at")
