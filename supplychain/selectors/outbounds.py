"""Reads of the outbound book."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from supplychain.models import Direction, Order, OrderLine, Outbound, OutboundLine
from supplychain.rules.lots import Pick


@dataclass(slots=True)
class LineState:
    """Where one order line stands after counter-entries and returns: kg, fen, and the lots its goods are out of."""

    line: OrderLine
    net_kg: Decimal
    net_fen: int
    out: list[Pick] = field(default_factory=list)

    @property
    def out_kg(self) -> Decimal:
        """Add up what is still out."""
        return sum((pick.kg for pick in self.out), Decimal(0))


def line_states(order: Order) -> dict[int, LineState]:
    """Lay out every line of an order by its number; three queries."""
    lines = order.lines.select_related("commodity").order_by("line_no")
    corrected = lines.annotate(
        kg_moved=Coalesce(Sum("corrections__kg"), Decimal(0)), fen_moved=Coalesce(Sum("corrections__amount_fen"), 0)
    )
    states = {
        line.line_no: LineState(line, line.kg + line.kg_moved, line.amount_fen + line.fen_moved) for line in corrected
    }
    numbers = {state.line.pk: number for number, state in states.items()}
    moved: dict[tuple[int, int], Decimal] = {}
    for line_id, lot_id, kg, direction in (
        OutboundLine.objects.filter(outbound__order=order)
        .order_by("pk")
        .values_list("order_line", "lot", "kg", "outbound__direction")
    ):
        place = (numbers[line_id], lot_id)
        moved[place] = moved.get(place, Decimal(0)) + (kg if direction == Direction.OUT else -kg)
    for (number, lot_id), kg in moved.items():
        if kg > 0:
            states[number].out.append(Pick(lot_id, kg))
    return states


def notes_of(order: Order) -> QuerySet[Outbound]:
    """List an order's outbound and return notes with their lots, oldest first."""
    return order.outbounds.prefetch_related("lines__lot", "lines__order_line__commodity").order_by("issued_at", "pk")
