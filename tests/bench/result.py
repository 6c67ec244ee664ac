"""What a benchmark hands back."""

from dataclasses import asdict, dataclass
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


def middle(rounds: list[tuple[float, float]]) -> tuple[float, float]:
    """Give the (ours, reference) of the round whose ratio is the median.

    Both of a round are measured within a second or two of each other, so a disk or processor that others
    use now and then disturbs both alike.
    """
    return sorted(rounds, key=lambda pair: pair[0] / pair[1])[len(rounds) // 2]
