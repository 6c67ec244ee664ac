"""Compute one price index series from a panel: the door to all formulas.

No Django, no files: arrays in, arrays out; the command `price_index` and the index releases
both call it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from supplychain.rules.period_labels import find_label
from supplychain.rules.price_index_bilateral import BILATERAL, chained_index, fixed_base_index
from supplychain.rules.price_index_multilateral import (
    GEKS,
    UnconnectedPeriodsError,
    geks_levels,
    tpd_levels,
    tpd_weights,
)
from supplychain.rules.price_index_seasonal import (
    find_base_year,
    left_out_of_lowe,
    lowe_index,
    rolling_year_index,
    rothwell_index,
)
from supplychain.rules.price_index_window import SPLICES, WindowLevels, spliced_index
from supplychain.rules.price_panel import Array, PricePanel, build_panel

SEASONAL = ("lowe", "rothwell")
MULTILATERAL = (*GEKS, "tpd")
METHODS = (*BILATERAL, *SEASONAL, *MULTILATERAL)
LISTED = 10
WEIGHTS = ("share", "expenditure", "none")

__all__ = [
    "METHODS",
    "SPLICES",
    "WEIGHTS",
    "IndexRequest",
    "IndexRequestError",
    "IndexSeries",
    "PricePanel",
    "build_panel",
    "compute_index",
    "rolling_year_index",
]


class IndexRequestError(ValueError):
    """The options do not fit each other or the data; the message says which."""


@dataclass(frozen=True)
class IndexRequest:
    """What to compute: method and options as the command takes them."""

    method: str
    base: str | None = None
    chain: bool = False
    window: int | None = None
    splice: str | None = None
    weights: str | None = None


@dataclass(frozen=True)
class IndexSeries:
    """One value per period, NaN where no product is matched; remarks for the analyst."""

    periods: tuple[str, ...]
    values: Array
    remarks: tuple[str, ...] = ()


def compute_index(panel: PricePanel, request: IndexRequest) -> IndexSeries:
    """Return the series with the base (or the first period) = 1. Raises IndexRequestError."""
    _refuse_misfits(request)
    with np.errstate(all="ignore"):
        _refuse_extremes(panel)
        series = _series(panel, request)
    empty = [panel.periods[row] for row in np.flatnonzero(np.isnan(series.values))]
    if empty:
        remark = f"no matched product, value left empty: {_list(empty)}"
        series = replace(series, remarks=(*series.remarks, remark))
    return series


def _series(panel: PricePanel, request: IndexRequest) -> IndexSeries:
    if request.method in SEASONAL:
        return _seasonal(panel, request)
    base = _base_place(panel, request.base)
    if request.method in BILATERAL:
        compare = chained_index if request.chain else fixed_base_index
        values = compare(BILATERAL[request.method], panel.price, panel.quantity, base)
        return IndexSeries(panel.periods, values)
    series = _multilateral(panel, request)
    return replace(series, values=series.values / series.values[base])


def _seasonal(panel: PricePanel, request: IndexRequest) -> IndexSeries:
    try:
        base = find_base_year(panel, request.base)
    except KeyError:
        raise _no_such_period(panel, str(request.base)) from None
    if request.method == "rothwell":
        return IndexSeries(panel.periods, rothwell_index(panel, base))
    left_out = left_out_of_lowe(panel, base)
    text = f"no price yet at the base, left out of the basket: {_list(left_out)}"
    return IndexSeries(panel.periods, lowe_index(panel, base), (text,) if left_out else ())


def _multilateral(panel: PricePanel, request: IndexRequest) -> IndexSeries:
    periods = len(panel.periods)
    if request.window is not None and request.window < 2:
        raise IndexRequestError("--window needs at least 2 periods")
    window = max(request.window or periods, 2)
    remarks = []
    if window > max(periods, 2):
        remarks.append(f"window {window} is longer than the {periods} periods: one window of all")
    if request.method == "tpd":
        levels = _tpd_window(panel, request.weights or "share")
    else:
        value = panel.price * panel.quantity
        pairs = GEKS[request.method](panel.price, value)
        unlinked = np.triu(np.isnan(pairs))
        gaps = int((unlinked & ~np.triu(unlinked, window)).sum())
        if gaps:
            remarks.append(f"{gaps} pairs of periods share no product: fitted by least squares")
        levels = _geks_window(pairs)
    try:
        values = spliced_index(levels, periods, window, request.splice or "mean_pub")
    except UnconnectedPeriodsError as error:
        names = _list([panel.periods[place] for place in error.places])
        raise IndexRequestError(f"no product links {names} with the other periods: no index is defined") from error
    except np.linalg.LinAlgError as error:
        raise IndexRequestError("the periods hang together too weakly to compute an index") from error
    return IndexSeries(panel.periods, values, tuple(remarks))


def _geks_window(pairs: Array) -> WindowLevels:
    return lambda start, stop: _in_series(geks_levels, start, pairs[start:stop, start:stop])


def _tpd_window(panel: PricePanel, weights: str) -> WindowLevels:
    weight = tpd_weights(panel.price * panel.quantity, weights)
    return lambda start, stop: _in_series(tpd_levels, start, panel.price[start:stop], weight[start:stop])


def _in_series(levels: Callable[..., Array], start: int, *window: Array) -> Array:
    """Compute a window; name its cut-off periods by their place in the whole series."""
    try:
        return levels(*window)
    except UnconnectedPeriodsError as error:
        raise UnconnectedPeriodsError([start + place for place in error.places]) from error


def _list(names: list[str]) -> str:
    """Name the first few and count the rest."""
    rest = len(names) - LISTED
    return ", ".join(names[:LISTED]) + (f" and {rest} more" if rest > 0 else "")


def _base_place(panel: PricePanel, base: str | None) -> int:
    if base is None:
        return 0
    label = find_label(panel.periods, base)
    if label is None:
        raise _no_such_period(panel, base)
    return panel.periods.index(label)


def _no_such_period(panel: PricePanel, base: str) -> IndexRequestError:
    first, last = panel.periods[0], panel.periods[-1]
    return IndexRequestError(f"no period {base!r} for --base; {len(panel.periods)} periods from {first!r} to {last!r}")


def _refuse_extremes(panel: PricePanel) -> None:
    """Refuse what floating point cannot add up: it would pass for a period without trade."""
    value = panel.price * panel.quantity
    if not np.isfinite(np.nansum(value)) or np.nanmin(value) < np.finfo(np.float64).tiny:
        raise IndexRequestError("price × quantity is too large or too small to compute with")


def _refuse_misfits(request: IndexRequest) -> None:
    if request.method not in METHODS:
        raise IndexRequestError(f"unknown method {request.method!r}; one of {', '.join(METHODS)}")
    multilateral = request.method in MULTILATERAL
    if request.chain and (multilateral or request.method == "rothwell"):
        raise IndexRequestError(f"--chain does not apply to {request.method}")
    if request.window is not None and not multilateral:
        raise IndexRequestError(f"--window applies to {', '.join(MULTILATERAL)} only")
    if request.splice is not None and request.window is None:
        raise IndexRequestError("--splice needs --window")
    if request.weights is not None and request.method != "tpd":
        raise IndexRequestError("--weights applies to tpd only")
    if request.splice is not None and request.splice not in SPLICES:
        raise IndexRequestError(f"unknown splice {request.splice!r}; one of {', '.join(SPLICES)}")
    if request.weights is not None and request.weights not in WEIGHTS:
        raise IndexRequestError(f"unknown weights {request.weights!r}; one of {', '.join(WEIGHTS)}")
