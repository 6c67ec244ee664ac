"""Refunds: reserved under the payment's lock, committed, then sent; repeated under the same number only."""

import re
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from payments.models import Payment, PaymentAttempt, Refund, RefundLine
from payments.rules import states
from payments.rules.refund import MAX_PARTIALS, REFUND_DAYS, lines_total, refundable_fen
from payments.selectors.profit_sharings import unsplit_fen
from payments.services.payment_states import lock_payment
from payments.services.sharing_returns import ReturnPlan, plan_returns, write_returns
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.ids import new_uuid
from silk_road_ebao.kernel.money import format_yuan
from silk_road_ebao.kernel.refusals import Refusal

REFUND_NO = re.compile(r"[0-9A-Za-z_\-]{6,32}")


class NotPaidYet(Refusal):
    """Nothing to give back."""

    message = _("这笔还没有收到钱，不用退款")


class RefundTooLarge(Refusal):
    """More than what is left after refunds done and under way."""

    message = _("最多还能退 %(left)s 元")
    field = "amount"


class RefundTooLate(Refusal):
    """Acquirers take refunds for 365 days."""

    message = _("收款已超过一年，收单机构不再受理退款")


class TooManyRefunds(Refusal):
    """Fifty partial refunds at most."""

    message = _("这笔已经退了 50 次，不能再退")


class RefundReused(Refusal):
    """The number stands for another refund already."""

    message = _("这个退款单号已经用过")
    field = "refund_no"


class LinesDisagree(Refusal):
    """The lines do not add up to the amount."""

    message = _("退款明细加起来和退款金额对不上")
    field = "lines"


class SplitMustReturnFirst(Refusal):
    """The refund takes from what was split (分账) and does not come back by contract; the split comes back first."""

    message = _("这笔有一部分已按合同分给别人，现在最多能退 %(left)s 元；要多退请找平台客服")


@transaction.atomic
def request_refund(
    *,
    payment_no: str,
    refund_no: str,
    amount_fen: int,
    reason: str,
    actor: Actor,
    at: datetime,
    lines: list[tuple[str, int]] | None = None,
) -> Refund:
    """Reserve a refund under the payment's lock; a sweep sends it after the commit (Practice 5).

    The same number with the same amount gives the same refund. Lines are (text, fen). What was split off comes back
    first, receiver by receiver, as the contract says; the odd fen stands on the refund and is the merchant's (R28).
    Raises:
        NoSuchPayment, NotPaidYet, RefundTooLarge, RefundTooLate, TooManyRefunds, RefundReused, LinesDisagree,
        SplitMustReturnFirst.
    """
    payment = lock_payment(payment_no=payment_no)
    known = Refund.objects.filter(refund_no=refund_no).first()
    if known is not None:
        if (known.payment_id, known.amount_fen) != (payment.pk, amount_fen):
            raise RefundReused
        return known
    attempt = _refuse_unfit(payment, refund_no, amount_fen, lines, at)
    plan = _plan(payment, amount_fen)
    Payment.objects.filter(pk=payment.pk).update(refunding_fen=F("refunding_fen") + amount_fen)
    refund = Refund.objects.create(
        status=states.REFUND.initial,
        refund_no=refund_no,
        uid=new_uuid(),
        payment=payment,
        attempt=attempt,
        acquirer_code=attempt.acquirer_code,
        kind="CUSTOMER",
        amount_fen=amount_fen,
        shared_fen=plan.total_fen,
        odd_fen=plan.shares.odd_fen,
        reason=reason[:80] or str(_("顾客退款")),
        requested_by=f"{actor.kind}:{actor.ref}"[:80],
        requested_at=at,
        next_look_at=at,
    )
    RefundLine.objects.bulk_create(
        RefundLine(refund=refund, position=position, text=text[:120], amount_fen=line_fen)
        for position, (text, line_fen) in enumerate(lines or [], start=1)
    )
    write_returns(refund=refund, plan=plan, at=at)
    record(
        actor=actor,
        action="payments.refund.request",
        subject=f"refund:{refund_no}",
        at=at,
        detail={"payment_no": payment_no, "amount_fen": amount_fen, "shared_fen": plan.total_fen},
    )
    return refund


def _refuse_unfit(
    payment: Payment, refund_no: str, amount_fen: int, lines: list[tuple[str, int]] | None, at: datetime
) -> PaymentAttempt:
    if not REFUND_NO.fullmatch(refund_no):
        raise RefundReused
    if payment.status not in states.PAID_EVER or payment.paid_at is None or payment.paid_attempt is None:
        raise NotPaidYet
    left = refundable_fen(payment.amount_fen, payment.refunded_fen, payment.refunding_fen)
    if type(amount_fen) is not int or not 0 < amount_fen <= left:
        raise RefundTooLarge(left=format_yuan(left))
    if at - payment.paid_at > timedelta(days=REFUND_DAYS):
        raise RefundTooLate
    if payment.refunds.filter(kind="CUSTOMER").exclude(status="FAILED").count() >= MAX_PARTIALS:
        raise TooManyRefunds
    try:
        if lines and lines_total(lines) != amount_fen:
            raise LinesDisagree
    except ValueError:
        raise LinesDisagree from None
    return payment.paid_attempt


def _plan(payment: Payment, amount_fen: int) -> ReturnPlan:
    """Share the refund among who was split to; what does not come back must be covered by the unsplit rest."""
    plan = plan_returns(payment=payment, amount_fen=amount_fen)
    unsplit = unsplit_fen(payment)
    if unsplit is not None and amount_fen - plan.total_fen > unsplit:
        raise SplitMustReturnFirst(left=format_yuan(max(0, unsplit)))
    return plan
