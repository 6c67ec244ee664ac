"""The day as a track: which station it has reached, when, and what holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STATIONS: tuple[tuple[str, str | Promise, tuple[str, ...]], ...] = (
    ("CUT", _("切日"), ("CUT",)),
    ("BILLS", _("取账单"), ("BILLS_FETCHED", "BILLS_VERIFIED", "ROWS_LOADED")),
    ("RECONCILED", _("对账"), ("RECONCILED",)),
    ("FEES", _("收费"), ("FEES_CHARGED",)),
    ("SETTLED", _("结算"), ("STATEMENTS_MADE", "POSTED")),
    ("PROVED", _("证明"), ("PROVED", "PUBLISHED")),
)


@dataclass(frozen=True, slots=True)
class Station:
    """One station: done, now (the one being worked at), held, or ahead."""

    code: str
    name: str | Promise
    state: str
    at: datetime | None
    count: str | Promise
    why: str | Promise


def track(
    reached: Mapping[str, datetime],
    *,
    held_by: str | Promise = "",
    counts: Mapping[str, str | Promise] | None = None,
) -> list[Station]:
    """Lay the day out: `reached` says when each status was entered; `held_by` why the next one is not."""
    stations: list[Station] = []
    is_past = True
    for code, name, statuses in STATIONS:
        done = is_past and statuses[-1] in reached
        here = is_past and not done
        state = "done" if done else "ahead" if not here else "held" if held_by else "now"
        at = max((reached[status] for status in statuses if status in reached), default=None)
        why = held_by if state == "held" else ""
        stations.append(Station(code, name, state, at, _count(statuses, counts or {}), why))
        is_past = done
    return stations


def _count(statuses: tuple[str, ...], counts: Mapping[str, str | Promise]) -> str | Promise:
    """Give what the last step of a station that counted anything says."""
    return next((counts[status] for status in reversed(statuses) if status in counts), "")
