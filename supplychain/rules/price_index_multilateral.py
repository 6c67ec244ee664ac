"""Compare many periods transitively: GEKS over bilateral indices, time-product dummy (TPD)."""

from collections.abc import Callable

import numpy as np

from supplychain.rules.price_panel import Array, Mask


class UnconnectedPeriodsError(ValueError):
    """Some periods share no products, even indirectly; `places` are those cut off."""

    def __init__(self, places: list[int]) -> None:
        super().__init__(f"periods at {places} share no product with the first, even indirectly")
        self.places = places


# ------------------------------------------------------------ bilateral matrices
# Every pair (i base, j compared) at once by matrix products; sums run over the products
# matched in i and j, because an absent product holds 0. NaN where nothing is matched.


def log_tornqvist_matrix(price: Array, value: Array) -> Array:
    """Return ln of the Törnqvist index of every period against every other."""
    present = np.isfinite(price)
    logs, values = _centred_logs(price, present), np.where(present, value, 0.0)
    mask = present.astype(np.float64)
    matched_value = _or_nan(values @ mask.T)
    moves = (values @ logs.T - (values * logs) @ mask.T) / matched_value
    return (moves - moves.T) / 2


def log_fisher_matrix(price: Array, value: Array) -> Array:
    """Return ln of the Fisher index of every period against every other."""
    present = np.isfinite(price)
    prices, values = np.where(present, price, 0.0), np.where(present, value, 0.0)
    quantities = np.divide(values, prices, out=np.zeros_like(values), where=present)
    matched_value = _or_nan(values @ present.astype(np.float64).T)
    log_laspeyres = np.log(_or_nan(quantities @ prices.T) / matched_value)
    return (log_laspeyres - log_laspeyres.T) / 2


def log_jevons_matrix(price: Array, value: Array) -> Array:
    """Return ln of the Jevons index of every period against every other; values are not used."""
    present = np.isfinite(price)
    logs, mask = _centred_logs(price, present), present.astype(np.float64)
    sums = mask @ logs.T
    return (sums - sums.T) / _or_nan(mask @ mask.T)


PairMatrix = Callable[[Array, Array], Array]


def _centred_logs(price: Array, present: Mask) -> Array:
    """Return ln p less each product's mean: matched differences stay, rounding shrinks."""
    logs = np.log(np.where(present, price, 1.0))
    mean = logs.sum(axis=0) / np.maximum(present.sum(axis=0), 1)
    return np.where(present, logs - mean, 0.0)


def _or_nan(sums: Array) -> Array:
    return np.where(sums > 0, sums, np.nan)


# ------------------------------------------------------------ GEKS


def geks_levels(log_pairs: Array) -> Array:
    """Return I_t/I_0 = Π_k (P_0k·P_kt)^{1/T} from the matrix ln P, first period = 1.

    Where pairs without a common product leave gaps, the levels are those that fit the
    remaining pairs best: least squares of ln P_jk on ln I_k − ln I_j, which is the same
    formula when nothing is missing. Raises UnconnectedPeriodsError.
    """
    known = np.isfinite(log_pairs)
    if known.all():
        mean = log_pairs.mean(axis=0)
        return np.asarray(np.exp(mean - mean[0]), np.float64)
    require_connected(known)
    graph = known.astype(np.float64)
    np.fill_diagonal(graph, 0.0)
    return _solve_levels(graph, np.where(known, log_pairs, 0.0).sum(axis=0))


def _solve_levels(graph: Array, totals: Array) -> Array:
    """Solve (degrees − graph)·ln I = totals with ln I_0 = 0; return I."""
    laplacian = np.diag(graph.sum(axis=1)) - graph
    levels = np.zeros(len(totals))
    levels[1:] = np.linalg.solve(laplacian[1:, 1:], totals[1:])
    return np.exp(levels)


def require_connected(adjacent: Mask) -> None:
    """Raise UnconnectedPeriodsError unless every period is reached from the first."""
    reached = np.zeros(len(adjacent), np.bool_)
    reached[0] = True
    while True:
        wider = reached | adjacent[reached].any(axis=0)
        if (wider == reached).all():
            break
        reached = wider
    if not reached.all():
        raise UnconnectedPeriodsError([int(place) for place in np.flatnonzero(~reached)])


# ------------------------------------------------------------ time-product dummy


def tpd_weights(value: Array, weights: str) -> Array:
    """Return regression weights, 0 where absent.

    `share`: value shares within the period (IndexNumR's WTPD); `expenditure`: raw values
    (Statistics New Zealand's TPD); `none`: every observation alike.
    """
    values = np.where(np.isfinite(value), value, 0.0)
    if weights == "share":
        return np.asarray(values / values.sum(axis=1, keepdims=True), np.float64)
    if weights == "expenditure":
        return np.asarray(values / values.sum(), np.float64)
    if weights == "none":
        return np.isfinite(value).astype(np.float64)
    raise ValueError(f"unknown weights {weights!r}")


def tpd_levels(price: Array, weight: Array) -> Array:
    """Return exp(d_t) of the weighted regression ln p = d_t + b_product, d_0 = 0.

    The product effects are swept out, so that a system of T − 1 equations remains.
    Raises UnconnectedPeriodsError.
    """
    present = np.isfinite(price)
    require_connected((present.astype(np.float64) @ present.T.astype(np.float64)) > 0)
    sold = present.any(axis=0)
    logs, weight = _centred_logs(price, present)[:, sold], weight[:, sold]
    product_weight = weight.sum(axis=0)
    spread = weight / product_weight
    deviation = logs - (weight * logs).sum(axis=0) / product_weight
    totals = (weight * np.where(present[:, sold], deviation, 0.0)).sum(axis=1)
    return _solve_levels(spread @ weight.T, totals)


GEKS: dict[str, PairMatrix] = {
    "geks-tornqvist": log_tornqvist_matrix,
    "geks-fisher": log_fisher_matrix,
    "geks-jevons": log_jevons_matrix,
}
