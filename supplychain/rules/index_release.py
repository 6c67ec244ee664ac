"""Compute what a release publishes: weekly headline, 同比 with contributions, flash, explainer.

Arrays are weeks × cells, NaN where a cell was not traded; prices per kg, values in money of
one unit. Nothing is imputed. Two decimals are published; here nothing is rounded.
"""

from dataclasses import dataclass

import numpy as np

from supplychain.rules.index_method import IndexMethod
from supplychain.rules.price_index_multilateral import geks_levels, log_tornqvist_matrix
from supplychain.rules.price_index_seasonal import rothwell_levels
from supplychain.rules.price_index_window import extend_published, spliced_index
from supplychain.rules.price_panel import Array, Mask
from supplychain.rules.unit_values import Codes, matched_value_share


def headline_series(price: Array, value: Array, method: IndexMethod) -> Array:
    """Return weekly GEKS-Törnqvist, first traded week = 1; NaN for weeks without any trade.

    Up to `window_weeks` weeks: one window over all, recomputed each release (试编). Beyond: the
    first window whole, then one value a week by mean_pub. Raises UnconnectedPeriodsError.
    """
    traded = _traded(price)
    weeks = int(traded.sum())
    series = np.full(len(price), np.nan)
    if weeks:
        pairs = log_tornqvist_matrix(price[traded], value[traded])
        series[traded] = spliced_index(
            lambda start, stop: geks_levels(pairs[start:stop, start:stop]),
            weeks,
            method.window_weeks,
            "mean_pub",
        )
    return series


def next_headline(published: Array, price: Array, value: Array, method: IndexMethod) -> float:
    """Return the value of the last week given what was published up to the week before.

    `published`: any base, NaN for weeks not published, one week shorter than `price` and
    `value`, which end with the new week. Finals stand: only the new value is computed. NaN if the
    week has no trade or no published week to link to. Raises UnconnectedPeriodsError.
    """
    if len(published) != len(price) - 1:
        raise ValueError("published must end one week before the prices")
    traded = _traded(price)
    if not traded[-1]:
        return float("nan")
    window = slice(-method.window_weeks, None)
    pairs = log_tornqvist_matrix(price[traded][window], value[traded][window])
    return extend_published(published[traded[:-1]], geks_levels(pairs))


def rebase_to_first_year(series: Array, method: IndexMethod) -> Array:
    """Return the series with the mean of its first `base_weeks` published weeks = 100.

    With fewer weeks (试编) the mean of those there are.
    """
    known = series[np.isfinite(series)][: method.base_weeks]
    return np.asarray(series * (100 / known.mean()), np.float64) if known.size else series


@dataclass(frozen=True)
class DirectComparison:
    """A Törnqvist comparison of two periods and its exact parts.

    `contributions`: ½(s0 + s1)·ln(p1/p0) per cell, NaN where not matched; their sum is ln index.
    The matched shares say how much of each period's value the comparison rests on.
    """

    index: float
    contributions: Array
    matched_share_then: float
    matched_share_now: float


def compare_directly(*, price_then: Array, value_then: Array, price_now: Array, value_now: Array) -> DirectComparison:
    """Compare with the same week or month last year (同比); index NaN if nothing matches."""
    matched = np.isfinite(price_then) & np.isfinite(price_now)
    then, now = (np.where(matched, value, 0.0) for value in (value_then, value_now))
    contributions = np.full(price_now.shape, np.nan)
    if matched.any():
        weight = (then / then.sum() + now / now.sum()) / 2
        contributions[matched] = (weight * np.log(price_now / price_then))[matched]
    log_index = contributions[matched].sum() if matched.any() else np.nan
    return DirectComparison(
        float(np.exp(log_index)),
        contributions,
        matched_value_share(value_now, value_then),
        matched_value_share(value_then, value_now),
    )


@dataclass(frozen=True)
class Flash:
    """日度快报: the day's level and the comparison it rests on."""

    level: float
    comparison: DirectComparison


def daily_flash(
    *,
    day_price: Array,
    day_value: Array,
    basket_price: Array,
    basket_value: Array,
    basket_levels: Array,
) -> Flash:
    """Compare the day with the trailing basket and multiply by the basket's level.

    `basket_price`, `basket_value`: weeks × cells of the trailing `flash_weeks`; they are pooled
    to unit values Σ value / Σ kg. `basket_levels`: the published headline of those weeks; the
    basket's level is their geometric mean weighted by value, weeks not published left out.
    """
    kg, value = np.nansum(basket_value / basket_price, axis=0), np.nansum(basket_value, axis=0)
    pooled = np.divide(value, kg, out=np.full(kg.shape, np.nan), where=kg > 0)
    comparison = compare_directly(
        price_then=pooled,
        value_then=np.where(kg > 0, value, np.nan),
        price_now=day_price,
        value_now=day_value,
    )
    published = np.isfinite(basket_levels)
    weight = np.where(published, np.nansum(basket_value, axis=1), 0.0)
    if not weight.sum() > 0:
        return Flash(float("nan"), comparison)
    log_level = (weight * np.log(np.where(published, basket_levels, 1.0))).sum() / weight.sum()
    return Flash(float(np.exp(log_level)) * comparison.index, comparison)


def explainer_series(price: Array, value: Array, week_of_year: Codes, base_rows: list[int]) -> Array:
    """Return Rothwell's index, base year = 1: last year's basket of the same week, today's price.

    53rd weeks have no basket unless the base year had one: NaN, never borrowed.
    """
    return rothwell_levels(price, value / price, week_of_year.astype(np.float64), base_rows)


def _traded(price: Array) -> Mask:
    return np.asarray(np.isfinite(price).any(axis=1), np.bool_)
