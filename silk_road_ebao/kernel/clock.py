"""The clock: the only source of "now". Real time plus an offset that demo and tests may set.

The offset is one row in the database, so that every process shares it; each reads it at most
every half second. Where CLOCK_MAY_BE_SET is False (production) the table is never touched.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.models import ClockSetting
from silk_road_ebao.kernel.refusals import Refusal

BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")
READ_EVERY_S = 0.5


class ClockIsFixed(Refusal):
    message = _("正式环境的时钟不能调整")


class _Offset:
    """The offset as this process last read it."""

    def __init__(self) -> None:
        self.value = timedelta(0)
        self.read_until = 0.0
        self.lock = threading.Lock()

    def current(self) -> timedelta:
        """Give the offset, reading the table when the last reading is old."""
        # A transaction that has failed takes no further statement; the last reading must do.
        if time.monotonic() >= self.read_until and not connection.needs_rollback:
            row = ClockSetting.objects.filter(pk=1).values_list("offset", flat=True).first()
            with self.lock:
                self.value = row or timedelta(0)
                self.read_until = time.monotonic() + READ_EVERY_S
        return self.value

    def forget(self) -> None:
        """Read the table at the next call."""
        self.read_until = 0.0


class Frozen:
    """A stopped clock for tests: it moves only when told to."""

    def __init__(self, at: datetime) -> None:
        self.at = _aware(at)

    def move_to(self, at: datetime) -> None:
        """Set the stopped clock to another moment."""
        self.at = _aware(at)

    def tick(self, seconds: float) -> None:
        """Move the stopped clock on by seconds."""
        self.at += timedelta(seconds=seconds)


_offset = _Offset()
_frozen: Frozen | None = None


def now() -> datetime:
    """Tell the time, aware, in UTC: real time plus the offset."""
    if _frozen is not None:
        return _frozen.at
    real = datetime.now(UTC)
    return real + _offset.current() if settings.CLOCK_MAY_BE_SET else real


def wire_now() -> datetime:
    """Tell real time, aware, in UTC, never offset: signatures and certificates live in it."""
    return datetime.now(UTC)


def business_date(at: datetime) -> date:
    """Tell the business day (Asia/Shanghai) of a moment; raises ValueError for a naive one."""
    return _aware(at).astimezone(BUSINESS_ZONE).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Give [start, end) of a business day in UTC."""
    start = datetime(day.year, day.month, day.day, tzinfo=BUSINESS_ZONE)
    return start.astimezone(UTC), (start + timedelta(days=1)).astimezone(UTC)


@transaction.atomic
def set_clock(at: datetime | None, *, actor: Actor) -> datetime:
    """Set the clock of all processes to `at`, or back to real time with None; gives the new now.

    Others follow within half a second. Raises ClockIsFixed where CLOCK_MAY_BE_SET is False.
    """
    if not settings.CLOCK_MAY_BE_SET:
        raise ClockIsFixed
    before = now()
    offset = timedelta(0) if at is None else _aware(at) - datetime.now(UTC)
    ClockSetting.objects.update_or_create(pk=1, defaults={"offset": offset})
    _offset.forget()
    after = now()
    record(
        actor=actor,
        action="kernel.clock.set",
        subject="clock",
        at=before,
        detail={"from": before, "to": after},
    )
    transaction.on_commit(_offset.forget)
    return after


@contextmanager
def frozen(at: datetime) -> Iterator[Frozen]:
    """Stop the clock of this process (all its threads) at a moment; for tests.

    Raises ClockIsFixed where CLOCK_MAY_BE_SET is False.
    """
    global _frozen
    if not settings.CLOCK_MAY_BE_SET:
        raise ClockIsFixed
    before, _frozen = _frozen, Frozen(at)
    try:
        yield _frozen
    finally:
        _frozen = before


def _aware(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError(f"a moment needs a time zone: {at!r}")
    return at
