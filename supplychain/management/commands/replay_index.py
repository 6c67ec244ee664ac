"""Run the weekly releases of a source in order, as the calendar would have."""

from argparse import ArgumentParser
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Max, Min

from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import SYSTEM
from supplychain.models import IndexRelease, IndexTrade, PriceSheetRow, PriceSource
from supplychain.selectors.price_indices import week_of
from supplychain.services.index_releases import release_month, release_week


class Command(BaseCommand):
    """replay_index --source CODE [--from DATE] [--until DATE] [--months]: weeks not published yet, oldest first."""

    help = "run the releases of all weeks (and months) of a source in order"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the source and the span."""
        parser.add_argument("--source", required=True)
        parser.add_argument("--from", dest="first", type=date.fromisoformat, default=None)
        parser.add_argument("--until", type=date.fromisoformat, default=None)
        parser.add_argument("--months", action="store_true", help="the months as well")

    def handle(self, *args: Any, **options: Any) -> None:
        """Release week by week; held and withheld ones are told with their reasons."""
        source = PriceSource.objects.filter(code=options["source"]).first()
        if source is None:
            raise CommandError(f"no source {options['source']}")
        first, last = _span(source)
        first, last = options["first"] or first, options["until"] or last
        week, counts = week_of(first), dict.fromkeys(("PUBLISHED", "HELD", "WITHHELD"), 0)
        while week + timedelta(days=7) <= last + timedelta(days=2):
            if not _is_published(source, "WEEK", week):
                release = release_week(source=source, week=week, kind="FINAL", actor=SYSTEM, at=clock.now())
                counts[release.status] += 1
                self._tell(release)
            week += timedelta(days=7)
        if options["months"]:
            self._months(source, first, last)
        self.stdout.write(", ".join(f"{status.lower()} {count}" for status, count in counts.items()))

    def _months(self, source: PriceSource, first: date, last: date) -> None:
        month = first.replace(day=1)
        while (after := (month + timedelta(days=31)).replace(day=1)) <= last + timedelta(days=1):
            if not _is_published(source, "MONTH", month):
                self._tell(release_month(source=source, month=month, actor=SYSTEM, at=clock.now()))
            month = after

    def _tell(self, release: IndexRelease) -> None:
        share = "–" if release.matched_share_bps is None else f"{release.matched_share_bps / 100:.1f} %"
        number = "–" if release.value is None else f"{release.value}"
        reasons = " ".join(release.shortfalls)
        self.stdout.write(
            f"{release.period} {release.grain} {release.status:9} {number:>8}  matched {share:>7}"
            f"  cells {release.cells_used:3}  set aside {release.rows_set_aside:4}  {reasons}"
        )


def _span(source: PriceSource) -> tuple[date, date]:
    trades = IndexTrade.objects.filter(source=source).aggregate(first=Min("day"), last=Max("day"))
    rows = PriceSheetRow.objects.filter(sheet__source=source, sheet__status="LOADED").aggregate(last=Max("day"))
    if trades["first"] is None:
        raise CommandError(f"{source.code} has no trades yet: import a sheet and enter its concordance")
    return trades["first"], max(filter(None, (trades["last"], rows["last"])))


def _is_published(source: PriceSource, grain: str, period: date) -> bool:
    return IndexRelease.objects.filter(source=source, grain=grain, period=period, status="PUBLISHED").exists()
