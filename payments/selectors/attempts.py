"""Reads of attempts."""

from django.db.models import QuerySet

from payments.models import Payment, PaymentAttempt


def latest_attempt(payment: Payment, *, acquirer_code: str = "") -> PaymentAttempt | None:
    """Find the newest attempt of a payment, at one acquirer where one is named."""
    attempts = PaymentAttempt.objects.filter(payment=payment).select_related("payment").order_by("-pk")
    return (attempts.filter(acquirer_code=acquirer_code) if acquirer_code else attempts).first()


def attempts_of(payment: Payment) -> QuerySet[PaymentAttempt]:
    """List the attempts of a payment, oldest first."""
    return PaymentAttempt.objects.filter(payment=payment).order_by("pk")
