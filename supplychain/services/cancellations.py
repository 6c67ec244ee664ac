"""Calling an order off before its goods leave, and taking that back when money arrives all the same."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments.models import Payment
from payments.services.payments import close_payment
from payments.services.refunds import request_refund
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition
from supplychain.models import Order
from supplychain.selectors.funds_books import net_paid_fen
from supplychain.selectors.outbounds import line_states
from supplychain.services.corrections import correct_lines

OVER = ("CLOSED", "FAILED")


class GoodsAreOut(Refusal):
    """What has left comes back by a return."""

    message = _("货已经给了顾客，请用“退货”")


class MoneyUnderWay(Refusal):
    """Whether the payer has paid is not known yet, or the payer was faster."""

    message = _("顾客可能正在付款，先核实。过一会儿再取消")


def cancel_order(*, order: Order, reason: str, actor: Actor, at: datetime) -> Order:
    """Call an order off. Its open payment is closed at the acquirer first (outside any transaction); money already
    there goes back by a refund. Cancelled before, it stays so.

    Raises:
        GoodsAreOut, MoneyUnderWay, and what `request_refund` refuses.
    """
    if order.status == "PLACED" and order.payment_no:
        _close_bill(order.payment_no, actor, at)
    return call_off(order=order, reason=reason, actor=actor, at=at)


def _close_bill(payment_no: str, actor: Actor, at: datetime) -> None:
    if Payment.objects.filter(payment_no=payment_no, status__in=OVER).exists():
        return
    closed = close_payment(payment_no=payment_no, actor=actor, at=at, reason="order cancelled")
    if closed.status not in OVER:
        raise MoneyUnderWay


@transaction.atomic
def call_off(*, order: Order, reason: str, actor: Actor, at: datetime, source_no: str = "") -> Order:
    """Write the cancellation: counter-entries for every line, the refund of what was paid, the next status.

    `source_no` names the refund that has been made already; then none is asked for.
    Raises:
        GoodsAreOut, and what `request_refund` refuses.
    """
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.status == "CANCELLED":
        return locked
    if locked.status not in ("PLACED", "PAID"):
        raise GoodsAreOut
    refund_no = source_no
    if locked.status == "PAID" and not source_no:
        refund_no = new_no("REF")
        _give_back(locked, refund_no, reason, actor, at)
    moves = [(state.line, -state.net_kg, -state.net_fen) for state in line_states(locked).values()]
    correct_lines(moves=moves, source_no=refund_no or locked.order_no, reason=reason, actor=actor, at=at)
    transition(locked, "CANCELLED", actor=actor, at=at, reason=reason[:120], attention="")
    order.refresh_from_db(fields=["status"])
    return locked


def _give_back(order: Order, refund_no: str, reason: str, actor: Actor, at: datetime) -> None:
    left_fen = net_paid_fen(order)
    if left_fen > 0:
        request_refund(
            payment_no=order.payment_no or "",
            refund_no=refund_no,
            amount_fen=left_fen,
            reason=reason,
            actor=actor,
            at=at,
        )


@transaction.atomic
def revive_order(*, order: Order, source_no: str, actor: Actor, at: datetime) -> Order:
    """Take a cancellation back because money arrived late: counter-entries of the counter-entries."""
    moves = [
        (state.line, state.line.kg - state.net_kg, state.line.amount_fen - state.net_fen)
        for state in line_states(order).values()
    ]
    correct_lines(moves=moves, source_no=source_no, reason="late money", actor=actor, at=at)
    return transition(order, "PAID", actor=actor, at=at, reason="late money", attention="LATE_MONEY")
