"""Reads of payments. Those for pages take the merchant."""

from datetime import date

from django.db.models import Count, QuerySet, Sum

from accounts.models import Merchant
from payments.models import Payment, PaymentAttempt
from payments.rules import states


def payment_by_no(payment_no: str) -> Payment:
    """Find any payment by its public number, as a payer's code does; raises Payment.DoesNotExist."""
    return Payment.objects.select_related("merchant", "stall__market", "paid_attempt").get(payment_no=payment_no)


def payment_of(merchant: Merchant, payment_no: str) -> Payment:
    """Find a merchant's own payment; raises Payment.DoesNotExist for another's."""
    return Payment.objects.select_related("stall", "paid_attempt").get(merchant=merchant, payment_no=payment_no)


def latest_payments(merchant: Merchant, limit: int = 20) -> QuerySet[Payment]:
    """List the merchant's latest payments with money in them, newest first."""
    return (
        Payment.objects.filter(merchant=merchant, status__in=states.PAID_EVER)
        .select_related("paid_attempt", "stall")
        .order_by("-paid_at")[:limit]
    )


def received_on(merchant: Merchant, day: date) -> dict[str, int]:
    """Add up what a merchant was paid on a business day: count, gross and refunded, in fen."""
    found = Payment.objects.filter(merchant=merchant, business_date=day, status__in=states.PAID_EVER).aggregate(
        count=Count("pk"), gross_fen=Sum("amount_fen"), refunded_fen=Sum("refunded_fen")
    )
    return {name: value or 0 for name, value in found.items()}


def attempt_by_no(attempt_no: str) -> PaymentAttempt:
    """Find an attempt with its payment and payee; raises PaymentAttempt.DoesNotExist."""
    return PaymentAttempt.objects.select_related("payment__merchant", "sub_merchant").get(attempt_no=attempt_no)
