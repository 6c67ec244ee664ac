"""Reads of the index: the method in force, the cells of a window, what stands published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import QuerySet

from supplychain.models import IndexErratum, IndexMethodVersion, IndexRelease, IndexSeries, PriceSource
from supplychain.rules.price_panel import Array


class MethodMissing(LookupError):
    """No method of the index is in force on that day."""


def method_on(day: date) -> IndexMethodVersion:
    """Find the method in force on a day. Raises MethodMissing."""
    found = IndexMethodVersion.objects.filter(valid_from__lte=day).order_by("-valid_from", "-id").first()
    if found is None:
        raise MethodMissing(f"no index method is valid on {day}")
    return found


def week_of(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def period_end(grain: str, period: date) -> date:
    """Give the first day after a period."""
    if grain == "DAY":
        return period + timedelta(days=1)
    if grain == "WEEK":
        return period + timedelta(days=7)
    return date(period.year + period.month // 12, period.month % 12 + 1, 1)


@dataclass(frozen=True)
class Cell:
    """A commodity as the panel needs it."""

    commodity_id: int
    code: str
    variety: str
    category: str
    origin_class: str


@dataclass(frozen=True)
class Panel:
    """Unit values (fen per kg) and values (fen), periods × cells, NaN where not traded."""

    periods: tuple[date, ...]
    cells: tuple[Cell, ...]
    price: Array
    value: Array
    vintages: dict[str, int]

    def place(self, period: date) -> int:
        """Give the row of a period."""
        return self.periods.index(period)


LATEST_CELLS = """
    WITH latest AS (
        SELECT period, max(vintage) AS vintage FROM supplychain_indexcell
        WHERE source_id = %(source)s AND grain = %(grain)s AND period = ANY(%(periods)s) GROUP BY period)
    SELECT l.period, l.vintage, m.id, m.code, m.variety, m.category, m.origin_class,
           sum(c.kg)::float8, sum(c.amount_fen)::float8
    FROM supplychain_indexcell c
    JOIN latest l ON l.period = c.period AND l.vintage = c.vintage
    JOIN (SELECT id, max(id) OVER (PARTITION BY code, variety, grade, sale_unit, origin_class) AS newest_id
          FROM supplychain_commodity) v ON v.id = c.commodity_id
    JOIN supplychain_commodity m ON m.id = v.newest_id
    WHERE c.source_id = %(source)s AND c.grain = %(grain)s AND c.fault = ''
      AND c.market_id IS NOT DISTINCT FROM %(market)s
    GROUP BY l.period, l.vintage, m.id
"""


def panel_of(source: PriceSource, grain: str, periods: Sequence[date], market_id: int | None = None) -> Panel:
    """Read the usable cells of some periods at their newest vintage, all markets together or one.

    Versions of a code that are the same variety, grade, unit and origin are one cell: a new shelf life parts nothing.
    """
    named: dict[str, Any] = {"source": source.pk, "grain": grain, "periods": list(periods), "market": market_id}
    with connection.cursor() as cursor:
        cursor.execute(LATEST_CELLS, named)
        rows = cursor.fetchall()
    order = {period: place for place, period in enumerate(sorted(periods))}
    cells = sorted({Cell(*row[2:7]) for row in rows}, key=lambda cell: (cell.code, cell.commodity_id))
    columns = {cell.commodity_id: place for place, cell in enumerate(cells)}
    price = np.full((len(order), len(cells)), np.nan)
    value = np.full((len(order), len(cells)), np.nan)
    for period, _vintage, commodity_id, *_rest, kg, amount in rows:
        place = order[period], columns[commodity_id]
        price[place], value[place] = amount / kg, amount
    vintages = {row[0].isoformat(): row[1] for row in rows}
    return Panel(tuple(sorted(periods)), tuple(cells), price, value, dict(sorted(vintages.items())))


def published_periods(source: PriceSource, grain: str, before: date) -> list[date]:
    """List the periods before one that have a published release, oldest first; flashes do not count."""
    return list(
        IndexRelease.objects.filter(source=source, grain=grain, status="PUBLISHED", period__lt=before)
        .order_by("period")
        .values_list("period", flat=True)
        .distinct()
    )


def has_published(source: PriceSource) -> bool:
    """Say whether anything of a source has ever been published."""
    return IndexRelease.objects.filter(source=source, status="PUBLISHED").exists()


STANDING = """
    SELECT DISTINCT ON (v.series_id, v.period) v.series_id, v.period, v.value
    FROM supplychain_indexvalue v
    JOIN supplychain_indexrelease r ON r.id = v.release_id
    WHERE r.source_id = %s AND r.grain = %s AND r.status = 'PUBLISHED'
    ORDER BY v.series_id, v.period, r.id DESC
"""


def standing_values(source: PriceSource, grain: str) -> dict[int, dict[date, float | None]]:
    """Give what stands published: by series and period the value of the newest published release that has it."""
    with connection.cursor() as cursor:
        cursor.execute(STANDING, [source.pk, grain])
        standing: dict[int, dict[date, float | None]] = {}
        for series_id, period, value in cursor.fetchall():
            standing.setdefault(series_id, {})[period] = value
    return standing


def public_sources() -> list[PriceSource]:
    """List the sources with a public index, those with a release first."""
    released = set(IndexRelease.objects.values_list("source_id", flat=True).distinct())
    found = PriceSource.objects.filter(is_public=True).select_related("market").order_by("id")
    return sorted(found, key=lambda source: (source.pk not in released, source.kind != "PLATFORM", source.pk))


def latest_release(source: PriceSource, grain: str, *statuses: str) -> IndexRelease | None:
    """Find the newest release of a grain, of some statuses or of any."""
    found = IndexRelease.objects.filter(source=source, grain=grain).select_related("method", "source")
    if statuses:
        found = found.filter(status__in=statuses)
    return found.order_by("-period", "-vintage").first()


def vintages_of(source: PriceSource, grain: str, limit: int = 60) -> QuerySet[IndexRelease]:
    """List releases newest first, every vintage."""
    return (
        IndexRelease.objects.filter(source=source, grain=grain)
        .select_related("method")
        .order_by("-period", "-vintage")[:limit]
    )


def held_weeks_of(source: PriceSource) -> list[date]:
    """List the weeks that wait for a person, oldest first."""
    held = IndexRelease.objects.filter(source=source, grain="WEEK", status="HELD")
    return list(held.order_by("period").values_list("period", flat=True).distinct())


def series_of(source: PriceSource, grain: str) -> list[IndexSeries]:
    """List the series of a source."""
    return list(IndexSeries.objects.filter(source=source, grain=grain).select_related("market").order_by("id"))


def errata_of(source: PriceSource) -> QuerySet[IndexErratum]:
    """List the corrections, newest first."""
    return IndexErratum.objects.filter(release__source=source).select_related("release").order_by("-issued_at")
