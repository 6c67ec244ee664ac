"""What a benchmark hands back."""

from dataclasses import asdict, dataclass
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """Ours against a reference measured in the same run; a higher ratio is better.

    `ours` and `reference` are in `unit` (rates: more is better). `goal` None means for information.
    """

    name: str
    ours: float
    reference: float
    unit: str
    goal: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        """Give ours divided by the reference."""
        return self.ours / self.reference if self.reference else 0.0

    @property
    def met(self) -> bool | None:
        """Tell whether the goal is met; None without a goal."""
        return None if self.goal is None else self.ratio >= self.goal

    def row(self) -> dict[str, Any]:
        """Give the row of var/bench.json."""
        return asdict(self) | {
            "ours": round(self.ours, 1),
            "reference": round(self.reference, 1),
            "ratio": round(self.ratio, 3),
            "met": self.met,
        }


@dataclass(frozen=True, slots=True)
class Skipped:
    """A benchmark that could not run here, and why."""

    name: str
    reason: str


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Give the median of each measured name over interleaved rounds."""
    return {name: median(one[name] for one in rounds) for name in rounds[0]}
