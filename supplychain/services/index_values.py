"""The values of one release: headline, sub-indices, explainer, companions, each a number or the reason for none."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from supplychain.models import Companion, IndexSeries, IndexValue, PriceSource, SeriesKind, SourceKind
from supplychain.rules.index_method import IndexMethod
from supplychain.rules.price_panel import Array
from supplychain.rules.release_values import explainer_value, release_series
from supplychain.rules.sufficiency import judge_sub_index
from supplychain.rules.unit_values import matched_value_share
from supplychain.selectors.index_companions import companions_of
from supplychain.selectors.index_merchants import Crowd, crowds_of
from supplychain.selectors.price_indices import Panel, panel_of

Standing = dict[int, dict[date, float | None]]


@dataclass
class Draft:
    """What a release will say; `values` await their release."""

    source: PriceSource
    grain: str
    panel: Panel
    method: IndexMethod
    is_trial: bool
    standing: Standing
    values: list[IndexValue] = field(default_factory=list)

    @property
    def period(self) -> date:
        """Give the period released."""
        return self.panel.periods[-1]

    def series(self, kind: str, **more: Any) -> IndexSeries:
        """Find or found the series."""
        found, _ = IndexSeries.objects.get_or_create(source=self.source, grain=self.grain, kind=kind, **more)
        return found

    def published(self, series: IndexSeries, periods: tuple[date, ...]) -> Array | None:
        """Give what stands of a series before the period, or None while all is computed anew."""
        if self.is_trial:
            return None
        known = self.standing.get(series.pk, {})
        texts = [known.get(period) for period in periods[:-1]]
        return np.array([np.nan if text is None else text for text in texts], np.float64)

    def add(self, series: IndexSeries, period: date, value: float | None, shortfalls: list[str]) -> None:
        """Note one value, or why there is none."""
        self.values.append(IndexValue(series=series, period=period, value=value, shortfalls=shortfalls))

    def add_series(self, series: IndexSeries, panel: Panel, columns: Array | None = None) -> float:
        """Compute a series over some columns and note its values; returns the newest."""
        price, value = panel.price, panel.value
        if columns is not None:
            price, value = price[:, columns], value[:, columns]
        result = release_series(price, value, self.published(series, panel.periods), self.method)
        if result.shortfall:
            self.add(series, self.period, None, [result.shortfall])
            return float("nan")
        first = 0 if self.is_trial else len(panel.periods) - 1
        for period, number in list(zip(panel.periods, result.values, strict=True))[first:]:
            if np.isfinite(number):
                self.add(series, period, float(number), [])
        return result.newest


def add_headline(draft: Draft) -> float:
    """Note the headline; returns its newest value or NaN."""
    return draft.add_series(draft.series(SeriesKind.HEADLINE), draft.panel)


def add_sub_indices(draft: Draft) -> None:
    """Note every sub-index directly on its cells: by category, by origin, by market where there are several."""
    panel = draft.panel
    crowds = crowds_of(draft.source, draft.grain, draft.period) if draft.source.kind == SourceKind.PLATFORM else {}
    for kind, column in ((SeriesKind.CATEGORY, "category"), (SeriesKind.ORIGIN, "origin_class")):
        for name in sorted({str(getattr(cell, column)) for cell in panel.cells}):
            places = np.array([getattr(cell, column) == name for cell in panel.cells], np.bool_)
            series = draft.series(kind, **{column: name})
            _add_sub_index(draft, series, panel, places, crowds.get((column, name)))
    for market_id in sorted({key for kind, key in crowds if kind == "market" and isinstance(key, int)}):
        markets = panel_of(draft.source, draft.grain, panel.periods, market_id)
        if markets.cells:
            series = draft.series(SeriesKind.MARKET, market_id=market_id)
            everything = np.ones(len(markets.cells), np.bool_)
            _add_sub_index(draft, series, markets, everything, crowds.get(("market", market_id)))


def _add_sub_index(draft: Draft, series: IndexSeries, panel: Panel, columns: Any, crowd: Crowd | None) -> None:
    price, value, method = panel.price[:, columns], panel.value[:, columns], draft.method
    before = value[-1 - method.flash_weeks : -1]
    is_sheet = draft.source.kind == SourceKind.SHEET
    enough = judge_sub_index(
        cells=int(np.isfinite(price[-1]).sum()),
        merchants=method.sub_merchants_min if is_sheet else (crowd.merchants if crowd else 0),
        largest_merchant_share=0.0 if is_sheet else (crowd.largest_share if crowd else 1.0),
        matched_share=1.0 if len(value) == 1 else matched_value_share(_any_of(before), value[-1]),
        method=method,
    )
    if enough.shortfalls:
        draft.add(series, draft.period, None, list(enough.shortfalls))
    else:
        draft.add_series(series, panel, columns)


def _any_of(value: Array) -> Array:
    """Give a row with a number wherever one of the rows has one."""
    if not len(value):
        return np.full(value.shape[1], np.nan)
    return np.where(np.isfinite(value).any(axis=0), np.nansum(value, axis=0), np.nan)


def matched_share_of(*, panel: Panel, waiting_fen: int, method: IndexMethod) -> float:
    """Return the share of the period's value in cells seen in the trailing periods; waiting rows count against it.

    The first period of a series has nothing to be matched with: 1, unless rows wait.
    """
    now = panel.value[-1]
    total = float(np.nansum(now)) + waiting_fen
    if len(panel.periods) == 1:
        return float(np.nansum(now)) / total if total > 0 else float("nan")
    before = _any_of(panel.value[-1 - method.flash_weeks : -1])
    matched = float(np.nansum(np.where(np.isfinite(before), now, np.nan)))
    return matched / total if total > 0 else float("nan")


def add_explainer(draft: Draft) -> None:
    """Note Rothwell's index: last year's basket of the same week at today's prices."""
    panel, series = draft.panel, draft.series(SeriesKind.EXPLAINER)
    value = explainer_value(panel.price, panel.value, panel.periods, draft.method)
    known = bool(np.isfinite(value))
    draft.add(series, draft.period, value if known else None, [] if known else ["LESS_THAN_A_YEAR"])


def add_companions(*, draft: Draft, headline: float) -> None:
    """Note the companions beside the index, those without data with that reason."""
    panel = draft.panel
    found = companions_of(draft.source, draft.grain, draft.period)
    totals = np.nansum(panel.value, axis=1)
    base = totals[: draft.method.base_weeks].mean()
    if np.isfinite(headline) and base > 0:
        found[Companion.VOLUME] = float(totals[-1] / base / (headline / 100) * 100)
    for companion in Companion:
        number = found.get(companion)
        series = draft.series(SeriesKind.COMPANION, companion=companion)
        draft.add(series, draft.period, number, [] if number is not None else ["NO_DATA"])
