"""Lay a short series out as a small line: 100 wide, 28 high, its own lowest at the bottom; gaps stay gaps."""

from collections.abc import Sequence

WIDTH, HEIGHT, EDGE = 100, 28, 3


def mini_line(values: Sequence[float | None]) -> list[str]:
    """Return the points of each unbroken run, as SVG writes them; a single value is a short stroke."""
    known = [value for value in values if value is not None]
    if not known:
        return []
    low, span = min(known), (max(known) - min(known)) or 1.0
    step = WIDTH / max(len(values) - 1, 1)
    runs: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        height = HEIGHT - EDGE - (value - low) / span * (HEIGHT - 2 * EDGE)
        runs[-1].append(f"{place * step:.1f},{height:.1f}")
    return [" ".join(run if len(run) > 1 else run * 2) for run in runs if run]
