"""Compute what one release publishes from a panel: a series, its changes, its contributions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from supplychain.rules.index_method import IndexMethod
from supplychain.rules.index_release import (
    compare_directly,
    explainer_series,
    headline_series,
    next_headline,
    rebase_to_first_year,
)
from supplychain.rules.price_index_multilateral import UnconnectedPeriodsError
from supplychain.rules.price_panel import Array

NOT_CONNECTED = "NOT_CONNECTED"
NO_TRADE = "NO_TRADE"


@dataclass(frozen=True)
class SeriesResult:
    """Values by row, NaN where none; with a reason the newest value is not there."""

    values: Array
    shortfall: str = ""

    @property
    def newest(self) -> float:
        """Give the value of the last row."""
        return float(self.values[-1])


def release_series(price: Array, value: Array, published: Array | None, method: IndexMethod) -> SeriesResult:
    """Compute the series whose last row is new, first `base_weeks` = 100.

    `published` None (试编): all rows anew. Else finals stand and only the last value is computed; a series that has
    none yet begins at 100.
    """
    nothing = np.full(len(price), np.nan)
    if not np.isfinite(price[-1]).any():
        return SeriesResult(nothing, NO_TRADE)
    try:
        with np.errstate(all="ignore"):
            if published is None or not np.isfinite(published).any():
                values = rebase_to_first_year(headline_series(price, value, method), method)
            else:
                values = np.append(published, next_headline(published, price, value, method))
    except UnconnectedPeriodsError:
        return SeriesResult(nothing, NOT_CONNECTED)
    return SeriesResult(values) if np.isfinite(values[-1]) else SeriesResult(values, NOT_CONNECTED)


@dataclass(frozen=True)
class Movement:
    """A direct comparison: change in ten-thousandths, and each cell's part of the log change."""

    change_bps: int | None
    parts: tuple[tuple[int, float], ...]


def movement_between(price: Array, value: Array, then: int | None, now: int) -> Movement:
    """Compare two rows of a panel; parts as (column, contribution), largest first, their sum is the log change."""
    if then is None:
        return Movement(None, ())
    found = compare_directly(price_then=price[then], value_then=value[then], price_now=price[now], value_now=value[now])
    if not np.isfinite(found.index):
        return Movement(None, ())
    columns = np.flatnonzero(np.isfinite(found.contributions))
    parts = sorted(
        ((int(column), float(found.contributions[column])) for column in columns), key=lambda part: -abs(part[1])
    )
    return Movement(round((found.index - 1) * 10_000), tuple(parts))


def same_week_last_year(periods: Sequence[date], now: date, grain: str) -> int | None:
    """Find the row of the same ISO week (or month) a year earlier; None if it is not there, never a neighbour."""
    for place, period in enumerate(periods):
        if grain == "MONTH":
            if (period.year, period.month) == (now.year - 1, now.month):
                return place
        elif period.isocalendar()[:2] == (now.isocalendar()[0] - 1, now.isocalendar()[1]):
            return place
    return None


def explainer_value(price: Array, value: Array, periods: Sequence[date], method: IndexMethod) -> float:
    """Compute Rothwell's index of the last row, base year = 100; NaN before a year and a week exist."""
    if len(periods) <= method.base_weeks:
        return float("nan")
    codes = np.array([period.isocalendar()[1] for period in periods], np.int64)
    with np.errstate(all="ignore"):
        series = explainer_series(price, value, codes, list(range(method.base_weeks)))
    return float(series[-1] * 100)
