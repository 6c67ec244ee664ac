"""What every verb on a payment needs: its lock, and its status following its attempts."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from payments.models import Payment, PaymentAttempt
from payments.rules import states
from payments.rules.payment import OPEN_STATES, status_of
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition


class AlreadyPaid(Refusal):
    """Nothing to close: the money is there."""

    message = _("这笔已经收到钱了，要退款请走退款")


class NoSuchPayment(Refusal):
    """Nobody knows the number."""

    message = _("没有这笔收款")


def lock_payment(*, payment_no: str) -> Payment:
    """Lock a payment and its merchant's row for reading; raises NoSuchPayment."""
    payment = (
        Payment.objects.select_for_update(of=("self",)).select_related("merchant").filter(payment_no=payment_no).first()
    )
    if payment is None:
        raise NoSuchPayment
    return payment


def follow_attempts(*, payment: Payment, actor: Actor, at: datetime, reason: str = "") -> Payment:
    """Do the work of settle_payment_status on a locked payment, inside the caller's transaction."""
    if payment.status not in OPEN_STATES:
        return payment
    attempts = PaymentAttempt.objects.filter(payment=payment).values_list("status", flat=True)
    wanted = status_of(attempts, is_expired=payment.expires_at <= at)
    if wanted == payment.status or not states.PAYMENT.allows(payment.status, wanted):
        return payment
    transition(payment, wanted, actor=actor, at=at, reason=reason)
    if wanted == "CLOSED":
        emit(
            "payments.payment.closed",
            key=payment.payment_no,
            payload={"payment_no": payment.payment_no, "order_no": payment.order_no},
            at=at,
        )
    return payment
