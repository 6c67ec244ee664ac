"""Reads of attempts."""

from payments.models import Payment, PaymentAttempt


def latest_attempt(payment: Payment) -> PaymentAttempt | None:
    """Find the newest attempt of a payment."""
    return PaymentAttempt.objects.filter(payment=payment).order_by("-pk").first()
