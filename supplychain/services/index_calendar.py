"""The index's calendar: what is due at an hour is released, whatever was missed before."""

from datetime import date, datetime, timedelta

from payments.models import WorkingDay
from silk_road_ebao.kernel.actors import Actor
from silk_road_ebao.kernel.clock import business_date
from supplychain.models import IndexRelease, PriceSource
from supplychain.selectors.price_indices import week_of
from supplychain.services.index_flashes import release_flash
from supplychain.services.index_holds import resume_held
from supplychain.services.index_releases import release_month, release_week
from supplychain.services.index_trades import take_platform_trades, take_sheet_rows

NETTED_DAYS = 28
MONTH_WORKING_DAY = 5


def bring_trades_up(*, actor: Actor, at: datetime) -> None:
    """Take the platform's trades of the last four weeks, with what was refunded since, and rows named since."""
    today = business_date(at)
    for source in PriceSource.objects.filter(kind="SHEET"):
        take_sheet_rows(source=source, actor=actor, at=at)
    take_platform_trades(first=today - timedelta(days=NETTED_DAYS), last=today, actor=actor, at=at)


def release_flashes(*, actor: Actor, at: datetime) -> list[IndexRelease]:
    """Release today's flash of every source that traded today; one that stands is not repeated."""
    today = business_date(at)
    bring_trades_up(actor=actor, at=at)
    due = PriceSource.objects.exclude(releases__grain="DAY", releases__period=today)
    return [release_flash(source=source, day=today, actor=actor, at=at) for source in due]


def release_due_weeks(*, kind: str, actor: Actor, at: datetime) -> list[IndexRelease]:
    """Release last week for every source: FIRST on Monday, FINAL on Thursday; once each."""
    week = week_of(business_date(at)) - timedelta(days=7)
    bring_trades_up(actor=actor, at=at)
    for source in PriceSource.objects.all():
        resume_held(source=source, actor=actor, at=at)
    due = [source for source in PriceSource.objects.all() if not _has(source, "WEEK", week, kind)]
    return [release_week(source=source, week=week, kind=kind, actor=actor, at=at) for source in due]


def release_due_months(*, actor: Actor, at: datetime) -> list[IndexRelease]:
    """Release last month once its fifth working day has come; nothing before, nor in a year without a calendar."""
    today = business_date(at)
    first = today.replace(day=1)
    if WorkingDay.objects.filter(date__gte=first, date__lte=today, is_working=True).count() < MONTH_WORKING_DAY:
        return []
    month = (first - timedelta(days=1)).replace(day=1)
    due = [source for source in PriceSource.objects.all() if not _has(source, "MONTH", month, "MONTH")]
    return [release_month(source=source, month=month, actor=actor, at=at) for source in due]


def _has(source: PriceSource, grain: str, period: date, kind: str) -> bool:
    return IndexRelease.objects.filter(source=source, grain=grain, period=period, kind=kind).exists()
