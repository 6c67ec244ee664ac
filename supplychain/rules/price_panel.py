"""Arrange prices and quantities as periods × products, with unit values where rows repeat."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from supplychain.rules.period_labels import sort_labels

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class PricePanel:
    """Unit values and quantities, periods × products in sorted order; NaN where not traded."""

    periods: tuple[str, ...]
    products: tuple[str, ...]
    price: Array
    quantity: Array


def build_panel(
    *,
    periods: Sequence[str],
    products: Sequence[str],
    prices: Sequence[float] | Array,
    quantities: Sequence[float] | Array,
) -> PricePanel:
    """Sum rows of one product and period to a unit value Σ price·quantity / Σ quantity.

    Prices and quantities must be finite and above zero; ValueError otherwise.
    """
    price, quantity = np.asarray(prices, np.float64), np.asarray(quantities, np.float64)
    if not (np.isfinite(price).all() and np.isfinite(quantity).all()):
        raise ValueError("prices and quantities must be finite")
    if not ((price > 0).all() and (quantity > 0).all()):
        raise ValueError("prices and quantities must be above zero")
    period_names = sort_labels(list(dict.fromkeys(periods)))
    product_names = sorted(set(products))
    row = _places(periods, period_names)
    column = _places(products, product_names)
    shape = (len(period_names), len(product_names))
    cell = row * shape[1] + column
    with np.errstate(over="ignore"):
        rows, kg, amount = (
            np.bincount(cell, weights, minlength=shape[0] * shape[1]).astype(np.float64)
            for weights in (None, quantity, price * quantity)
        )
    unit_value = np.full(rows.size, np.nan)
    np.divide(amount, kg, out=unit_value, where=kg > 0)
    # a price that stands alone stays as it was written, without a rounding of its own
    alone = rows[cell] == 1
    unit_value[cell[alone]] = price[alone]
    kg[rows == 0] = np.nan
    return PricePanel(tuple(period_names), tuple(product_names), unit_value.reshape(shape), kg.reshape(shape))


def _places(labels: Sequence[str], ordered: Sequence[str]) -> npt.NDArray[np.int64]:
    place = {label: at for at, label in enumerate(ordered)}
    return np.fromiter((place[label] for label in labels), np.int64, len(labels))
