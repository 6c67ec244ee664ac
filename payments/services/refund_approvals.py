"""Refunds by operators: one asks, another agrees, then the refund is reserved like any other."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from payments.models import Payment, Refund
from payments.rules.refund import refundable_fen
from payments.services.refunds import NotPaidYet, RefundTooLarge, request_refund
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.approvals import approves, request_approval
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.models import Approval
from silk_road_ebao.kernel.money import format_yuan
from silk_road_ebao.kernel.refusals import Refusal

REFUND = "payments.refund.request"


class RefundReasonMissing(Refusal):
    """An operator's refund needs a reason."""

    message = _("请写明退款原因")
    field = "reason"


def ask_refund(*, payment: Payment, reason: str, actor: Actor, at: datetime, amount_fen: int | None = None) -> Approval:
    """Ask a second person for a refund of a payment, of all that is left when no amount in fen is named.

    Raises:
        RefundReasonMissing, NotPaidYet, RefundTooLarge, ApprovalOpen.
    """
    if len(reason.strip()) < 2:
        raise RefundReasonMissing
    if payment.paid_at is None:
        raise NotPaidYet
    left = refundable_fen(payment.amount_fen, payment.refunded_fen, payment.refunding_fen)
    wanted = left if amount_fen is None else amount_fen
    if not 0 < wanted <= left:
        raise RefundTooLarge(left=format_yuan(left))
    diff = {"payment_no": payment.payment_no, "amount_fen": wanted, "reason": reason[:80], "refund_no": new_no("REF")}
    return request_approval(verb=REFUND, subject=f"payment:{payment.payment_no}", diff=diff, maker=actor, at=at)


@approves(REFUND)
def carry_out_refund(*, subject: str, diff: dict[str, Any], approval_no: str, actor: Actor, at: datetime) -> Refund:
    """Reserve the refund that two people agreed on; raises what request_refund raises."""
    return request_refund(
        payment_no=str(diff["payment_no"]),
        refund_no=str(diff["refund_no"]),
        amount_fen=int(diff["amount_fen"]),
        reason=str(diff["reason"]),
        actor=actor,
        at=at,
    )
