"""The close of a day, one step at a time, by anyone, at any time, again after any crash."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from payments.models import BusinessDay, BusinessDayStep
from payments.rules.business_day import BUSINESS_DAY, STEPS, step_after
from payments.services.crash_points import crash_point
from payments.services.day_steps import DayHeld, Done, Step
from payments.services.day_track import REMOTE, WORK
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.audit import record
from silk_road_ebao.kernel.clock import business_date
from silk_road_ebao.kernel.refusals import Refusal
from silk_road_ebao.kernel.states import transition

LOCK_CLASS = 4720
TRY_AGAIN = timedelta(minutes=10)


class DayIsBeingClosed(Refusal):
    """Another process is at this day."""

    message = _("这一天正在日终处理，请稍等")


class DayNotFound(Refusal):
    """No close of that day was opened."""

    message = _("没有这个营业日")


class DayTooLate(Refusal):
    """The books of the day are posted: it does not go back."""

    message = _("这一天已经记账，不能退回重做")


def open_business_day(*, day: date, actor: Actor, at: datetime) -> BusinessDay:
    """Open the track of a day; a second time gives the one that is open."""
    row, _new = BusinessDay.objects.get_or_create(
        date=day, defaults={"status": BUSINESS_DAY.initial, "opened_at": at, "next_try_at": at}
    )
    return row


def close_business_day(*, day: date, actor: Actor, at: datetime) -> BusinessDay:
    """Run every due step until the day is PUBLISHED or HELD; gives the day as it then stands.

    Raises DayIsBeingClosed when another process is at it.
    """
    row = open_business_day(day=day, actor=actor, at=at)
    while row.status != "PUBLISHED":
        row = advance_business_day(day=day, actor=actor, at=at)
        if row.status == "HELD":
            break
    return row


def advance_business_day(*, day: date, actor: Actor, at: datetime) -> BusinessDay:
    """Run the next due step of a day: its effects and the move along the track commit together.

    A step that cannot be done now leaves the day HELD with the reason; the next call tries it again.
    Raises DayNotFound, DayIsBeingClosed.
    """
    with _alone(day):
        row = BusinessDay.objects.filter(date=day).first()
        if row is None:
            raise DayNotFound
        due = step_after(row.reached)
        if due is None:
            return row
        return _run(row, due, Step(day, actor, at))


@contextmanager
def _alone(day: date) -> Iterator[None]:
    """Hold a lock of the session: it goes when the process dies, so that a restart finds the day free."""
    key = [LOCK_CLASS, day.toordinal()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", key)
        if not cursor.fetchone()[0]:
            raise DayIsBeingClosed
    try:
        yield
    finally:
        if not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def _run(row: BusinessDay, due: str, step: Step) -> BusinessDay:
    started = time.perf_counter()
    _mark_started(row, due, step.at)
    crash_point(name=f"{due}.begin")
    try:
        with nullcontext() if due in REMOTE else transaction.atomic():
            done = WORK[due](step=step)
            crash_point(name=f"{due}.work")
            with transaction.atomic():
                row = _move_on(row, due, done, step, started)
    except DayHeld as held:
        row.refresh_from_db()
        return _hold(row, due, held, step, started)
    crash_point(name=f"{due}.end")
    return row


def _mark_started(row: BusinessDay, due: str, at: datetime) -> None:
    progress, is_new = BusinessDayStep.objects.get_or_create(
        business_day=row, step=due, defaults={"state": "RUNNING", "started_at": at}
    )
    if not is_new:
        BusinessDayStep.objects.filter(pk=progress.pk).update(
            state="RUNNING", started_at=at, ended_at=None, tries=F("tries") + 1
        )


def _move_on(row: BusinessDay, due: str, done: Done, step: Step, started: float) -> BusinessDay:
    BusinessDayStep.objects.filter(business_day=row, step=due).update(
        state="DONE", ended_at=step.at, took_ms=_ms(started), count=done.count, message=done.message[:255]
    )
    return transition(
        row, due, actor=step.actor, at=step.at, reached=due, hold_code="", hold_reason="", advanced_at=step.at,
        next_try_at=None if due == STEPS[-1] else step.at,
    )  # fmt: skip


@transaction.atomic
def _hold(row: BusinessDay, due: str, held: DayHeld, step: Step, started: float) -> BusinessDay:
    BusinessDayStep.objects.filter(business_day=row, step=due).update(
        state="HELD", ended_at=step.at, took_ms=_ms(started), message=held.reason[:255]
    )
    why = {"hold_code": held.code, "hold_reason": held.reason[:255], "next_try_at": step.at + TRY_AGAIN}
    if row.status == "HELD":
        BusinessDay.objects.filter(pk=row.pk).update(**why)
        row.refresh_from_db()
        return row
    return transition(row, "HELD", actor=step.actor, at=step.at, reason=held.code, **why)


def _ms(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)


@transaction.atomic
def rewind_business_day(*, day: date, to: str, reason: str, actor: Actor, at: datetime) -> BusinessDay:
    """Send a day back to a step before it was posted, to take in a corrected bill; its later steps run again.

    Raises DayNotFound, DayTooLate.
    """
    row = BusinessDay.objects.select_for_update().filter(date=day).first()
    if row is None:
        raise DayNotFound
    track = ("OPEN", *STEPS)
    if track.index(row.reached) >= track.index("POSTED") or track.index(to) >= track.index(row.reached):
        raise DayTooLate
    why = {"reached": to, "hold_code": "REWOUND", "hold_reason": reason[:255], "next_try_at": at}
    if row.status == "HELD":
        BusinessDay.objects.filter(pk=row.pk).update(**why)
        row.refresh_from_db()
    else:
        row = transition(row, "HELD", actor=actor, at=at, reason=reason, **why)
    record(
        actor=actor, action="payments.business_day.rewind", subject=f"day:{day}", at=at,
        detail={"to": to, "reason": reason},
    )  # fmt: skip
    return row


def advance_days(*, actor: Actor, at: datetime) -> int:
    """Close whatever is due: yesterday is opened by itself, held days are tried again; gives how many were moved."""
    yesterday = business_date(at) - timedelta(days=1)
    open_business_day(day=yesterday, actor=actor, at=at)
    moved = 0
    due = BusinessDay.objects.filter(next_try_at__lte=at).exclude(status="PUBLISHED").order_by("date")
    for day in list(due.values_list("date", flat=True)):
        try:
            close_business_day(day=day, actor=actor, at=at)
        except DayIsBeingClosed:
            continue
        moved += 1
    return moved
