"""The main job: one market day from the first sale to the proved books."""

import re
import time
from argparse import ArgumentParser
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from supplychain.management.market_day.day import DayOver, MarketDay
from supplychain.management.market_day.processes import ProcessesMissing, processes
from supplychain.management.market_day.trades import TradesUnreadable, read_trades
from supplychain.rules.market_day import Trade, generate_trades

MOST_STALLS, MOST_SALES = 2_000, 1_000_000


class Command(BaseCommand):
    """Open stalls, sell, be paid, close, reconcile, collect, settle, prove; 0 only if all agree to the fen."""

    help = "Run one market day through the sandbox and print its table; exit 0 only if every party agrees to the fen."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the day, the trades, and how much of them."""
        parser.add_argument("--date", metavar="D", help="the day, such as 2025-11-11 (default: yesterday)")
        parser.add_argument("--trades", metavar="FILE", help="wholesale trades: date, product, price per kg, kg")
        parser.add_argument("--stalls", type=int, default=60, metavar="N", help="stalls to open (60)")
        parser.add_argument("--limit", type=int, metavar="N", help="take at most N sales, evenly from the whole day")
        parser.add_argument("--seed", type=int, default=1, help="another seed cuts other lots (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the day with progress on stderr and the table on stdout."""
        started = time.monotonic()
        day = _day(options["date"])
        _refuse_odd("--stalls", options["stalls"], MOST_STALLS)
        if options["limit"] is not None:
            _refuse_odd("--limit", options["limit"], MOST_SALES)
        trades = _trades(options["trades"], day, options["seed"])
        try:
            with processes() as outside:
                market = MarketDay(
                    day=day, trades=trades, stalls=options["stalls"], limit=options["limit"], seed=options["seed"],
                    processes=outside, say=self._say, progress=self._progress,
                )  # fmt: skip
                faults = market.run()
        except (ProcessesMissing, DayOver) as refusal:
            raise CommandError(str(refusal)) from None
        for line in market.report():
            self.stdout.write(line)
        self.stdout.write(f"\n{time.monotonic() - started:.0f} s in all")
        if faults:
            raise CommandError("\n".join(["the parties do not agree:", *faults]))
        self.stdout.write(self.style.SUCCESS("everything agrees to the fen"))

    def _say(self, text: str) -> None:
        self.stderr.write(text)

    def _progress(self, what: str, done: int, total: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\r{what} {done}/{total}", ending="\n" if done == total else "")
        elif done == total or done % max(1, total // 10) == 0:
            self.stderr.write(f"{what} {done}/{total}")


def _day(text: str | None) -> date:
    if text is None:
        return date.today() - timedelta(days=1)  # noqa: DTZ011  # a default for people; the day is then fixed
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        raise CommandError(f"--date: {text!r} is not a date such as 2025-11-11")
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--date: {text!r}: {error}") from None


def _refuse_odd(option: str, number: int, most: int) -> None:
    if not 1 <= number <= most:
        raise CommandError(f"{option}: {number} is not between 1 and {most}")


def _trades(file: str | None, day: date, seed: int) -> list[Trade]:
    if file is None:
        return generate_trades(seed=seed * 10_000_000 + day.toordinal())
    try:
        return read_trades(Path(file), day)
    except TradesUnreadable as error:
        raise CommandError(f"--trades: {error}") from None
