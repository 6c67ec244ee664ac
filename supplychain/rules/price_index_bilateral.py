"""Compare two periods over the products sold in both: eleven weighted formulas, three plain.

Formulas as in ILO, Consumer Price Index Manual (2004), chapters 15–20, and Balk, Price and
Quantity Index Numbers (2008), chapter 3. p, q, v, s: prices, quantities, values, value
shares within the matched products; 0 the base, 1 the compared period.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from supplychain.rules.price_panel import Array, Mask


@dataclass(frozen=True)
class MatchedPair:
    """Rows of matched base and compared periods; unmatched cells hold 0 (relative: 1)."""

    p0: Array
    q0: Array
    p1: Array
    q1: Array
    relative: Array
    matched: Mask

    @property
    def s0(self) -> Array:
        return _shares(self.p0 * self.q0)

    @property
    def s1(self) -> Array:
        return _shares(self.p1 * self.q1)


Formula = Callable[[MatchedPair], Array]


def match_pair(p0: Array, q0: Array, p1: Array, q1: Array) -> MatchedPair:
    """Keep the products with a price in both; base arrays broadcast over compared rows."""
    p0, q0 = np.broadcast_to(p0, p1.shape), np.broadcast_to(q0, q1.shape)
    matched = np.isfinite(p0) & np.isfinite(p1)
    relative = np.divide(p1, p0, out=np.ones_like(p1), where=matched)
    kept = [np.where(matched, values, 0.0) for values in (p0, q0, p1, q1)]
    return MatchedPair(kept[0], kept[1], kept[2], kept[3], relative, matched)


def _shares(values: Array) -> Array:
    return np.asarray(values / values.sum(axis=-1, keepdims=True), np.float64)


def _total(values: Array) -> Array:
    return np.asarray(values.sum(axis=-1), np.float64)


def _mean(pair: MatchedPair, values: Array) -> Array:
    return np.asarray(_total(np.where(pair.matched, values, 0.0)) / pair.matched.sum(axis=-1), np.float64)


def laspeyres(pair: MatchedPair) -> Array:
    """Return Σ p1·q0 / Σ p0·q0."""
    return _total(pair.p1 * pair.q0) / _total(pair.p0 * pair.q0)


def paasche(pair: MatchedPair) -> Array:
    """Return Σ p1·q1 / Σ p0·q1."""
    return _total(pair.p1 * pair.q1) / _total(pair.p0 * pair.q1)


def fisher(pair: MatchedPair) -> Array:
    """Return the geometric mean of Laspeyres and Paasche."""
    return np.sqrt(laspeyres(pair) * paasche(pair))


def tornqvist(pair: MatchedPair) -> Array:
    """Return exp Σ ½(s0 + s1)·ln(p1/p0)."""
    return np.exp(_total((pair.s0 + pair.s1) / 2 * np.log(pair.relative)))


def walsh(pair: MatchedPair) -> Array:
    """Return Σ p1·√(q0·q1) / Σ p0·√(q0·q1)."""
    basket = np.sqrt(pair.q0) * np.sqrt(pair.q1)
    return _total(pair.p1 * basket) / _total(pair.p0 * basket)


def marshall_edgeworth(pair: MatchedPair) -> Array:
    """Return Σ p1·(q0 + q1) / Σ p0·(q0 + q1)."""
    basket = pair.q0 + pair.q1
    return _total(pair.p1 * basket) / _total(pair.p0 * basket)


def palgrave(pair: MatchedPair) -> Array:
    """Return Σ s1·(p1/p0): the relatives' arithmetic mean by compared-period shares."""
    return _total(pair.s1 * pair.relative)


def geometric_laspeyres(pair: MatchedPair) -> Array:
    """Return exp Σ s0·ln(p1/p0)."""
    return np.exp(_total(pair.s0 * np.log(pair.relative)))


def geometric_paasche(pair: MatchedPair) -> Array:
    """Return exp Σ s1·ln(p1/p0)."""
    return np.exp(_total(pair.s1 * np.log(pair.relative)))


def harmonic_laspeyres(pair: MatchedPair) -> Array:
    """Return (Σ s0·(p1/p0)⁻¹)⁻¹."""
    return 1 / _total(pair.s0 / pair.relative)


def harmonic_paasche(pair: MatchedPair) -> Array:
    """Return (Σ s1·(p1/p0)⁻¹)⁻¹, which is Paasche's index written as a mean of relatives."""
    return 1 / _total(pair.s1 / pair.relative)


def jevons(pair: MatchedPair) -> Array:
    """Return the relatives' geometric mean, unweighted."""
    return np.exp(_mean(pair, np.log(pair.relative)))


def dutot(pair: MatchedPair) -> Array:
    """Return Σ p1 / Σ p0."""
    return _total(pair.p1) / _total(pair.p0)


def carli(pair: MatchedPair) -> Array:
    """Return the relatives' arithmetic mean, unweighted."""
    return _mean(pair, pair.relative)


BILATERAL: dict[str, Formula] = {
    "laspeyres": laspeyres,
    "paasche": paasche,
    "fisher": fisher,
    "tornqvist": tornqvist,
    "walsh": walsh,
    "marshall-edgeworth": marshall_edgeworth,
    "palgrave": palgrave,
    "geometric-laspeyres": geometric_laspeyres,
    "geometric-paasche": geometric_paasche,
    "harmonic-laspeyres": harmonic_laspeyres,
    "harmonic-paasche": harmonic_paasche,
    "jevons": jevons,
    "dutot": dutot,
    "carli": carli,
}


def compare_rows(formula: Formula, p0: Array, q0: Array, p1: Array, q1: Array) -> Array:
    """Return one index per compared row; NaN where no product is matched."""
    pair = match_pair(p0, q0, p1, q1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(pair.matched.any(axis=-1), formula(pair), np.nan)


def fixed_base_index(formula: Formula, price: Array, quantity: Array, base: int) -> Array:
    """Compare every period with the base directly."""
    return compare_rows(formula, price[base], quantity[base], price, quantity)


def chained_index(formula: Formula, price: Array, quantity: Array, base: int) -> Array:
    """Multiply period-to-period links outward from the base; NaN beyond a missing link."""
    links = compare_rows(formula, price[:-1], quantity[:-1], price[1:], quantity[1:])
    forward = np.cumprod(links[base:])
    backward = 1 / np.cumprod(links[:base][::-1])[::-1]
    return np.concatenate([backward, [1.0], forward])
