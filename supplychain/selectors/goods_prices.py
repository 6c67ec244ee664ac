"""行情: a merchant's own goods against the market."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from accounts.models import Merchant

CARRY_DAYS = 14

MINE = """
    SELECT DISTINCT ON (g.commodity_id) g.commodity_id, m.variety, m.category, g.price_fen_kg
    FROM supplychain_goods g
    JOIN accounts_stall s ON s.id = g.stall_id
    JOIN supplychain_commodity m ON m.id = g.commodity_id
    WHERE s.merchant_id = %s AND g.is_on_sale
    ORDER BY g.commodity_id, g.picks DESC
"""
MARKET = """
    SELECT DISTINCT ON (c.commodity_id) c.commodity_id, c.period, c.amount_fen / c.kg
    FROM supplychain_indexcell c
    JOIN supplychain_pricesource s ON s.id = c.source_id
    WHERE s.currency = 'CNY' AND c.grain IN ('DAY', 'WEEK') AND c.market_id IS NULL AND c.fault = ''
      AND c.commodity_id = ANY(%s) AND c.period > %s AND c.period <= %s
    ORDER BY c.commodity_id, c.period DESC, c.grain, c.vintage DESC
"""


@dataclass(frozen=True)
class GoodsPrice:
    """One of my goods: my price and the market's, fen per kg; the market's may be some days old, never guessed."""

    variety: str
    category: str
    mine_fen_kg: int
    market_fen_kg: int | None
    market_day: date | None

    @property
    def gap_percent(self) -> int | None:
        """Tell how far my price is above (+) or below (−) the market's, in percent."""
        if not self.market_fen_kg:
            return None
        return round((self.mine_fen_kg / self.market_fen_kg - 1) * 100)


def goods_prices_of(merchant: Merchant, today: date) -> list[GoodsPrice]:
    """Compare the goods of a merchant with the newest market price of two weeks, the most sold first."""
    with connection.cursor() as cursor:
        cursor.execute(MINE, [merchant.pk])
        mine = cursor.fetchall()
        cursor.execute(MARKET, [[row[0] for row in mine], today - timedelta(days=CARRY_DAYS), today])
        market = {row[0]: (round(row[2]), row[1]) for row in cursor.fetchall()}
    return [GoodsPrice(row[1], row[2], row[3], *market.get(row[0], (None, None))) for row in mine]
