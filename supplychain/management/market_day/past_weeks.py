"""Invent some past weeks of a market's price sheet for the demo, under a name that says so, and release their index."""

import csv
import io
import math
import random
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import BUSINESS_ZONE
from supplychain.models import PriceSource
from supplychain.rules.market_day import PRODUCE
from supplychain.rules.sheet_rows import ControlTotals, SheetColumns
from supplychain.selectors.price_indices import week_of
from supplychain.services.index_releases import release_week
from supplychain.services.price_sheets import import_price_sheet
from supplychain.services.price_sources import Equation, ensure_source, enter_concordance

CODE, NAME = "DEMO", "演示指数（编造的行情，不是真价）"
WEEKS = 26
TRADING_DAYS = (0, 2, 4)
"""Monday, Wednesday, Friday: one more than a cell needs."""
TEN = time(10)
MORE = (("油麦菜", 420), ("生菜", 460), ("韭菜", 520), ("大葱", 300), ("西瓜", 260), ("阿克苏苹果", 720))
"""So that three categories have the five kinds a sub-index needs."""
KINDS = {
    "FRUITING": ("番茄", "茄子"), "AROMATIC": ("辣椒", "大蒜", "生姜", "洋葱", "大葱"), "GOURD": ("黄瓜", "西葫芦"),
    "CABBAGE": ("大白菜",), "ROOT": ("土豆", "胡萝卜"), "LEAFY": ("芹菜", "菠菜", "油麦菜", "生菜", "韭菜"),
    "BEAN": ("豆角",), "FUNGI": ("香菇",), "DRY_FRUIT": ("红枣", "核桃"),
    "LOCAL_FRUIT": ("库尔勒香梨", "哈密瓜", "葡萄", "西瓜", "阿克苏苹果"),
}  # fmt: skip
YEARS_SWING, OWN_SWING, NOISE = 0.12, 0.10, 0.04


def invent_past_weeks(*, today: date, at: datetime) -> int:
    """Load the invented sheet of the weeks before this one and release them in order; return how many, 0 if known.

    The source carries 演示 in its name, and each release is a trial (试编), so that nobody takes it for a price.
    """
    if PriceSource.objects.filter(code=CODE).exists():
        return 0
    first = week_of(today) - timedelta(weeks=WEEKS)
    source = ensure_source(code=CODE, name=NAME, actor=SYSTEM, at=at)
    enter_concordance(source=source, equations=_equations(first), actor=SYSTEM, at=at)
    import_price_sheet(
        source=source,
        file_name="demo.csv",
        content=_sheet(first),
        columns=SheetColumns("day", "name", "price", "kg"),
        totals=ControlTotals(None, None, None),
        actor=SYSTEM,
        at=at,
    )
    for nth in range(WEEKS):
        week = first + timedelta(weeks=nth)
        final = datetime.combine(week + timedelta(days=10), TEN, BUSINESS_ZONE)
        kind, moment = ("FINAL", final) if final <= at else ("FIRST", at)
        release_week(source=source, week=week, kind=kind, actor=SYSTEM, at=moment)
    return WEEKS


def _equations(first: date) -> list[Equation]:
    return [
        Equation(name, "", name, category, "SOUTH", "UNGRADED", Decimal(1), first, "演示用的编造行情")
        for category, names in KINDS.items()
        for name in names
    ]


def _sheet(first: date) -> bytes:
    """Write a price sheet: dear in winter, cheap in summer, and each kind of produce with a swing of its own."""
    rng = random.Random(first.toordinal())  # noqa: S311  # a reproducible sheet, not a secret
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["day", "name", "price", "kg"])
    for name, usual in (*PRODUCE, *MORE):
        phase = rng.uniform(0, 2 * math.pi)
        for nth in range(WEEKS):
            turn = 2 * math.pi * (first + timedelta(weeks=nth)).timetuple().tm_yday / 365
            level = 1 + YEARS_SWING * math.cos(turn) + OWN_SWING * math.sin(2 * turn + phase)
            for weekday in TRADING_DAYS:
                day = first + timedelta(weeks=nth, days=weekday)
                price = usual / 100 * level * rng.lognormvariate(0, NOISE)
                writer.writerow([day.isoformat(), name, f"{price:.2f}", rng.randrange(300, 4_000)])
    return text.getvalue().encode()
