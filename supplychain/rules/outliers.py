"""Judge trade prices against what their cell cost on its last trading days."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from supplychain.rules.index_method import IndexMethod
from supplychain.rules.price_panel import Array
from supplychain.rules.unit_values import Codes


class Verdict(IntEnum):
    """What becomes of a trade line: counted, kept apart for a person, or not counted."""

    ACCEPTED = 0
    QUARANTINED = 1
    REJECTED_FAR = 2
    REJECTED_NOT_POSITIVE = 3


@dataclass(frozen=True)
class CellReference:
    """Per cell: volume-weighted median price, and scaled MAD of ln price; NaN without history."""

    median: Array
    mad_log: Array


def cell_references(
    *, cell: Codes, day: Codes, price: Array, kg: Array, cells: int, method: IndexMethod
) -> CellReference:
    """Read the references from accepted earlier lines; each cell's own last trading days count.

    `day` is a day number (date ordinal); pass lines before the judged day only.
    """
    recent = _last_days(cell, day, method.reference_days)
    cell, price, kg = cell[recent], price[recent], kg[recent]
    median = grouped_median(cell, price, kg, cells)
    logs = np.log(price)
    ones = np.ones_like(logs)
    centre = grouped_median(cell, logs, ones, cells)
    mad = grouped_median(cell, np.abs(logs - centre[cell]), ones, cells)
    return CellReference(median, method.mad_scale * mad)


def judge_prices(
    *, cell: Codes, price: Array, kg: Array, reference: CellReference, method: IndexMethod
) -> tuple[Codes, Array]:
    """Return a Verdict and r = ln(p / reference) per line; r is NaN without history or price.

    |r| > ln 3 is rejected; |r| > ln 2 and |r| > 3.5·1.4826·MAD is quarantined (limits from the
    method). A cell without history cannot be judged and is accepted.
    """
    positive = (price > 0) & (kg > 0) & np.isfinite(price) & np.isfinite(kg)
    ratio = np.divide(price, reference.median[cell], out=np.full(price.shape, np.nan), where=positive)
    distance = np.log(ratio)
    size = np.abs(distance)
    limit = np.maximum(method.quarantine_log, method.mad_multiple * reference.mad_log[cell])
    verdict = np.full(price.shape, int(Verdict.ACCEPTED), np.int64)
    verdict[size > limit] = Verdict.QUARANTINED
    verdict[size > method.reject_log] = Verdict.REJECTED_FAR
    verdict[~positive] = Verdict.REJECTED_NOT_POSITIVE
    return verdict, distance


def grouped_median(group: Codes, values: Array, weights: Array, groups: int) -> Array:
    """Return each group's weighted median, NaN for an empty group.

    The smallest value at which the running weight passes half; the mean of two neighbours where
    it meets half exactly, so that equal weights give the ordinary median.
    """
    order = np.lexsort((values, group))
    group, values, weights = group[order], values[order], weights[order]
    medians = np.full(groups, np.nan)
    present, starts = np.unique(group, return_index=True)
    stops = np.append(starts, len(group))[1:]
    for name, start, stop in zip(present, starts, stops, strict=True):
        running = np.cumsum(weights[start:stop])
        half = running[-1] / 2
        at = int(np.searchsorted(running, half * (1 - 1e-12)))
        ties = at + 1 < stop - start and abs(running[at] - half) <= half * 1e-12
        medians[name] = values[start + at : start + at + 1 + ties].mean()
    return medians


def _last_days(cell: Codes, day: Codes, days: int) -> Codes:
    """Return places of the lines on each cell's last trading days."""
    pairs, line = np.unique(np.stack([cell, day]), axis=1, return_inverse=True)
    _, starts, counts = np.unique(pairs[0], return_index=True, return_counts=True)
    from_end = np.repeat(starts + counts, counts) - np.arange(pairs.shape[1])
    return np.flatnonzero(from_end[line] <= days)
