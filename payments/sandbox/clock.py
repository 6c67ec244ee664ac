"""Keep the sandbox's own time, which tests and demonstrations may move, freeze and compress."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone
from typing import Any

SHANGHAI = timezone(timedelta(hours=8))


class ClockError(ValueError):
    """Name the field of a clock setting that cannot be used."""


class Clock:
    """Tell business time: real time plus an offset, or a fixed instant while frozen.

    ``factor`` divides every waiting time of a notice schedule; it does not make business
    time run faster. Signatures carry real time unless ``signing`` is ``sandbox``.
    """

    def __init__(self) -> None:
        self.offset_s = 0.0
        self.frozen_at: float | None = None
        self.factor = 1.0
        self.signing = "real"

    def epoch(self) -> float:
        """Return the business time as seconds since 1970."""
        return self.frozen_at if self.frozen_at is not None else time.time() + self.offset_s

    def now(self) -> datetime:
        """Return the business time in Shanghai, without microseconds."""
        return datetime.fromtimestamp(int(self.epoch()), SHANGHAI)

    def text(self) -> str:
        """Return the business time as RFC 3339 with +08:00."""
        return self.now().isoformat()

    def signing_epoch(self) -> int:
        """Return the time that signatures carry and are judged by."""
        return int(time.time() if self.signing == "real" else self.epoch())

    def wait_s(self, seconds: float) -> float:
        """Return how long a schedule interval really lasts under the factor."""
        return seconds / self.factor

    def set(self, settings: dict[str, Any]) -> None:
        """Apply ``now``, ``factor``, ``freeze``, ``signing``, ``advance_s``; refuse what is odd."""
        unknown = set(settings) - {"now", "factor", "freeze", "signing", "advance_s"}
        if unknown:
            raise ClockError(f"{sorted(unknown)[0]}: unknown field")
        factor = settings.get("factor", self.factor)
        if isinstance(factor, bool) or not isinstance(factor, int | float) or not factor > 0:
            raise ClockError("factor: a number above 0 is needed")
        signing = settings.get("signing", self.signing)
        if signing not in ("real", "sandbox"):
            raise ClockError("signing: real or sandbox")
        freeze = settings.get("freeze", self.frozen_at is not None)
        if not isinstance(freeze, bool):
            raise ClockError("freeze: true or false")
        epoch = self._wanted_epoch(settings)
        self.factor, self.signing = float(factor), signing
        self.offset_s = epoch - time.time()
        self.frozen_at = epoch if freeze else None

    def _wanted_epoch(self, settings: dict[str, Any]) -> float:
        advance = settings.get("advance_s", 0)
        if isinstance(advance, bool) or not isinstance(advance, int | float):
            raise ClockError("advance_s: a number of seconds is needed")
        if "now" not in settings:
            return self.epoch() + advance
        if settings["now"] == "real":
            return time.time() + advance
        try:
            moment = datetime.fromisoformat(settings["now"])
        except (TypeError, ValueError):
            raise ClockError("now: a time such as 2025-11-11T05:00:00+08:00, or real") from None
        if moment.tzinfo is None:
            raise ClockError("now: the offset is missing (+08:00)")
        return moment.timestamp() + advance

    def state(self) -> dict[str, Any]:
        """Return the settings as they are kept in the journal and shown by GET."""
        return {
            "now": self.text(),
            "factor": self.factor,
            "freeze": self.frozen_at is not None,
            "signing": self.signing,
            "offset_s": self.offset_s,
            "frozen_at": self.frozen_at,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take up the settings of an earlier run."""
        self.offset_s = state["offset_s"]
        self.frozen_at = state["frozen_at"]
        self.factor = state["factor"]
        self.signing = state["signing"]
