"""PSI: how far the results of a method moved against the same season a year before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from supplychain.models import Assessment, AssessmentModel
from supplychain.rules.assessment import population_stability, read_scorecard, score
from supplychain.selectors.assessments import model_on, season_of

RESULTS = {"authenticity": "T", "operation": "O", "circulation": "F"}
WATCH_PSI, MOVED_PSI = 0.1, 0.25


@dataclass(frozen=True)
class Drift:
    """PSI of one result against the same season last year; None with too few rows on a side."""

    result: str
    psi: float | None
    rows_now: int
    rows_then: int

    @property
    def verdict(self) -> str:
        """Tell STABLE, WATCH (from 0.1), MOVED (from 0.25) or UNKNOWN."""
        if self.psi is None:
            return "UNKNOWN"
        return "STABLE" if self.psi < WATCH_PSI else "WATCH" if self.psi < MOVED_PSI else "MOVED"


def drift_of(*, until: date, model: AssessmentModel | None = None, rows_min: int = 30) -> list[Drift]:
    """Measure the drift of one method's three results (the one in force, unless told), 10 bins.

    Its assessments of the 30 days to `until` stand against all issued in the same days a year before; those made by
    another method are scored anew by this one from the features they stored, so that merchants are compared and
    not methods.
    """
    model = model or model_on(until)
    now, then = season_of(until)
    actual, expected = _results(now.filter(model=model), model), _results(then, model)
    enough = min(len(actual), len(expected)) >= rows_min
    drifts = []
    for place, result in enumerate(RESULTS):
        psi = population_stability(_column(expected, place), _column(actual, place)) if enough else None
        drifts.append(Drift(result, psi, len(actual), len(expected)))
    return drifts


def _results(rows: QuerySet[Assessment], model: AssessmentModel) -> list[tuple[int, ...]]:
    """Give (T, O, F) of every row by one method."""
    card = read_scorecard(model.version, model.parameters)
    found = []
    for model_id, features, *stored in rows.values_list("model_id", "features", *RESULTS).iterator():
        if model_id == model.pk:
            found.append(tuple(stored))
            continue
        values = {code: None if told["value"] is None else float(told["value"]) for code, told in features.items()}
        scores = score(card, values, {})
        found.append(tuple(scores.results[name] for name in RESULTS.values()))
    return found


def _column(rows: Sequence[tuple[int, ...]], place: int) -> list[float]:
    return [float(row[place]) for row in rows]
