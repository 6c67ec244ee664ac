"""Indices for goods with a season: Lowe with carried prices, Rothwell, rolling years.

Source: IMF and others, Producer Price Index Manual (2004), chapter 22 (Turvey's data).
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from supplychain.rules.period_labels import SeasonalLabel, find_label, read_seasons
from supplychain.rules.price_index_bilateral import Formula, compare_rows
from supplychain.rules.price_panel import Array, PricePanel


@dataclass(frozen=True)
class BaseYear:
    """What the basket is taken from.

    `rows`: periods of the base year; `place`: the period that is 1, or None when the year's
    own average price level is 1.
    """

    rows: list[int]
    place: int | None


def find_base_year(panel: PricePanel, base: str | None) -> BaseYear:
    """Return the calendar year of the base period, or of the first period.

    A base written as a bare year ("1970") is that whole year. Labels that carry no month, week
    or quarter have no calendar year: the base period alone is then the base. Raises KeyError.
    """
    seasons = read_seasons(panel.periods)
    if base is not None and base not in panel.periods and seasons is not None:
        rows = [row for row, label in enumerate(seasons) if str(label.year) == base]
        if rows:
            return BaseYear(rows, None)
    label = panel.periods[0] if base is None else find_label(panel.periods, base)
    if label is None:
        raise KeyError(base)
    place = panel.periods.index(label)
    if seasons is None:
        return BaseYear([place], place)
    year = seasons[place].year
    return BaseYear([row for row, label in enumerate(seasons) if label.year == year], place)


def lowe_index(panel: PricePanel, base: BaseYear) -> Array:
    """Return Σ p_t·q_b / Σ p_0·q_b: q_b the base year's quantities, p_0 the base's prices.

    A product out of season keeps its last price (table 22.25). One not yet seen at the base or
    at t has no price to keep and stays out of that comparison. NaN where none is left.
    """
    basket, unit_value = _basket(panel.price, panel.quantity, base.rows)
    carried = carry_forward(panel.price)
    reference = unit_value if base.place is None else carried[base.place]
    priced = np.isfinite(carried) & np.isfinite(reference) & (basket > 0)
    now = np.where(priced, carried * basket, 0.0).sum(axis=1)
    then = np.where(priced, reference * basket, 0.0).sum(axis=1)
    return _ratio(now, then)


def left_out_of_lowe(panel: PricePanel, base: BaseYear) -> list[str]:
    """Return basket products that have no price yet at the base period."""
    if base.place is None:
        return []
    basket, _ = _basket(panel.price, panel.quantity, base.rows)
    reference = carry_forward(panel.price)[base.place]
    missing = (basket > 0) & ~np.isfinite(reference)
    return [panel.products[column] for column in np.flatnonzero(missing)]


def rothwell_index(panel: PricePanel, base: BaseYear) -> Array:
    """Return Σ p_t·q(0,m) / Σ p_0·q(0,m): m the month (week, quarter) of t.

    q(0,m) are the base year's quantities in that month, p_0 its annual unit values; products
    priced at t and sold in that month of the base year. Divided by the base period's own value
    unless the base is a whole year. NaN where no product is left.
    """
    seasons = read_seasons(panel.periods)
    months = [0] * len(panel.periods) if seasons is None else [label.season for label in seasons]
    levels = rothwell_levels(panel.price, panel.quantity, np.array(months), base.rows)
    return levels if base.place is None else np.asarray(levels / levels[base.place], np.float64)


def rothwell_levels(price: Array, quantity: Array, season: Array, base_rows: list[int]) -> Array:
    """Return Rothwell's index of each row, base year = 1; `season` numbers each row's season."""
    _, unit_value = _basket(price, quantity, base_rows)
    of_season = {
        month: _basket(price, quantity, [row for row in base_rows if season[row] == month])[0]
        for month in np.unique(season)
    }
    basket = np.array([of_season[month] for month in season])
    priced = np.isfinite(price) & (basket > 0)
    now = np.where(priced, price * basket, 0.0).sum(axis=1)
    then = np.where(priced, unit_value * basket, 0.0).sum(axis=1)
    return _ratio(now, then)


def rolling_year_index(panel: PricePanel, formula: Formula, *, chain: bool) -> dict[str, Array]:
    """Compare years of 12 months ending in each month with the first year of the panel.

    Each product in each calendar month is a good of its own (section D). Chained, a rolling year
    is linked to the one that ended 12 months earlier. Returns {last month: index}; ValueError
    unless the periods are consecutive months.
    """
    _require_months(panel, read_seasons(panel.periods))
    price, quantity = _rolling_years(panel.price), _rolling_years(panel.quantity)
    index = compare_rows(formula, price[0], quantity[0], price, quantity)
    if chain:
        links = compare_rows(formula, price[:-12], quantity[:-12], price[12:], quantity[12:])
        for place, link in enumerate(links):
            index[place + 12] = index[place] * link
    return dict(zip(panel.periods[11:], index, strict=True))


def carry_forward(values: Array) -> Array:
    """Fill gaps with the last value above; NaN before the first."""
    rows = np.arange(len(values))[:, None]
    last = np.maximum.accumulate(np.where(np.isfinite(values), rows, 0), axis=0)
    return np.asarray(np.take_along_axis(values, last, axis=0), np.float64)


def _basket(price: Array, quantity: Array, rows: list[int]) -> tuple[Array, Array]:
    """Return quantities (0 if none) and unit values (NaN if none) over the rows."""
    kg = np.nansum(quantity[rows], axis=0)
    amount = np.nansum(price[rows] * quantity[rows], axis=0)
    return kg, np.divide(amount, kg, out=np.full(kg.shape, np.nan), where=kg > 0)


def _ratio(now: Array, then: Array) -> Array:
    return np.asarray(np.divide(now, then, out=np.full(now.shape, np.nan), where=then > 0), np.float64)


def _rolling_years(values: Array) -> Array:
    """Return one row per 12 months: month of the year × product, flattened."""
    years = len(values) - 11
    months = np.arange(years)[:, None] + np.arange(12)
    by_month = np.argsort(months % 12, axis=1)
    ordered = np.take_along_axis(months, by_month, axis=1)
    return np.asarray(values[ordered].reshape(years, -1), np.float64)


def _require_months(panel: PricePanel, seasons: list[SeasonalLabel] | None) -> None:
    serial = [label.year * 12 + label.season for label in seasons or []]
    steps = {later - earlier for earlier, later in pairwise(serial)}
    if len(serial) < 12 or steps != {1}:
        raise ValueError("rolling years need at least 12 consecutive months")
