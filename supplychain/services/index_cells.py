"""Unit values of cells, in one pass over the trades; every vintage is kept."""

from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from supplychain.models import IndexCell, PriceSource, SourceKind
from supplychain.rules.index_method import IndexMethod
from supplychain.rules.sufficiency import judge_cell
from supplychain.selectors.price_indices import period_end

CELLS = """
    WITH of_merchant AS MATERIALIZED (
        SELECT {period} AS period, commodity_id, {market} AS market_id, merchant_id, sum(grams)::bigint AS grams,
               sum(amount_fen)::bigint AS fen, count(*) AS trades, bit_or(1 << {bit}) AS days
        FROM {table}
        WHERE source_id = %(source)s AND day >= %(first)s AND day < %(after)s AND verdict = 'ACCEPTED'
        GROUP BY 1, 2, 3, 4),
    whole AS MATERIALIZED (
        SELECT period, commodity_id, market_id, sum(grams)::bigint AS grams, sum(fen)::bigint AS fen,
               count(merchant_id) AS merchants, max(grams) FILTER (WHERE merchant_id IS NOT NULL)::float8 AS largest,
               bit_or(days) AS days, sum(trades)::bigint AS trades
        FROM of_merchant GROUP BY 1, 2, 3),
    capped AS (
        SELECT w.period, w.commodity_id, w.market_id,
               sum(least(m.grams, %(cap)s * w.grams)) AS grams,
               sum(m.fen * least(1, %(cap)s * w.grams / m.grams)) AS fen
        FROM whole w JOIN of_merchant m ON m.period = w.period AND m.commodity_id = w.commodity_id
            AND m.market_id IS NOT DISTINCT FROM w.market_id
        WHERE w.largest > %(cap)s * w.grams GROUP BY 1, 2, 3)
    SELECT w.period, w.commodity_id, w.market_id, round(coalesce(c.grams, w.grams))::numeric / 1000 AS kg,
           round(coalesce(c.fen, w.fen))::bigint AS amount_fen, w.merchants, w.largest / w.grams AS largest_share,
           bit_count(w.days::bit(32)) AS days, w.trades
    FROM whole w LEFT JOIN capped c ON c.period = w.period AND c.commodity_id = w.commodity_id
        AND c.market_id IS NOT DISTINCT FROM w.market_id
    ORDER BY 1, 2, 3
"""
PERIODS = {
    "DAY": ("day", "0"),
    "WEEK": ("week", "(day - week)"),
    "MONTH": ("date_trunc('month', day)::date", "(extract(day FROM day)::int - 1)"),
}


def cells_sql(*, grain: str, by_market: bool = False, table: str = "supplychain_indextrade") -> str:
    """Give the statement for a grain, over all markets or one by one; parameters source, first, after, cap.

    One pass over the trades sums each merchant; what follows works on those sums only.
    """
    period, bit = PERIODS[grain]
    market = "market_id" if by_market else "NULL::bigint"
    return CELLS.format(period=period, bit=bit, market=market, table=table)


def give_room(cursor: Any) -> None:
    """Let one statement hash the merchants of a year in memory."""
    for setting in ("work_mem = '256MB'", "jit = off"):
        cursor.execute(f"SET LOCAL {setting}")


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
    named: dict[str, Any] = {
        "source": source.pk,
        "first": period,
        "after": period_end(grain, period),
        "cap": method.merchant_cap_share,
    }
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        give_room(cursor)
        cursor.execute(cells_sql(grain=grain), named)
        found += cursor.fetchall()
        if source.kind == SourceKind.PLATFORM:
            cursor.execute(cells_sql(grain=grain, by_market=True), named)
            found += [row for row in cursor.fetchall() if row[2] is not None]
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
