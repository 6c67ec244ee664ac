"""Goods that come back, prices that are let go, orders that are called off: counter-entries and refunds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments.services.refunds import request_refund
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.money import format_yuan, share_out
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition
from supplychain.models import Direction, Order, OrderCorrection, OrderLine, Outbound, OutboundLine, StockKind
from supplychain.rules.lots import Pick, put_back
from supplychain.rules.weighing import GRAM, amount_of, kg_of
from supplychain.selectors.lots import lock_lots
from supplychain.selectors.outbounds import LineState, line_states
from supplychain.services.corrections import correct_lines
from supplychain.services.lines import signed_by
from supplychain.services.outbounds import LineUnknown, OrderClosed, Weighed, move_stock


class NothingLeft(Refusal):
    """No goods of this order are out."""

    message = _("这张单子没有可以退的货")


class ReturnTooLarge(Refusal):
    """More than what is still out."""

    message = _("%(name)s 最多还能退 %(kg)s 公斤")
    field = "lines"


class RefundBeyondOrder(Refusal):
    """More money than the order still stands for."""

    message = _("这张单子最多还能退 %(left)s 元")
    field = "amount"


class ReasonNeeded(Refusal):
    """A counter-entry says why."""

    message = _("请写上原因")
    field = "reason"


@dataclass(frozen=True, slots=True)
class _Back:
    """One line's part of a return."""

    state: LineState
    kg: Decimal
    amount_fen: int


@transaction.atomic
def take_return(
    *,
    order: Order,
    reason: str,
    actor: Actor,
    at: datetime,
    lines: Weighed | None = None,
    amount_fen: int | None = None,
    refund_no: str | None = None,
    with_refund: bool = True,
) -> Outbound:
    """Take goods back: a note in the other direction, stock to the lots it came from, counter-entries, the refund.

    Without lines everything comes back; with an amount alone, goods worth that amount. With both, the money is the
    amount and the goods are the lines. The refund is asked for in the same transaction (a sweep sends it) when the
    order was paid and `with_refund`; the same refund number gives the same note.
    Raises:
        NothingLeft, ReturnTooLarge, RefundBeyondOrder, LineUnknown, ReasonNeeded, and what `request_refund` refuses.
    """
    if not reason.strip():
        raise ReasonNeeded
    locked = Order.objects.select_for_update().get(pk=order.pk)
    known = Outbound.objects.filter(order=locked, refund_no=refund_no).first() if refund_no else None
    if known is not None:
        return known
    backs = _backs(line_states(locked), lines, amount_fen)
    is_paid = locked.status == "COMPLETED" and with_refund and sum(back.amount_fen for back in backs) > 0
    number = (refund_no or new_no("REF")) if is_paid else None
    note = _write_note(locked, backs, reason, number, actor, at)
    correct_lines(
        moves=[(back.state.line, -_kg_given_up(back), -back.amount_fen) for back in backs],
        source_no=note.outbound_no,
        reason=reason,
        actor=actor,
        at=at,
    )
    if number is not None:
        _refund(locked, number, sum(back.amount_fen for back in backs), reason, actor, at)
    if _is_all_back(locked):
        transition(locked, "RETURNED", actor=actor, at=at, reason=note.outbound_no)
    order.refresh_from_db(fields=["status"])
    payload = {"outbound_no": note.outbound_no, "order_no": locked.order_no, "direction": "BACK"}
    emit("supplychain.outbound.issued", key=note.outbound_no, payload=payload, at=at)
    return note


def _backs(states: dict[int, LineState], lines: Weighed | None, amount_fen: int | None) -> list[_Back]:
    if lines is None and amount_fen is not None:
        return _worth(states, amount_fen)
    if lines is None:
        lines = [(number, state.out_kg) for number, state in states.items() if state.out_kg > 0]
    if not lines:
        raise NothingLeft
    backs = [_back(states, number, kg) for number, kg in lines]
    if amount_fen is None:
        return backs
    _refuse_beyond(amount_fen, sum(back.state.net_fen for back in backs))
    shares = share_out(amount_fen, [back.state.net_fen for back in backs])
    return [_Back(back.state, back.kg, share) for back, share in zip(backs, shares, strict=True)]


