"""Creating and closing payments."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Merchant, Stall
from accounts.selectors.dated_rules import value_or_none
from payments.gateways import closing_acquirers
from payments.models import Payment
from payments.rules import states
from payments.rules.attempt import EXPIRY
from payments.rules.payment import OPEN_STATES
from payments.services.attempts import look_at_attempt
from payments.services.payment_states import AlreadyPaid, NoSuchPayment, follow_attempts, lock_payment
from payments.services.risks import screen_payment
from payments.services.scenes import describe_payment
from silk_road_ebao.kernel.actors import SYSTEM, Actor
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.money import format_yuan
from silk_road_ebao.kernel.refusals import Refusal

MAX_AMOUNT_FEN = 10**10


class MerchantNotOpen(Refusal):
    """The merchant is not approved, or suspended."""

    message = _("这家店现在不能收款，请联系店主")


class AmountOutOfRange(Refusal):
    """Zero, negative or absurd."""

    message = _("金额要在 0.01 元到 1 亿元之间")
    field = "amount"


class StaticCapExceeded(Refusal):
    """A static code may not take so much; a dynamic one may (R6)."""

    message = _("扫摊位码一次最多 %(cap)s 元，请让店主出示这一单的收款码")
    field = "amount"


class StallOfAnother(Refusal):
    """The stall is not the merchant's."""

    message = _("这个摊位不属于这家店")


class OrderReused(Refusal):
    """The merchant's order number stands for another amount already."""

    message = _("这个单号已经用于另一笔收款")
    field = "order_no"


def create_payment(
    *,
    merchant: Merchant,
    stall: Stall | None,
    amount_fen: int,
    description: str,
    order_no: str | None = None,
    channel: str,
    actor: Actor,
    at: datetime,
    expires_at: datetime | None = None,
    context: dict[str, str] | None = None,
) -> Payment:
    """Write a payment and its six elements; the same order number with the same amount gives the same payment.

    Raises:
        MerchantNotOpen, AmountOutOfRange, StallOfAnother, StaticCapExceeded (R6), OrderReused, RiskRefused.
    """
    if merchant.status != "APPROVED":
        raise MerchantNotOpen
    if type(amount_fen) is not int or not 0 < amount_fen <= MAX_AMOUNT_FEN:
        raise AmountOutOfRange
    if stall is not None and stall.merchant_id != merchant.pk:
        raise StallOfAnother
    cap = value_or_none("qr.daily.D", at) if channel == "STATIC_CODE" else None
    if cap is not None and amount_fen > cap:
        raise StaticCapExceeded(cap=format_yuan(cap))
    try:
        with transaction.atomic():
            payment = Payment.objects.create(
                status=states.PAYMENT.initial,
                payment_no=new_no("PAY"),
                merchant=merchant,
                stall=stall,
                order_no=order_no,
                channel=channel,
                amount_fen=amount_fen,
                description=description[:120] or merchant.name,
                created_at=at,
                expires_at=expires_at or at + EXPIRY,
            )
            described = describe_payment(payment=payment, declared=context or {})
            screen_payment(payment=payment, context=described, at=at)
    except IntegrityError:
        return _same_order(merchant, order_no, amount_fen)
    return payment


def _same_order(merchant: Merchant, order_no: str | None, amount_fen: int) -> Payment:
    known = Payment.objects.filter(merchant=merchant, order_no=order_no).first() if order_no else None
    if known is None or known.amount_fen != amount_fen:
        raise OrderReused
    return known


def close_payment(*, payment_no: str, actor: Actor, at: datetime, reason: str = "") -> Payment:
    """Take a bill back before it is paid: each attempt is queried, closed and queried again at its acquirer.

    Returns the payment, CLOSED, or PAID when the payer was faster, or UNKNOWN while an acquirer is silent.
    Raises:
        NoSuchPayment, AlreadyPaid.
    """
    with transaction.atomic():
        payment = lock_payment(payment_no=payment_no)
        if payment.status in states.PAID_EVER:
            raise AlreadyPaid
        Payment.objects.filter(pk=payment.pk).update(expires_at=at)
        live = payment.attempts.filter(status__in=states.LIVE)
        live.update(next_query_at=at)
        live.filter(acquirer_code__in=closing_acquirers()).update(expires_at=at)
        numbers = list(live.values_list("attempt_no", flat=True))
    for attempt_no in numbers:
        look_at_attempt(attempt_no=attempt_no, at=at)
    return settle_payment_status(payment_no=payment_no, actor=actor, at=at, reason=reason)


@transaction.atomic
def settle_payment_status(*, payment_no: str, actor: Actor, at: datetime, reason: str = "") -> Payment:
    """Bring an unpaid payment's status into line with its attempts; a closed one leaves a fact.

    Raises:
        NoSuchPayment.
    """
    payment = lock_payment(payment_no=payment_no)
    return follow_attempts(payment=payment, actor=actor, at=at, reason=reason)


def close_expired_payments(*, at: datetime, limit: int = 200) -> int:
    """Close payments past their time that have nothing under way; returns how many were looked at."""
    with transaction.atomic():
        due = list(
            Payment.objects.select_for_update(skip_locked=True)
            .filter(expires_at__lte=at, status__in=OPEN_STATES)
            .exclude(attempts__status__in=states.LIVE)
            .order_by("expires_at")[:limit]
        )
        for payment in due:
            follow_attempts(payment=payment, actor=SYSTEM, at=at, reason="expired")
    return len(due)


__all__ = [
    "AlreadyPaid",
    "NoSuchPayment",
    "close_expired_payments",
    "close_payment",
    "create_payment",
    "settle_payment_status",
]
