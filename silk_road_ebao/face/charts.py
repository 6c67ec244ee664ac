"""Where the bars and lines stand: pure geometry, drawn by SVG attributes (the policy forbids inline styles)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Point = tuple[Any, float | int | None]

BAR_WIDTH, BAR_GAP, BARS_HEIGHT = 8, 3, 44
WIDTH, HEIGHT, START, END, TOP, BOTTOM = 400, 220, 44, 8, 10, 24


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in units of its picture."""

    x: int
    y: float
    height: float
    label: Any
    kind: str


@dataclass(frozen=True, slots=True)
class Bars:
    """A row of bars and the size of its picture."""

    width: int
    height: int
    bars: list[Bar]


@dataclass(frozen=True, slots=True)
class Lines:
    """One or two lines as SVG points, with marks on both axes."""

    width: int
    height: int
    line: list[str]
    other: list[str]
    ends: list[tuple[float, float, str]]
    ticks: list[tuple[float, str]]
    labels: list[tuple[float, Any, str]]
    left: int
    right: int


def bars(points: Sequence[Point], *, now: int | None = None) -> Bars:
    """Stand bars on one ground, the highest fills the height; zero leaves a quiet stub; `now` is the running one."""
    highest = max((float(value or 0) for _, value in points), default=0.0)
    drawn = []
    for place, (label, value) in enumerate(points):
        share = float(value or 0) / highest if highest > 0 else 0.0
        height = round(max(share * BARS_HEIGHT, 2.0), 2)
        kind = "now" if place == now and share > 0 else "quiet" if share <= 0 else ""
        drawn.append(Bar(place * (BAR_WIDTH + BAR_GAP), round(BARS_HEIGHT - height, 2), height, label, kind))
    width = max(len(points) * (BAR_WIDTH + BAR_GAP) - BAR_GAP, 1)
    return Bars(width, BARS_HEIGHT, drawn)


def lines(points: Sequence[Point], other: Sequence[Point] = ()) -> Lines:
    """Lay one or two lines over the same axes; missing values break a line."""
    values = [float(value) for _, value in (*points, *other) if value is not None]
    low, high, step = nice_range(min(values, default=0.0), max(values, default=1.0))

    def x_of(place: int, count: int) -> float:
        return round(START + (WIDTH - START - END) * place / max(count - 1, 1), 1)

    def y_of(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (high - value) / (high - low), 1)

    def path(series: Sequence[Point]) -> list[str]:
        runs: list[list[str]] = [[]]
        for place, (_, value) in enumerate(series):
            if value is None:
                runs.append([])
            else:
                runs[-1].append(f"{x_of(place, len(series))},{y_of(float(value))}")
        return [" ".join(run) for run in runs if run]

    def last(series: Sequence[Point], kind: str) -> list[tuple[float, float, str]]:
        known = [(place, value) for place, (_, value) in enumerate(series) if value is not None]
        return [(x_of(known[-1][0], len(series)), y_of(float(known[-1][1] or 0)), kind)] if known else []

    ticks = [
        (y_of(low + step * place), _plain(low + step * place, step)) for place in range(round((high - low) / step) + 1)
    ]
    labels = [(x_of(place, len(points)), points[place][0], anchor) for place, anchor in _shown_labels(len(points))]
    ends = [*last(points, ""), *last(other, "2")]
    return Lines(WIDTH, HEIGHT, path(points), path(other), ends, ticks, labels, START, WIDTH - END)


def nice_range(low: float, high: float) -> tuple[float, float, float]:
    """Widen a range to round marks: (lowest, highest, step) with three to six steps."""
    if high <= low:
        low, high = low - 1, high + 1
    rough = (high - low) / 4
    magnitude = 1.0
    while magnitude * 10 <= rough:
        magnitude *= 10
    while magnitude > rough:
        magnitude /= 10
    step = next(magnitude * by for by in (1, 2, 5, 10) if magnitude * by >= rough)
    floor = step * (low // step)
    ceiling = step * -(-high // step)
    return floor, ceiling, step


def _plain(value: float, step: float) -> str:
    places = 0 if step >= 1 else 1 if step >= 0.1 else 2
    return f"{value:,.{places}f}"


def _shown_labels(count: int) -> list[tuple[int, str]]:
    """Name the first, the last and up to three between them, with the side their text hangs on."""
    if count == 0:
        return []
    if count == 1:
        return [(0, "start")]
    inner = [round((count - 1) * part / 4) for part in (1, 2, 3)] if count > 8 else []
    return [(0, "start"), *((place, "middle") for place in inner), (count - 1, "end")]
