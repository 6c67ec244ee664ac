"""How many merchants stand behind a sub-index, and how much the largest of them has."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from supplychain.models import PriceSource
from supplychain.selectors.price_indices import period_end

CROWDS = """
    WITH sold AS (
        SELECT m.category, m.origin_class, t.market_id, t.merchant_id, sum(t.amount_fen) AS fen
        FROM supplychain_indextrade t JOIN supplychain_commodity m ON m.id = t.commodity_id
        WHERE t.source_id = %s AND t.day >= %s AND t.day < %s AND t.verdict = 'ACCEPTED'
        GROUP BY 1, 2, 3, 4),
    grouped AS (
        SELECT grouping(category, origin_class, market_id) AS dimension, category, origin_class, market_id, merchant_id,
               sum(fen) AS fen
        FROM sold GROUP BY GROUPING SETS (
            (category, merchant_id), (origin_class, merchant_id), (market_id, merchant_id)))
    SELECT dimension, category, origin_class, market_id, count(*), max(fen) / sum(fen)
    FROM grouped GROUP BY 1, 2, 3, 4
"""
DIMENSIONS = {3: ("category", 1), 5: ("origin_class", 2), 6: ("market", 3)}
"""grouping()'s bits, and the column that stands for it."""


@dataclass(frozen=True)
class Crowd:
    """Merchants behind one sub-index; the largest one's share of the value as a fraction."""

    merchants: int
    largest_share: float


def crowds_of(source: PriceSource, grain: str, period: date) -> dict[tuple[str, str | int], Crowd]:
    """Count the merchants of each category, origin class and market in a period."""
    with connection.cursor() as cursor:
        cursor.execute(CROWDS, [source.pk, period, period_end(grain, period)])
        rows = cursor.fetchall()
    crowds = {}
    for row in rows:
        name, place = DIMENSIONS[row[0]]
        if row[place] is not None:
            crowds[(name, row[place])] = Crowd(row[4], float(row[5]))
    return crowds
