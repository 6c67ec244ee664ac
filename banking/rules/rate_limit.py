"""How many calls a partner may make: a fixed window of one minute."""

from dataclasses import dataclass

WINDOW_S = 60
CALLS = 600
"""Calls per institution and window."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left of a window: `limit` calls, `remaining` of them, new ones in `reset_s` seconds."""

    limit: int
    remaining: int
    reset_s: int
    is_spent: bool


def window_of(now_s: float) -> tuple[int, int]:
    """Return the number of the window at a moment, and the whole seconds until the next one."""
    number = int(now_s // WINDOW_S)
    return number, max(1, int((number + 1) * WINDOW_S - now_s))


def quota(calls: int, limit: int, reset_s: int) -> Quota:
    """Work out what is left after `calls` calls in the window."""
    return Quota(limit=limit, remaining=max(0, limit - calls), reset_s=reset_s, is_spent=calls > limit)
