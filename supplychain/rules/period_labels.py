"""Order and read the labels of periods: numbers, dates, months, weeks, quarters."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?", re.ASCII)
_SEASONAL = {
    "day": re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[T ](.*))?", re.ASCII),
    "compact": re.compile(r"(\d{4})()(\d{2})(\d{2})?()", re.ASCII),
    "month": re.compile(r"(\d{4})(-M|M|m|[-/])(\d{1,2})()()", re.ASCII),
    "week": re.compile(r"(\d{4})(-?[Ww])(\d{1,2})()()", re.ASCII),
    "quarter": re.compile(r"(\d{4})(-?[Qq])([1-4])()()", re.ASCII),
}
_LAST_SEASON = {"day": 12, "compact": 12, "month": 12, "week": 53, "quarter": 4}


@dataclass(frozen=True)
class SeasonalLabel:
    """A label that says which part of which year it is: month 2 of 1970, week 7 of 2026."""

    year: int
    season: int
    day: int
    rest: str

    @property
    def order(self) -> tuple[int, int, int, str]:
        return (self.year, self.season, self.day, self.rest)


def read_seasons(labels: Sequence[str]) -> list[SeasonalLabel] | None:
    """Return year and season of every label, or None unless all are written in one way."""
    for kind, pattern in _SEASONAL.items():
        found = [_read(label, pattern, _LAST_SEASON[kind]) for label in labels]
        read = [label for label in found if label is not None]
        if read and len(read) == len(found):
            return read
    return None


def sort_labels(labels: Sequence[str]) -> list[str]:
    """Sort distinct labels: all numbers as numbers, all dates of one form by date, else as text.

    Raises ValueError when two labels are the same number or date written in two ways.
    """
    keys: list[object]
    seasons = read_seasons(labels)
    if all(_NUMBER.fullmatch(label) for label in labels):
        keys = [float(label) for label in labels]
    elif seasons is not None:
        keys = [season.order for season in seasons]
    else:
        keys = list(labels)
    seen: dict[object, str] = {}
    for key, label in zip(keys, labels, strict=True):
        if key in seen:
            raise ValueError(f"periods {seen[key]!r} and {label!r} are the same period")
        seen[key] = label
    return [seen[key] for key in sorted(seen)]  # type: ignore[type-var]


def find_label(labels: Sequence[str], wanted: str) -> str | None:
    """Return the label written so, or the only one that starts so: 1970-12 finds 1970-12-31."""
    if wanted in labels:
        return wanted
    within = [label for label in labels if label.startswith((f"{wanted}-", f"{wanted}/", f"{wanted}T"))]
    return within[0] if wanted and len(within) == 1 else None


def _read(label: str, pattern: re.Pattern[str], last_season: int) -> SeasonalLabel | None:
    match = pattern.fullmatch(label)
    if match is None:
        return None
    year, season, day = int(match[1]), int(match[3]), int(match[4] or 1)
    if not (1800 <= year <= 2199 and 1 <= season <= last_season and 1 <= day <= 31):
        return None
    return SeasonalLabel(year, season, day, match[5] or "")
