"""Turn accepted trade lines into unit values of cells, one merchant's weight capped."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from supplychain.rules.index_method import IndexMethod
from supplychain.rules.price_panel import Array

Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class CellMatrix:
    """Unit values (yuan or fen per kg, as given) and values, weeks × cells; NaN where absent."""

    price: Array
    value: Array


def unit_values(*, week: Codes, cell: Codes, amount: Array, kg: Array, shape: tuple[int, int]) -> CellMatrix:
    """Return Σ amount / Σ kg and Σ amount per week and cell, both numbered from 0."""
    place = week * shape[1] + cell
    size = shape[0] * shape[1]
    total_kg = np.bincount(place, kg, minlength=size)
    total = np.bincount(place, amount, minlength=size)
    price = np.divide(total, total_kg, out=np.full(size, np.nan), where=total_kg > 0)
    value = np.where(total_kg > 0, total, np.nan)
    return CellMatrix(price.reshape(shape), value.reshape(shape))


def merchant_cap_factors(*, week: Codes, cell: Codes, merchant: Codes, kg: Array, method: IndexMethod) -> Array:
    """Return the factor ≤1 by which each line's kg and amount count.

    A merchant counts at most `merchant_cap_share` of all the kg of the cell and week; the cap is
    taken from the uncapped total, so that it can be met with three merchants. The unit prices
    stay as they were, only their weights shrink.
    """
    _, cell_week = np.unique(np.stack([week, cell]), axis=1, return_inverse=True)
    _, group = np.unique(np.stack([cell_week, merchant]), axis=1, return_inverse=True)
    total = np.bincount(cell_week, kg)[cell_week]
    of_merchant = np.bincount(group, kg)[group]
    return np.asarray(np.minimum(1.0, method.merchant_cap_share * total / of_merchant), np.float64)


def carry_shown_prices(price: Array, method: IndexMethod) -> tuple[Array, npt.NDArray[np.bool_]]:
    """Return prices to show, gaps filled for ≤`carry_weeks`, and which of them are carried.

    For display only: carried prices never enter an index.
    """
    rows = np.arange(len(price))[:, None]
    known = np.isfinite(price)
    last = np.maximum.accumulate(np.where(known, rows, -1), axis=0)
    carried = ~known & (last >= 0) & (rows - last <= method.carry_weeks)
    filled = np.take_along_axis(price, np.maximum(last, 0), axis=0)
    return np.where(carried, filled, price), carried


def matched_value_share(before: Array, now: Array) -> float:
    """Return the share of now's value in cells that also had value before; NaN without value.

    A rename of goods shows here first: the share collapses while trade goes on.
    """
    total = float(np.nansum(now))
    matched = float(np.nansum(np.where(np.isfinite(before), now, np.nan)))
    return matched / total if total > 0 else float("nan")
