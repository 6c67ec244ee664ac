"""The daily flash: a day against the trailing weeks' basket, times that basket's level."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import numpy as np
from django.db import transaction
from django.db.models import Max

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.ids import new_no
from supplychain.models import IndexMethodVersion, IndexRelease, IndexSeries, IndexValue, PriceSource
from supplychain.rules.index_method import IndexMethod
from supplychain.rules.index_release import daily_flash
from supplychain.rules.price_panel import Array
from supplychain.rules.sufficiency import Decision, judge_all_items
from supplychain.selectors.price_indices import (
    Panel,
    method_on,
    panel_of,
    published_periods,
    standing_values,
    week_of,
)
from supplychain.services.index_cells import compute_cells
from supplychain.services.index_releases import hash_inputs


@dataclass(frozen=True)
class _Found:
    level: float
    share: float
    weeks: list[date]
    levels: Array


@transaction.atomic
def release_flash(*, source: PriceSource, day: date, actor: Actor, at: datetime) -> IndexRelease:
    """Release a day's flash. Without published weeks, trade or enough matched value it is withheld, with the reason.

    A flash is not reviewed: where a week would be held for review, a flash is withheld.
    """
    version = method_on(day)
    method = version.to_rules()
    compute_cells(source=source, grain="DAY", period=day, method=method, at=at)
    today = panel_of(source, "DAY", [day])
    found = _flash(source, day, today, method)
    return _write(source, version, today, found, actor, at)


def _flash(source: PriceSource, day: date, today: Panel, method: IndexMethod) -> _Found:
    weeks = published_periods(source, "WEEK", week_of(day))[-method.flash_weeks :]
    headline, _ = IndexSeries.objects.get_or_create(source=source, grain="WEEK", kind="HEADLINE")
    standing = standing_values(source, "WEEK").get(headline.pk, {})
    levels = np.array([standing.get(week) or np.nan for week in weeks], np.float64)
    basket = panel_of(source, "WEEK", weeks)
    columns = {cell.commodity_id: place for place, cell in enumerate(basket.cells)}
    price, value = np.full((2, len(columns)), np.nan)
    for place, cell in enumerate(today.cells):
        if cell.commodity_id in columns:
            price[columns[cell.commodity_id]] = today.price[0, place]
            value[columns[cell.commodity_id]] = today.value[0, place]
    total = float(np.nansum(today.value))
    if not weeks or not np.isfinite(value).any() or total <= 0:
        return _Found(float("nan"), float("nan"), weeks, levels)
    flash = daily_flash(
        day_price=price,
        day_value=value,
        basket_price=basket.price,
        basket_value=basket.value,
        basket_levels=levels,
    )
    return _Found(flash.level, float(np.nansum(value)) / total, weeks, levels)


def _write(
    source: PriceSource, version: IndexMethodVersion, today: Panel, found: _Found, actor: Actor, at: datetime
) -> IndexRelease:
    day = today.periods[0]
    enough = judge_all_items(matched_share=found.share, method=version.to_rules())
    reasons = [str(code) for code in enough.shortfalls]
    published = enough.decision == Decision.PUBLISH and bool(np.isfinite(found.level))
    if not published and not reasons:
        reasons = ["NO_TRADE"]
    before = IndexRelease.objects.filter(source=source, grain="DAY", period=day).aggregate(last=Max("vintage"))
    known = [level for level in found.levels if np.isfinite(level)]
    release = IndexRelease.objects.create(
        status="PUBLISHED" if published else "WITHHELD",
        release_no=new_no("IDX"),
        source=source,
        kind="FLASH",
        grain="DAY",
        period=day,
        vintage=(before["last"] or 0) + 1,
        method=version,
        is_trial=True,
        window_from=found.weeks[0] if found.weeks else None,
        periods=len(found.weeks),
        cell_vintages=today.vintages,
        input_hash=hash_inputs(panel=today, beside=f"{version.to_rules()!r}|{found.weeks}|{found.levels.tolist()}"),
        cells_used=len(today.cells),
        cells_rejected=0,
        rows_set_aside=0,
        matched_share_bps=round(found.share * 10_000) if np.isfinite(found.share) else None,
        value=Decimal(f"{found.level:.2f}") if published else None,
        change_bps=round((found.level / known[-1] - 1) * 10_000) if published and known else None,
        shortfalls=reasons if not published else [],
        released_at=at,
        released_by=actor.label or actor.ref,
    )
    series, _ = IndexSeries.objects.get_or_create(source=source, grain="DAY", kind="HEADLINE")
    value = found.level if published else None
    IndexValue.objects.create(release=release, series=series, period=day, value=value, shortfalls=release.shortfalls)
    return release
