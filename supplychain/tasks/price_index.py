"""The alarm clock of the index; Asia/Shanghai."""

from celery import shared_task

from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.clock import now
from supplychain.services.index_calendar import release_due_months, release_due_weeks, release_flashes


@shared_task(name="supplychain.release_flashes")
def release_flashes_task() -> None:
    """Release today's flashes (18:00)."""
    release_flashes(actor=SYSTEM, at=now())


@shared_task(name="supplychain.release_first_values")
def release_first_values_task() -> None:
    """Release last week's first values (Monday 10:00)."""
    release_due_weeks(kind="FIRST", actor=SYSTEM, at=now())


@shared_task(name="supplychain.release_finals")
def release_finals_task() -> None:
    """Release last week's finals (Thursday 10:00)."""
    release_due_weeks(kind="FINAL", actor=SYSTEM, at=now())


@shared_task(name="supplychain.release_months")
def release_months_task() -> None:
    """Release last month from its fifth working day (daily 10:00)."""
    release_due_months(actor=SYSTEM, at=now())
