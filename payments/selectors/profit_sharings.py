"""Reads of profit sharing."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet, Sum

from payments.models import (
    Payment,
    PaymentAttempt,
    ProfitSharing,
    Refund,
    ServiceContract,
    SharingLine,
    SharingReceiver,
    SubMerchant,
)
from payments.rules.profit_sharing import Held
from payments.rules.service_fee import SPLIT

LIVE_OR_DONE = ("REQUESTED", "PENDING", "UNKNOWN", "FINISHED")


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One receiver's line of one split, and what of it may come back."""

    sharing_id: int
    receiver_id: int
    part: Held


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
    """Return what a refund may take from the frozen, unsplit part.

    None when the payment was never split, or when the rest is unfrozen: then the refund takes from the merchant.
    """
    attempt = payment.paid_attempt
    if attempt is None or not attempt.is_shared:
        return None
    split = split_fen(attempt)
    if split == 0 or attempt.sharings.filter(purpose="UNFREEZE", status="FINISHED").exists():
        return None
    coming_back = ProfitSharing.objects.filter(
        attempt=attempt, purpose="RETURN", refund__isnull=False, status__in=("REQUESTED", "PENDING", "UNKNOWN")
    ).aggregate(total=Sum("total_fen"))
    return payment.amount_fen - payment.refunded_fen - payment.refunding_fen - split + (coming_back["total"] or 0)


def held_lines(payment: Payment) -> list[HeldLine]:
    """List what receivers still hold of a payment and give back when it is refunded.

    Our own fee comes back only where the contract gives fees back on a refund; other receivers bear their part.
    """
    attempt = payment.paid_attempt
    if attempt is None or not attempt.is_shared:
        return []
    keeps_fee = not returns_split_fee(payment)
    rows = SharingLine.objects.filter(
        sharing__attempt=attempt, sharing__purpose="SPLIT", sharing__status__in=LIVE_OR_DONE
    ).select_related("sharing", "receiver")
    found = []
    for row in rows.order_by("pk"):
        held_fen = row.amount_fen - returned_fen(row.sharing, row.receiver_id)
        if held_fen <= 0 or (row.receiver.is_platform and keeps_fee):
            continue
        before = _refunded_before(payment, row.sharing.requested_at)
        gone = payment.refunded_fen + payment.refunding_fen - before
        part = Held(row.amount_fen, held_fen, payment.amount_fen - before, gone, row.receiver.is_platform)
        found.append(HeldLine(row.sharing_id, row.receiver_id, part))
    return found


def returned_fen(sharing: ProfitSharing, receiver_id: int) -> int:
    """Return what a receiver of a split has given back or is asked to, in fen."""
    rows = SharingLine.objects.filter(
        sharing__of=sharing, sharing__purpose="RETURN", sharing__status__in=LIVE_OR_DONE, receiver=receiver_id
    )
    return rows.aggregate(total=Sum("amount_fen"))["total"] or 0


def _refunded_before(payment: Payment, at: datetime) -> int:
    rows = Refund.objects.filter(payment=payment, kind="CUSTOMER", requested_at__lt=at).exclude(status="FAILED")
    return rows.aggregate(total=Sum("amount_fen"))["total"] or 0


def split_contracts(payment: Payment) -> QuerySet[ServiceContract]:
    """List the contracts in force on a payment's day under which our fee is split off."""
    day = payment.business_date
    return ServiceContract.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gt=day),
        merchant=payment.merchant_id,
        collection=SPLIT,
        tariff__service="PAYMENT",
        status__in=("SIGNED", "ENDED"),
        valid_from__lte=day,
    ).order_by("contract_no")


def returns_split_fee(payment: Payment) -> bool:
    """Tell whether a refund gives back the fee that was split off."""
    return split_contracts(payment).filter(returns_fee=True).exists()


def paid_to_split(*, since: timedelta, wait: timedelta, at: datetime, limit: int) -> QuerySet[PaymentAttempt]:
    """List paid attempts that may be split and have no instruction yet, oldest first."""
    instructed = ProfitSharing.objects.filter(purpose__in=("SPLIT", "UNFREEZE")).values("attempt")
    return (
        PaymentAttempt.objects.filter(
            is_shared=True, status="PAID", is_surplus=False, paid_at__gt=at - since, paid_at__lte=at - wait
        )
        .exclude(pk__in=instructed)
        .select_related("payment__merchant", "sub_merchant")
        .order_by("paid_at")[:limit]
    )
