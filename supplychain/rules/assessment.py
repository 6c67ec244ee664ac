"""Score an operating assessment: gates, frozen bins, reason codes, the need for funds, drift. Pure arithmetic.

Three results are kept apart and never added: T authenticity, O operation, F circulation.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

T, O, F = "T", "O", "F"  # noqa: E741  # the names the method gives its results
REASONS = 4


@dataclass(frozen=True)
class Feature:
    """One feature: five bins between four frozen cut-points, each with its points; `missing` when unknown.

    `cuts` rise; `points` belong to the bins from the lowest value to the highest.
    """

    code: str
    result: str
    cuts: tuple[float, float, float, float]
    points: tuple[int, int, int, int, int]
    missing: int

    @property
    def most(self) -> int:
        """Give the most points there are."""
        return max(self.points)

    def score(self, value: float | None) -> int:
        """Give the points of a value; a value on a cut-point belongs to the bin above."""
        if value is None or math.isnan(value):
            return self.missing
        return self.points[sum(value >= cut for cut in self.cuts)]


@dataclass(frozen=True)
class Scorecard:
    """评估方法: features with frozen cut-points, and the limits of the gates."""

    version: str
    features: tuple[Feature, ...]
    days_min: int
    active_days_min: int
    agreement_min: float
    circular_max: float
    supported_ratio: float
    explained_ratio: float
    receipts_share_low: float
    receipts_share_high: float


@dataclass(frozen=True)
class Reason:
    """A shortfall: what it is about, the points lost, the value and what the peers have."""

    feature: str
    lost: int
    value: float | None
    peer: float | None


@dataclass(frozen=True)
class Scores:
    """Three results, never merged, and the four largest shortfalls."""

    results: Mapping[str, int]
    points: Mapping[str, int]
    reasons: tuple[Reason, ...]


def read_scorecard(version: str, parameters: Mapping[str, Any]) -> Scorecard:
    """Read a scorecard from its record. Raises ValueError for cut-points that do not rise."""
    features = tuple(
        Feature(row["code"], row["result"], tuple(row["cuts"]), tuple(row["points"]), row["missing"])
        for row in parameters["features"]
    )
    for feature in features:
        if list(feature.cuts) != sorted(feature.cuts) or len(feature.points) != len(feature.cuts) + 1:
            raise ValueError(f"{feature.code}: four rising cut-points and five points")
    limits = {name: value for name, value in parameters.items() if name != "features"}
    return Scorecard(version=version, features=features, **limits)


def score(card: Scorecard, values: Mapping[str, float | None], peers: Mapping[str, float | None]) -> Scores:
    """Score one merchant; features the books know nothing of count as the method says, never as the average."""
    points = {feature.code: feature.score(values.get(feature.code)) for feature in card.features}
    results = {
        name: sum(points[feature.code] for feature in card.features if feature.result == name) for name in (T, O, F)
    }
    lost = sorted(
        ((feature.most - points[feature.code], place, feature) for place, feature in enumerate(card.features)),
        key=lambda item: (-item[0], item[1]),
    )
    reasons = tuple(
        Reason(feature.code, missed, values.get(feature.code), peers.get(feature.code))
        for missed, _place, feature in lost[:REASONS]
        if missed > 0
    )
    return Scores(results, points, reasons)


def closed_gates(
    card: Scorecard,
    *,
    is_authorised: bool,
    days: int,
    active_days: int,
    agreement: float | None,
    circular: float | None,
    is_verified: bool,
) -> list[str]:
    """List the gates that are closed: then nothing is issued and a person looks."""
    tests = (
        (not is_authorised, "NO_AUTHORISATION"),
        (days < card.days_min or active_days < card.active_days_min, "SHORT_HISTORY"),
        (agreement is None or agreement < card.agreement_min, "BOOKS_PART"),
        (circular is not None and circular > card.circular_max, "CIRCULAR"),
        (not is_verified, "UNVERIFIED"),
    )
    return [code for is_closed, code in tests if is_closed]


@dataclass(frozen=True)
class Need:
    """真实需求: working capital, what is still lacking, and the ratio of what is asked to it; fen."""

    working_capital_fen: int
    lacking_fen: int
    ratio: float | None
    verdict: str
    receipts_share: float | None
    is_in_usual_share: bool | None


def real_need(
    card: Scorecard,
    *,
    sales_fen: int,
    receipts_fen: int,
    requested_fen: int,
    own_funds_fen: int,
    loans_fen: int,
    other_sources_fen: int,
    margin: float,
    growth: float,
    stock_days: float,
    receivable_days: float,
    payable_days: float,
    prepaid_days: float,
    advance_days: float,
) -> Need:
    """Compute 营运资金量 = sales × (1−margin) × (1+growth) / turns, turns = 360 / days the money is tied up.

    Verdict SUPPORTED to 1, EXPLAIN to 1.5, NOT_SUPPORTED above or where nothing is lacking.
    """
    tied_days = max(stock_days + receivable_days - payable_days + prepaid_days - advance_days, 0.0)
    working = round(sales_fen * (1 - margin) * (1 + growth) * tied_days / 360)
    lacking = working - own_funds_fen - loans_fen - other_sources_fen
    ratio = requested_fen / lacking if lacking > 0 else None
    if ratio is None or ratio > card.explained_ratio:
        verdict = "NOT_SUPPORTED"
    else:
        verdict = "SUPPORTED" if ratio <= card.supported_ratio else "EXPLAIN"
    share = requested_fen / receipts_fen if receipts_fen > 0 else None
    usual = None if share is None else card.receipts_share_low <= share <= card.receipts_share_high
    return Need(working, lacking, ratio, verdict, share, usual)


def population_stability(expected: Sequence[float], actual: Sequence[float], bins: int = 10) -> float:
    """Compute the population stability index over equal-count bins of the expected values.

    Below 0.1 nothing moved, above 0.25 the population is another one. NaN without values on either side.
    """
    if not expected or not actual:
        return math.nan
    ordered = sorted(expected)
    cuts = sorted({ordered[len(ordered) * place // bins] for place in range(1, bins)})
    shares: list[list[float]] = []
    for values in (expected, actual):
        counts = [0] * (len(cuts) + 1)
        for value in values:
            counts[sum(value >= cut for cut in cuts)] += 1
        shares.append([max(count / len(values), 1e-4) for count in counts])
    return float(sum((now - then) * math.log(now / then) for then, now in zip(*shares, strict=True)))
