"""Load a market's price sheet; every line that does not count is printed with its number and reason."""

from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from silk_road_ebao.kernel import clock
from silk_road_ebao.kernel.actors import SYSTEM
from silk_road_ebao.kernel.refusals import Refusal
from supplychain.models import PriceSheet
from supplychain.rules.sheet_rows import ControlTotals, SheetColumns
from supplychain.selectors.price_sheets import faults_of, totals_of
from supplychain.services.price_sheets import import_price_sheet
from supplychain.services.price_sources import ensure_source

LISTED = 20


class Command(BaseCommand):
    """import_price_sheet FILE --source CODE --map day=日期 name=品名 price=均价 quantity=成交量 [unit=kg]."""

    help = "load a CSV or XLSX price sheet of a market"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file, the source and the map of its columns."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--source", required=True, help="code of the price source")
        parser.add_argument("--name", default="", help="name of the source, the first time")
        parser.add_argument("--currency", default="CNY")
        parser.add_argument(
            "--map", nargs="+", required=True, metavar="USE=COLUMN", help="day name price quantity unit"
        )
        parser.add_argument("--unit", default="kg", help="unit of every row, without a unit column")
        parser.add_argument("--rows", type=int, default=None, help="control total: rows")
        parser.add_argument("--kg", type=Decimal, default=None, help="control total: kilograms")
        parser.add_argument("--amount-fen", type=int, default=None, help="control total: money in fen")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load the sheet and say what became of its rows."""
        try:
            sheet = self._load(options)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self._report(sheet)

    def _load(self, options: dict[str, Any]) -> PriceSheet:
        named = {"code": options["source"], "name": options["name"], "currency": options["currency"]}
        source = ensure_source(**named, actor=SYSTEM, at=clock.now())
        try:
            content = options["file"].read_bytes()
        except OSError as error:
            raise CommandError(f"{options['file']}: {error.strerror}") from error
        return import_price_sheet(
            source=source,
            file_name=options["file"].name,
            content=content,
            columns=_columns(options["map"], options["unit"]),
            totals=ControlTotals(options["rows"], options["kg"], options["amount_fen"]),
            actor=SYSTEM,
            at=clock.now(),
        )

    def _report(self, sheet: PriceSheet) -> None:
        counts = totals_of(sheet)
        told = ", ".join(f"{name.lower()} {count:,}" for name, count in counts.items())
        self.stdout.write(f"{sheet.sheet_no}: {sheet.rows_total:,} rows, {told}; {sheet.first_day} to {sheet.last_day}")
        for row in faults_of(sheet)[:LISTED]:
            self.stdout.write(f"  line {row.line_no}: {row.get_fault_display()} {row.source_name} {row.text}")


def _columns(pairs: list[str], unit: str) -> SheetColumns:
    named = dict(pair.partition("=")[::2] for pair in pairs)
    if unknown := set(named) - {"day", "name", "price", "quantity", "unit"}:
        raise CommandError(f"--map knows day, name, price, quantity and unit, not {', '.join(sorted(unknown))}")
    if missing := {"day", "name", "price", "quantity"} - set(named):
        raise CommandError(f"--map lacks {', '.join(sorted(missing))}")
    return SheetColumns(named["day"], named["name"], named["price"], named["quantity"], named.get("unit", ""), unit)