def _back(states: dict[int, LineState], number: int, kg: Decimal) -> _Back:
    state = states.get(number)
    if state is None:
        raise LineUnknown(line=number)
    if kg <= 0 or kg != kg.quantize(GRAM) or kg > state.out_kg:
        raise ReturnTooLarge(name=state.line.commodity.variety, kg=f"{state.out_kg.normalize():f}")
    worth = state.net_fen if kg == state.out_kg else min(state.net_fen, amount_of(state.line.price_fen_kg, kg))
    return _Back(state, kg, worth)


def _worth(states: dict[int, LineState], amount_fen: int) -> list[_Back]:
    """Take back goods worth an amount, from every line in proportion."""
    out = [state for state in states.values() if state.out_kg > 0]
    if not out:
        raise NothingLeft
    left = sum(state.net_fen for state in out)
    _refuse_beyond(amount_fen, left)
    if amount_fen == left:
        return [_Back(state, state.out_kg, state.net_fen) for state in out]
    shares = share_out(amount_fen, [state.net_fen for state in out])
    return [
        _Back(state, min(state.out_kg, max(GRAM, kg_of(share, state.line.price_fen_kg))), share)
        for state, share in zip(out, shares, strict=True)
        if share
    ]


def _refuse_beyond(amount_fen: int, left_fen: int) -> None:
    if type(amount_fen) is not int or not 0 < amount_fen <= left_fen:
        raise RefundBeyondOrder(left=format_yuan(left_fen))


def _kg_given_up(back: _Back) -> Decimal:
    """Take off the order what came back; when all of a line is back, all that was ordered of it."""
    return back.state.net_kg if back.kg == back.state.out_kg else min(back.kg, back.state.net_kg)


def _write_note(
    order: Order, backs: Sequence[_Back], reason: str, refund_no: str | None, actor: Actor, at: datetime
) -> Outbound:
    note = Outbound.objects.create(
        outbound_no=new_no("OUT"),
        order=order,
        merchant_id=order.merchant_id,
        direction=Direction.BACK,
        reason=reason.strip()[:120],
        refund_no=refund_no,
        issued_at=at,
        business_date=business_date(at),
        made_by=signed_by(actor=actor),
    )
    picks: list[tuple[OrderLine, Pick]] = [
        (back.state.line, pick) for back in backs for pick in put_back(back.state.out, back.kg)
    ]
    OutboundLine.objects.bulk_create(
        OutboundLine(outbound=note, order_line=line, lot_id=pick.lot_id, kg=pick.kg) for line, pick in picks
    )
    lock_lots({pick.lot_id for _line, pick in picks})
    move_stock(note=note, kind=StockKind.RETURNED, picks=[pick for _line, pick in picks], sign=1)
    return note


def _is_all_back(order: Order) -> bool:
    return all(state.out_kg == 0 for state in line_states(order).values())


def _refund(order: Order, refund_no: str, amount_fen: int, reason: str, actor: Actor, at: datetime) -> None:
    request_refund(
        payment_no=order.payment_no or "",
        refund_no=refund_no,
        amount_fen=amount_fen,
        reason=reason,
        actor=actor,
        at=at,
    )


@transaction.atomic
def let_off(
    *, order: Order, amount_fen: int, reason: str, actor: Actor, at: datetime, refund_no: str | None = None
) -> Order:
    """Let some of the price go (让价) without goods coming back: counter-entries, and a refund if it was paid.

    Raises:
        RefundBeyondOrder, ReasonNeeded, OrderClosed, and what `request_refund` refuses.
    """
    if not reason.strip():
        raise ReasonNeeded
    locked = Order.objects.select_for_update().get(pk=order.pk)
    if locked.status not in ("FULFILLED", "COMPLETED"):
        raise OrderClosed
    number = refund_no or new_no("REF")
    states = [state for state in line_states(locked).values() if state.net_fen > 0]
    if OrderCorrection.objects.filter(order_line__order=locked, source_no=number).exists():
        return locked
    _refuse_beyond(amount_fen, sum(state.net_fen for state in states))
    shares = share_out(amount_fen, [state.net_fen for state in states])
    moves = [(state.line, Decimal(0), -share) for state, share in zip(states, shares, strict=True)]
    correct_lines(moves=moves, source_no=number, reason=reason, actor=actor, at=at)
    if locked.status == "COMPLETED":
        _refund(locked, number, amount_fen, reason, actor, at)
    return locked
