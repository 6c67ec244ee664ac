"""What a step of the close is given, what it gives back, and how it holds the day."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise

from silk_road_ebao.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Step:
    """One step about to be done: for which day, by whom, when."""

    day: date
    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """What a step did: how many rows, and a sentence where one helps."""

    count: int
    message: str = ""


class DayHeld(Exception):
    """A step cannot be done now; the day waits with this reason and is tried again."""

    def __init__(self, code: str, reason: str | Promise) -> None:
        super().__init__(code)
        self.code = code
        self.reason = str(reason)
