"""The panel beside the index, from the platform's own books; a sheet of a market knows none of it."""

from datetime import date, timedelta
from typing import Any

from django.db import connection

from supplychain.models import Companion, PriceSource, SourceKind
from supplychain.selectors.price_indices import period_end

STOCK = """
    WITH moved AS (
        SELECT m.kind, m.kg, m.at, l.best_before_at, l.arrived_at
        FROM supplychain_stockmovement m JOIN supplychain_lot l ON l.id = m.lot_id
        WHERE m.at < %(after)s),
    sums AS (
        SELECT coalesce(sum(kg) FILTER (WHERE at < %(first)s), 0) AS opening,
               coalesce(sum(kg), 0) AS closing,
               coalesce(sum(kg) FILTER (WHERE at >= %(first)s AND kind = 'RECEIVED'), 0) AS received,
               -coalesce(sum(kg) FILTER (WHERE at >= %(first)s AND kind IN ('SOLD', 'RETURNED')), 0) AS sold,
               -coalesce(sum(kg) FILTER (WHERE at >= %(first)s AND kind = 'SOLD'), 0) AS issued,
               -coalesce(sum(kg) FILTER (WHERE at >= %(first)s AND kind = 'SOLD'
                         AND at - arrived_at <= (best_before_at - arrived_at) / 3), 0) AS fresh
        FROM moved)
    SELECT CASE WHEN sold > 0 THEN (opening + closing) / 2 / (sold / %(days)s) END,
           CASE WHEN issued > 0 THEN fresh / issued * 100 END,
           CASE WHEN received > 0 THEN (received - sold - (closing - opening)) / received * 100 END
    FROM sums
"""
STALLS = """
    SELECT count(DISTINCT stall_id) FROM supplychain_order
    WHERE business_date >= %(first_day)s AND business_date < %(after_day)s AND payment_no IS NOT NULL
"""


def companions_of(source: PriceSource, grain: str, period: date) -> dict[str, float]:
    """Give what is known: turnover in days, freshness and loss in percent, stalls that sold.

    Turnover = mean stock / daily sales; freshness = kg sold within a third of shelf life; loss = (in − out −
    Δstock) / in.
    """
    if source.kind != SourceKind.PLATFORM:
        return {}
    after = period_end(grain, period)
    named: dict[str, Any] = {
        "first": period,
        "after": after,
        "first_day": period,
        "after_day": after,
        "days": (after - period) // timedelta(days=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(STOCK, named)
        turnover, fresh, loss = cursor.fetchone()
        cursor.execute(STALLS, named)
        stalls = cursor.fetchone()[0]
    found = {
        Companion.TURNOVER_DAYS: turnover,
        Companion.FRESHNESS: fresh,
        Companion.LOSS_RATE: loss,
        Companion.ACTIVE_STALLS: stalls or None,
    }
    return {str(name): float(number) for name, number in found.items() if number is not None}
