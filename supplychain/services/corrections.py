"""Counter-entries: the only way an order's figures change."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from silk_road_ebao.kernel.actors import Actor
from supplychain.models import OrderCorrection, OrderLine
from supplychain.services.lines import signed_by


def correct_lines(
    *, moves: Sequence[tuple[OrderLine, Decimal, int]], source_no: str, reason: str, actor: Actor, at: datetime
) -> None:
    """Write (line, kg, fen) with their sign beside the lines; nothing for a line that does not move.

    To be called with the order locked; the same source twice for a line is refused by the database.
    """
    OrderCorrection.objects.bulk_create(
        OrderCorrection(
            order_line=line,
            source_no=source_no,
            kg=kg,
            amount_fen=fen,
            reason=reason.strip()[:120],
            at=at,
            made_by=signed_by(actor=actor),
        )
        for line, kg, fen in moves
        if kg or fen
    )
