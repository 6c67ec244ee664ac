"""Unit values of cells, in one pass over the trades; every vintage is kept."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from supplychain.models import IndexCell, PriceSource, SourceKind
from supplychain.rules.index_method import IndexMethod
from supplychain.rules.sufficiency import judge_cell
from supplychain.selectors.price_indices import period_end

ONE_PERIOD = """
    SELECT %(period_{n})s::date AS period, commodity_id, market_id, sum(grams)::bigint AS grams,
           sum(fen)::bigint AS fen, count(merchant_id) AS merchants,
           max(grams) FILTER (WHERE merchant_id IS NOT NULL)::float8 AS largest, bit_or(days) AS days,
           sum(trades)::bigint AS trades, array_agg(grams) AS each_grams, array_agg(fen) AS each_fen
    FROM (
        SELECT commodity_id, merchant_id, {market} AS market_id, sum(grams)::bigint AS grams,
               sum(amount_fen)::bigint AS fen, count(*) AS trades, bit_or(1 << (day - %(period_{n})s::date)) AS days
        FROM supplychain_indextrade
        WHERE source_id = %(source)s AND {within} AND verdict = 'ACCEPTED'
        GROUP BY 1, 2, 3) of_merchant
    GROUP BY 2, 3
"""
CELLS = """
    SELECT w.period, w.commodity_id, w.market_id, round(coalesce(c.grams, w.grams))::numeric / 1000 AS kg,
           round(coalesce(c.fen, w.fen))::bigint AS amount_fen, w.merchants, w.largest / w.grams AS largest_share,
           bit_count(w.days::bit(32)) AS days, w.trades
    FROM ({periods}) w CROSS JOIN LATERAL (
        SELECT sum(least(m.grams, %(cap)s * w.grams)) AS grams,
               sum(m.fen * least(1, %(cap)s * w.grams / m.grams)) AS fen
        FROM unnest(w.each_grams, w.each_fen) AS m(grams, fen)
        WHERE w.largest > %(cap)s * w.grams) c
    ORDER BY 1, 2, 3
"""
WEEK_ONLY = "week = %(period_{n})s::date"
DAYS = "day >= %(period_{n})s::date AND day < %(after_{n})s::date"


def sum_cells(
    *, source_id: int, grain: str, periods: Sequence[date], cap_share: float, by_market: bool = False
) -> list[tuple[Any, ...]]:
    """Sum the accepted lines of some periods to cells, over all markets or one by one; no merchant above its cap.

    Each period is a branch of its own, which one parallel worker sums alone: a week in the order of its index,
    so that nothing is sorted, hashed or put together again. Call it inside a transaction.
    """
    named: dict[str, Any] = {"source": source_id, "cap": cap_share}
    branches = []
    for n, period in enumerate(periods):
        named |= {f"period_{n}": period, f"after_{n}": period_end(grain, period)}
        within = (WEEK_ONLY if grain == "WEEK" else DAYS).format(n=n)
        market = "market_id" if by_market else "NULL::bigint"
        branches.append(ONE_PERIOD.format(n=n, market=market, within=within))
    with connection.cursor() as cursor:
        for setting in ("work_mem = '256MB'", "jit = off"):  # room to hash the merchants of a month
            cursor.execute(f"SET LOCAL {setting}")
        cursor.execute(CELLS.format(periods=" UNION ALL ".join(branches)), named)
        return list(cursor.fetchall())


@transaction.atomic
def compute_cells(
    *, source: PriceSource, grain: str, period: date, method: IndexMethod, at: datetime
) -> list[IndexCell]:
    """Compute the cells of one period; a new vintage is written only where something differs.

    A sheet of a market is already a sum of many trades of many merchants whom it does not name: of its cells only
    the days are judged.
    """
    fresh = _compute(source, grain, period, method, at)
    kept = IndexCell.objects.filter(source=source, grain=grain, period=period)
    last = kept.order_by("-vintage").values_list("vintage", flat=True).first()
    if last is not None:
        before = list(kept.filter(vintage=last).order_by("commodity_id", "market_id"))
        if sorted(map(_content, before)) == sorted(map(_content, fresh)):
            return before
    for cell in fresh:
        cell.vintage = (last or 0) + 1
    return IndexCell.objects.bulk_create(fresh)


def _compute(source: PriceSource, grain: str, period: date, method: IndexMethod, at: datetime) -> list[IndexCell]:
    cap = method.merchant_cap_share
    found = sum_cells(source_id=source.pk, grain=grain, periods=[period], cap_share=cap)
    if source.kind == SourceKind.PLATFORM:
        apart = sum_cells(source_id=source.pk, grain=grain, periods=[period], cap_share=cap, by_market=True)
        found += [row for row in apart if row[2] is not None]
    return [_cell(source, grain, row, method, at) for row in found]


def _cell(source: PriceSource, grain: str, row: tuple[Any, ...], method: IndexMethod, at: datetime) -> IndexCell:
    period, commodity_id, market_id, kg, amount_fen, merchants, largest, days, trades = row
    is_sheet = source.kind == SourceKind.SHEET
    found = judge_cell(
        merchants=method.cell_merchants_min if is_sheet else merchants,
        days=method.cell_days_min if grain == "DAY" else days,
        trades=method.cell_trades_min if is_sheet else trades,
        method=method,
    )
    return IndexCell(
        source=source,
        grain=grain,
        period=period,
        commodity_id=commodity_id,
        market_id=market_id,
        kg=kg,
        amount_fen=amount_fen,
        merchants=None if is_sheet else merchants,
        largest_share_bps=None if largest is None else round(largest * 10_000),
        days=days,
        trades=trades,
        fault=" ".join(found.shortfalls),
        computed_at=at,
    )


def _content(cell: IndexCell) -> tuple[Any, ...]:
    return (cell.commodity_id, cell.market_id or 0, cell.kg, cell.amount_fen, cell.days, cell.trades, cell.fault)
