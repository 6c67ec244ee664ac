"""The outbound book: goods leave, lot by lot, first in first out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.ids import new_no
from silk_road_ebao.kernel.outbox import emit
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition
from supplychain.models import Direction, Order, OrderLine, Outbound, OutboundLine, StockKind, StockMovement
from supplychain.rules.lots import Pick, Shelf, StockShortBy, after, pick_fifo
from supplychain.rules.weighing import GRAM
from supplychain.selectors.lots import lock_shelves
from supplychain.services.lines import signed_by

MOST_OVER = Decimal("1.1")
OVER_KG = Decimal(2)


class OrderNotPaid(Refusal):
    """Goods leave for money, or on credit by the merchant's own word."""

    message = _("这张单子还没有收到钱。要先给货、后收钱，请选“先拿货”")


class OrderClosed(Refusal):
    """Cancelled or returned."""

    message = _("这张单子已经取消或退货，不能再出货")


class StockShort(Refusal):
    """All lots together do not hold enough."""

    message = _("%(name)s 的库存少 %(missing)s 公斤。先补记进货，或者盘点一下")
    field = "lines"


class OutboundTooLarge(Refusal):
    """Much more than was ordered."""

    message = _("%(name)s 只订了 %(kg)s 公斤，出货不能多这么多")
    field = "lines"


class LineUnknown(Refusal):
    """No such line in the order."""

    message = _("这张单子里没有第 %(line)s 行")
    field = "lines"


Weighed = Sequence[tuple[int, Decimal]]
"""(line number of the order, kg that really leaves)."""


@transaction.atomic
def issue_outbound(
    *, order: Order, actor: Actor, at: datetime, lines: Weighed | None = None, on_credit: bool = False
) -> Outbound:
    """Send an order's goods out: lots locked in order, taken first in first out, movements, next status.

    Without lines everything ordered leaves; with them what the scales said. Asked again it gives the first note.
    Ten statements whatever the number of lines.
    Raises:
        OrderNotPaid, OrderClosed, StockShort, OutboundTooLarge, LineUnknown.
    """
    locked = Order.objects.select_for_update().get(pk=order.pk)
    known = _already(locked)
    if known is not None:
        return known
    if locked.status == "PLACED" and not on_credit:
        raise OrderNotPaid
    ordered = {line.line_no: line for line in locked.lines.select_related("commodity").order_by("line_no")}
    picks = _pick(locked, _weigh(ordered, lines), ordered)
    note = Outbound.objects.create(
        outbound_no=new_no("OUT"),
        order=locked,
        merchant_id=locked.merchant_id,
        direction=Direction.OUT,
        issued_at=at,
        business_date=business_date(at),
        made_by=signed_by(actor=actor),
    )
    OutboundLine.objects.bulk_create(
        OutboundLine(outbound=note, order_line=ordered[number], lot_id=pick.lot_id, kg=pick.kg)
        for number, taken in picks.items()
        for pick in taken
    )
    move_stock(note=note, kind=StockKind.SOLD, picks=[pick for taken in picks.values() for pick in taken], sign=-1)
    to = "FULFILLED" if locked.status == "PLACED" else "COMPLETED"
    transition(locked, to, actor=actor, at=at, reason=note.outbound_no, attention="")
    order.refresh_from_db(fields=["status"])
    payload = {"outbound_no": note.outbound_no, "order_no": locked.order_no, "direction": "OUT"}
    emit("supplychain.outbound.issued", key=note.outbound_no, payload=payload, at=at)
    return note


def _already(order: Order) -> Outbound | None:
    if order.status in ("CANCELLED", "RETURNED"):
        raise OrderClosed
    if order.status in ("PLACED", "PAID"):
        return None
    return order.outbounds.filter(direction=Direction.OUT).order_by("pk").first()


def _weigh(ordered: Mapping[int, OrderLine], lines: Weighed | None) -> dict[int, Decimal]:
    """Say how many kg of each line leave; refuse what was never ordered."""
    if lines is None:
        return {number: line.kg for number, line in ordered.items()}
    weighed: dict[int, Decimal] = {}
    for number, kg in lines:
        line = ordered.get(number)
        if line is None:
            raise LineUnknown(line=number)
        if kg <= 0 or kg != kg.quantize(GRAM) or kg > line.kg * MOST_OVER + OVER_KG:
            raise OutboundTooLarge(name=line.commodity.variety, kg=f"{line.kg.normalize():f}")
        weighed[number] = kg
    if not weighed:
        raise LineUnknown(line=1)
    return weighed


def _pick(order: Order, weighed: Mapping[int, Decimal], ordered: Mapping[int, OrderLine]) -> dict[int, list[Pick]]:
    """Choose the lots of every line, once all of them are locked."""
    commodities = {ordered[number].commodity_id for number in weighed}
    shelves: dict[int, list[Shelf]] = {pk: [] for pk in commodities}
    for commodity_id, shelf in lock_shelves(order.merchant_id, order.stall_id, commodities):
        shelves[commodity_id].append(shelf)
    picks: dict[int, list[Pick]] = {}
    for number, kg in weighed.items():
        commodity = ordered[number].commodity
        try:
            picks[number] = pick_fifo(shelves[commodity.pk], kg)
        except StockShortBy as short:
            raise StockShort(name=commodity.variety, missing=f"{short.missing_kg.normalize():f}") from None
        shelves[commodity.pk] = after(shelves[commodity.pk], picks[number])
    return picks


def move_stock(*, note: Outbound, kind: str, picks: Sequence[Pick], sign: int) -> None:
    """Write one movement per lot of a note; the lot's stock follows in the database."""
    kg_of_lot: dict[int, Decimal] = {}
    for pick in picks:
        kg_of_lot[pick.lot_id] = kg_of_lot.get(pick.lot_id, Decimal(0)) + pick.kg
    StockMovement.objects.bulk_create(
        StockMovement(
            lot_id=lot_id, kind=kind, kg=sign * kg, source_no=note.outbound_no, at=note.issued_at, made_by=note.made_by
        )
        for lot_id, kg in sorted(kg_of_lot.items())
    )
