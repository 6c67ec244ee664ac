"""The track of a business day: its steps in order, and how a held day goes on."""

from itertools import pairwise

from silk_road_ebao.kernel.state_table import StateTable

STEPS = (
    "CUT",
    "BILLS_FETCHED",
    "BILLS_VERIFIED",
    "ROWS_LOADED",
    "RECONCILED",
    "FEES_CHARGED",
    "STATEMENTS_MADE",
    "POSTED",
    "PROVED",
    "PUBLISHED",
)
_TRACK = ("OPEN", *STEPS)

BUSINESS_DAY = StateTable(
    {
        **{before: {after, "HELD"} for before, after in pairwise(_TRACK)},
        # What held a day may be mended at the step itself or at an earlier one (a corrected bill).
        "HELD": set(STEPS),
        "PUBLISHED": set(),
    }
)


def step_after(reached: str) -> str | None:
    """Name the step due after the one reached; None when the day is published."""
    place = _TRACK.index(reached)
    return _TRACK[place + 1] if place + 1 < len(_TRACK) else None


def has_reached(reached: str, step: str) -> bool:
    """Tell whether a day that has reached one step has passed another."""
    return _TRACK.index(reached) >= _TRACK.index(step)
