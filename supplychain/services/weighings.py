"""The scales have the last word: an order is brought to what really left, short weight is paid back."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from payments.services.refunds import request_refund
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import Direction, Order, OrderCorrection
from supplychain.rules.weighing import short_of
from supplychain.selectors.outbounds import line_states
from supplychain.services.corrections import correct_lines

REASON = "按实际重量结"


class NothingToSettle(Refusal):
    """Nothing left yet, or what left is what the order says."""

    message = _("出货和订单一样重，没有要结的差额")


@transaction.atomic
def settle_weight(*, order: Order, actor: Actor, at: datetime) -> int:
    """Bring an order to the kg that left, by counter-entries: what is short is refunded, what is over is given.

    The same outbound note is settled once. Returns the fen given back.
    Raises:
        NothingToSettle, and what `request_refund` refuses.
    """
    locked = Order.objects.select_for_update().get(pk=order.pk)
    note = locked.outbounds.filter(direction=Direction.OUT).order_by("pk").first()
    if note is None or locked.status not in ("FULFILLED", "COMPLETED"):
        raise NothingToSettle
    entries = OrderCorrection.objects.filter(order_line__order=locked, source_no=note.outbound_no)
    if entries.exists():
        return -sum(entries.values_list("amount_fen", flat=True))
    moves = []
    for state in line_states(locked).values():
        short_kg, short_fen = short_of(state.net_kg, state.out_kg, state.line.price_fen_kg, state.net_fen)
        moves.append((state.line, -short_kg, -short_fen))
    if not any(kg != Decimal(0) for _line, kg, _fen in moves):
        raise NothingToSettle
    correct_lines(moves=moves, source_no=note.outbound_no, reason=REASON, actor=actor, at=at)
    back_fen = -sum(fen for _line, _kg, fen in moves)
    if back_fen and locked.status == "COMPLETED":
        request_refund(
            payment_no=locked.payment_no or "",
            refund_no=new_no("REF"),
            amount_fen=back_fen,
            reason=REASON,
            actor=actor,
            at=at,
        )
    return back_fen
