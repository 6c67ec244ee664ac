"""Turn a day's wholesale trades into sales across stalls: seeded, exact to the gram and the fen."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from supplychain.rules.weighing import amount_of

LOT_SIZES_KG = (5, 10, 15, 20, 25, 30, 40, 50, 75, 100, 150, 200)
LOT_WEIGHTS = (9, 12, 10, 14, 14, 12, 9, 8, 5, 4, 2, 1)
LARGEST_SALE_FEN = 480_000
"""Below the 5,000 yuan a payer may spend by dynamic code in a day (银发〔2017〕296, class B)."""
SMALLEST_LOT_KG = Decimal(1)
STALLS_PER_PRODUCT = 4
OPENS_S, CLOSES_S = 5 * 3600, 20 * 3600
REFUNDS_PER_THOUSAND = 15
PRODUCE = (
    ("番茄", 320), ("黄瓜", 280), ("辣椒", 450), ("茄子", 300), ("大白菜", 120), ("土豆", 210), ("洋葱", 180),
    ("胡萝卜", 230), ("芹菜", 260), ("菠菜", 480), ("豆角", 620), ("西葫芦", 250), ("大蒜", 760), ("生姜", 980),
    ("香菇", 1150), ("库尔勒香梨", 850), ("哈密瓜", 420), ("红枣", 1450), ("核桃", 2300), ("葡萄", 700),
)  # fmt: skip


@dataclass(frozen=True)
class Trade:
    """One wholesale trade: fen per kg, and kg to the gram."""

    product: str
    price_fen_kg: int
    kg: Decimal


@dataclass(frozen=True)
class Sale:
    """One sale at a stall: who, what, how much, when, and what comes back later that day."""

    stall: int
    product: str
    price_fen_kg: int
    kg: Decimal
    amount_fen: int
    second_of_day: int
    refund_fen: int


def plan_sales(*, trades: Sequence[Trade], stalls: int, seed: int, limit: int | None = None) -> list[Sale]:
    """Cut every trade into lots, give each lot to a stall and a moment; the same seed gives the same day.

    Without a limit the kg of the lots add up to the kg of the trades. With one, a sample of that many
    sales is taken evenly from the whole day.
    """
    rng = random.Random(seed)  # noqa: S311  # a reproducible day, not a secret
    sales = [sale for trade in trades for sale in _sales_of(trade, stalls, rng)]
    if limit is not None and limit < len(sales):
        sales = rng.sample(sales, limit)
    return sorted(sales, key=lambda sale: (sale.second_of_day, sale.stall, sale.product, sale.kg))


def generate_trades(*, seed: int) -> list[Trade]:
    """Invent a plausible market day: two to four trades of every kind of produce around its usual price."""
    rng = random.Random(seed)  # noqa: S311
    return [
        Trade(product, max(20, round(usual * rng.lognormvariate(0, 0.06))), Decimal(rng.randrange(60, 900)))
        for product, usual in PRODUCE
        for _ in range(rng.randrange(2, 5))
    ]


def _sales_of(trade: Trade, stalls: int, rng: random.Random) -> list[Sale]:
    home = rng.randrange(stalls)
    return [
        _sale(trade, kg, (home + rng.randrange(min(STALLS_PER_PRODUCT, stalls))) % stalls, rng)
        for kg in _lots(trade, rng)
    ]


def _lots(trade: Trade, rng: random.Random) -> list[Decimal]:
    ceiling = max(Decimal(LARGEST_SALE_FEN // trade.price_fen_kg), SMALLEST_LOT_KG)
    left, lots = trade.kg, []
    while left > 0:
        lot = min(Decimal(rng.choices(LOT_SIZES_KG, LOT_WEIGHTS)[0]), ceiling, left)
        if 0 < left - lot < SMALLEST_LOT_KG:
            lot = left if left <= ceiling else left - SMALLEST_LOT_KG
        lots.append(lot)
        left -= lot
    return [lot for lot in lots if amount_of(trade.price_fen_kg, lot) > 0]


def _sale(trade: Trade, kg: Decimal, stall: int, rng: random.Random) -> Sale:
    amount_fen = amount_of(trade.price_fen_kg, kg)
    moment = OPENS_S + int((CLOSES_S - OPENS_S) * rng.betavariate(1.6, 3.2))
    return Sale(stall, trade.product, trade.price_fen_kg, kg, amount_fen, moment, _refund(amount_fen, rng))


def _refund(amount_fen: int, rng: random.Random) -> int:
    if rng.randrange(1000) >= REFUNDS_PER_THOUSAND:
        return 0
    return amount_fen if rng.random() < 0.4 else max(1, amount_fen * rng.randrange(5, 60) // 100)
