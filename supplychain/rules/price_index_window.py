"""Extend a multilateral index window by window without revising what is published.

Splices as in Chessa, A Comparison of Index Extension Methods (Ottawa Group, 2019), with the
conventions of R IndexNumR 0.6.0. Window of w periods, `old` one period behind `new`;
overlap k is place k of the new window and k + 1 of the old:

    factor(k) = (new[w−1]/new[k]) / (old[w−1]/old[k+1]);  next = published[−1]·factor

movement: k = w − 2, the last overlap; window: k = 0; half: k = ⌊(w − 1)/2⌋, which for an even
w is the earlier of the two middle ones; mean: geometric mean over all overlaps. wisp, hasp and
mean_pub are window, half and mean against the last w published values instead of the old window.
"""

from collections.abc import Callable

import numpy as np

from supplychain.rules.price_panel import Array

SPLICES = ("mean_pub", "movement", "window", "half", "mean", "wisp", "hasp")
_PUBLISHED = {"mean_pub": "mean", "wisp": "window", "hasp": "half"}

WindowLevels = Callable[[int, int], Array]


def splice_factor(old: Array, new: Array, splice: str) -> float:
    """Return the movement from the old window's last period to the new window's last.

    NaN in `old` (a period that was not published) leaves that overlap out of a mean.
    """
    width = len(new)
    overlaps = np.log(new[-1] / new[:-1]) - np.log(old[-1] / old[1:])
    if splice == "mean":
        known = overlaps[np.isfinite(overlaps)]
        return float(np.exp(known.mean())) if known.size else float("nan")
    place = {"movement": width - 2, "window": 0, "half": (width - 1) // 2}[splice]
    return float(np.exp(overlaps[place]))


def spliced_index(levels: WindowLevels, periods: int, window: int, splice: str) -> Array:
    """Compute the first window whole, then one value for each later period.

    `levels(start, stop)` returns the index of that window. A window as long as the series
    or longer gives the index over all periods. Raises ValueError for a window under 2.
    """
    if window < 2:
        raise ValueError("a window needs at least 2 periods")
    if splice not in SPLICES:
        raise ValueError(f"unknown splice {splice!r}")
    published = np.full(periods, np.nan)
    first = min(window, periods)
    published[:first] = old = levels(0, first)
    for start in range(1, periods - window + 1):
        stop = start + window
        new = levels(start, stop)
        linked = published[start - 1 : stop - 1] if splice in _PUBLISHED else old
        factor = splice_factor(linked, new, _PUBLISHED.get(splice, splice))
        published[stop - 1] = published[stop - 2] * factor
        old = new
    return published


def extend_published(published: Array, new: Array) -> float:
    """Return the next value by mean_pub: geometric mean over overlaps k of I_k^pub·G_t/G_k.

    `new` is the index over the window that ends in the period to publish; `published` ends one
    period earlier, NaN where nothing was published. NaN when no overlap was published.
    """
    overlap = min(len(published), len(new) - 1)
    if overlap < 1:
        return float("nan")
    carried = np.log(published[-overlap:]) + np.log(new[-1] / new[-overlap - 1 : -1])
    known = carried[np.isfinite(carried)]
    return float(np.exp(known.mean())) if known.size else float("nan")
