"""Unit values of cells, in one pass over the trades; every vintage is kept."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from supplychain.models import IndexCell, PriceSource, SourceKind
from supplychain.rules.index_method import IndexMethod
from supplychain.rules.sufficiency import judge_cell
from supplychain.selectors.price_indices import period_end

CELLS = """
    WITH of_merchant AS MATERIALIZED (
        SELECT {period} AS period, commodity_id, market_id, merchant_id, sum(grams) AS grams,
               sum(amount_fen) AS fen, count(*) AS trades, bit_or(1 << {bit}) AS days
        FROM {table}
        WHERE source_id = %(source)s AND day >= %(first)s AND day < %(after)s AND verdict = 'ACCEPTED'
        GROUP BY 1, 2, 3, 4),
    share AS (
        SELECT *, sum(grams) OVER (PARTITION BY period, commodity_id, merchant_id)
                  / sum(grams) OVER (PARTITION BY period, commodity_id) AS share
        FROM of_merchant),
    capped AS (
        SELECT *, CASE WHEN merchant_id IS NULL THEN 1 ELSE least(1, %(cap)s / share) END AS factor FROM share)
    SELECT period, commodity_id, market_id, round(sum(grams * factor) / 1000, 3) AS kg,
           round(sum(fen * factor))::bigint AS amount_fen, count(DISTINCT merchant_id) AS merchants,
           max(CASE WHEN merchant_id IS NOT NULL THEN share END) AS largest_share,
           bit_count(bit_or(days)::bit(32)) AS days, sum(trades)::bigint AS trades
    FROM capped
    GROUP BY GROUPING SETS ((period, commodity_id), (period, commodity_id, market_id))
    HAVING grouping(market_id) = 1 OR (market_id IS NOT NULL AND %(by_market)s)
    ORDER BY period, commodity_id, market_id
"""
PERIODS = {
    "DAY": ("day", "0"),
    "WEEK": ("week", "(day - week)"),
    "MONTH": ("date_trunc('month', day)::date", "(extract(day FROM day)::int - 1)"),
}


def cells_sql(grain: str, table: str = "supplychain_indextrade") -> str:
    """Give the statement for a grain; parameters source, first, after, cap, by_market."""
    period, bit = PERIODS[grain]
    return CELLS.format(period=period, bit=bit, table=table)


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
    with connection.cursor() as cursor:
        cursor.execute(
            cells_sql(grain),
            {
                "source": source.pk,
                "first": period,
                "after": period_end(grain, period),
                "cap": Decimal(str(method.merchant_cap_share)),
                "by_market": source.kind == SourceKind.PLATFORM,
            },
        )
        return [_cell(source, grain, row, method, at) for row in cursor.fetchall()]


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
