"""Trying a rule on history before it may act."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from payments.models import Payment
from payments.rules.risk import Rule, strikes
from payments.services.risks import facts_of
from silk_road_ebao.kernel.clock import day_bounds

MOST = 2_000


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have done: orders looked at, orders struck, their fen, merchants, the newest as examples."""

    orders: int
    struck: int
    struck_fen: int
    merchants: int
    examples: tuple[tuple[str, datetime, int, dict[str, int]], ...]
    is_cut: bool


def try_on_history(
    *, code: str, measure: str, params: dict[str, Any], action: str, first: date, last: date, limit: int = MOST
) -> Trial:
    """Run a rule over the payments of some days as each stood when it was made; nothing is written.

    At most `limit` of the newest orders are looked at (`is_cut` says that there were more).
    """
    rule = Rule(code, measure, params, action)
    rows = list(
        Payment.objects.filter(created_at__gte=day_bounds(first)[0], created_at__lt=day_bounds(last)[1])
        .select_related("merchant", "stall", "context")
        .order_by("-created_at")[: limit + 1]
    )
    struck = []
    for payment in rows[:limit]:
        facts = facts_of(payment=payment, context=payment.context, rules=[rule], at=payment.created_at)
        figures = strikes(rule, facts)
        if figures is not None:
            struck.append((payment, figures))
    return Trial(
        orders=min(len(rows), limit),
        struck=len(struck),
        struck_fen=sum(payment.amount_fen for payment, _figures in struck),
        merchants=len({payment.merchant_id for payment, _figures in struck}),
        examples=tuple((p.payment_no, p.created_at, p.amount_fen, figures) for p, figures in struck[:20]),
        is_cut=len(rows) > limit,
    )
