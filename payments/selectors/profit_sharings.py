"""Reads of profit sharing."""

from django.db.models import F, QuerySet, Sum

from payments.models import Payment, PaymentAttempt, ProfitSharing, SharingReceiver, SubMerchant

LIVE_OR_DONE = ("REQUESTED", "PENDING", "UNKNOWN", "FINISHED")


def bound_receivers(sub_merchant: SubMerchant) -> QuerySet[SharingReceiver]:
    """List the receivers that may be split to."""
    return SharingReceiver.objects.filter(sub_merchant=sub_merchant, status="BOUND").order_by("pk")


def split_fen(attempt: PaymentAttempt) -> int:
    """Return what was split off an attempt and has not come back, in fen, instructions under way included."""
    found = ProfitSharing.objects.filter(attempt=attempt, purpose="SPLIT", status__in=LIVE_OR_DONE).aggregate(
        total=Sum(F("total_fen") - F("returned_fen"))
    )
    return found["total"] or 0


def unsplit_fen(payment: Payment) -> int | None:
    """Return what a refund may take from the unsplit part; None when the payment was never split."""
    attempt = payment.paid_attempt
    if attempt is None or not attempt.is_shared:
        return None
    split = split_fen(attempt)
    if split == 0:
        return None
    return payment.amount_fen - payment.refunded_fen - payment.refunding_fen - split
