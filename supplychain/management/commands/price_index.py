"""Compute a price index from a file of prices and quantities: an analyst's tool, no database."""

import argparse
import contextlib
import csv
import gzip
import io
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from supplychain.rules.price_index import (
    METHODS,
    SPLICES,
    WEIGHTS,
    IndexRequest,
    IndexRequestError,
    IndexSeries,
    PricePanel,
    build_panel,
    compute_index,
)
from supplychain.rules.price_rows import PriceColumns, PriceRowsError, read_price_rows

_GZIP_MAGIC = b"\x1f\x8b"
_HELP = """\
Compute a price index and write `period,value`, first period (or --base) = 1.

Several rows of one product and period are added up to a unit value. Periods are sorted as
numbers if all are numbers, by date if all are dates of one form, else as text.

Bilateral (laspeyres … carli): products matched in base and period; --chain multiplies
period-to-period indices instead. A period without any matched product gets an empty value and a
remark on stderr; in a chain so do all periods beyond the missing link.
lowe: the quantities of the base period's calendar year, out-of-season prices carried forward.
rothwell: the base year's quantities of the same month, against its annual unit values. --base may
be a year (1970): then that year's average = 1. Labels without a month: the base period's quantities.
geks-*, tpd: over all periods, or over --window periods extended by --splice (default mean_pub).
Periods that no product links to the others: refused.

A zero, negative, missing or non-numeric price or quantity refuses the whole file: exit status 2,
the first faulty lines named, nothing written.
"""


class Command(BaseCommand):
    """Read a file, compute one index, write it."""

    help = _HELP
    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        parser.formatter_class = argparse.RawDescriptionHelpFormatter
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="comma-separated text, UTF-8, may be gzipped")
        for name in ("period", "product", "price", "quantity"):
            parser.add_argument(f"--{name}", required=True, metavar="COL", help=f"{name} column")
        parser.add_argument("--method", required=True, choices=METHODS, metavar="METHOD", help=", ".join(METHODS))
        parser.add_argument("--base", metavar="PERIOD", help="period that is 1; default the first")
        parser.add_argument("--chain", action="store_true", help="link period to period")
        parser.add_argument("--window", type=int, metavar="N", help="periods in a rolling window")
        parser.add_argument("--splice", choices=SPLICES, help="how a window extends the series")
        parser.add_argument(
            "--weights", choices=WEIGHTS, help="tpd: value share in the period (default), raw value, or none"
        )
        parser.add_argument("--out", metavar="FILE", help="written whole or not at all")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            series = compute_index(_read_panel(options), _read_request(options))
            text = _write_text(series)
            if options["out"]:
                _write_file(Path(options["out"]), text)
        except (PriceRowsError, IndexRequestError, OSError) as error:
            raise CommandError(_say(error), returncode=2) from error
        except (EOFError, zlib.error) as error:
            raise CommandError(f"{options['file']} is damaged: {error}", returncode=2) from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{options['file']} is not UTF-8 text; save it as UTF-8", returncode=2) from error
        for remark in series.remarks:
            self.stderr.write(remark)
        if not options["out"]:
            self.stdout.write(text, ending="")


def _read_request(options: dict[str, Any]) -> IndexRequest:
    return IndexRequest(
        method=options["method"],
        base=options["base"],
        chain=options["chain"],
        window=options["window"],
        splice=options["splice"],
        weights=options["weights"],
    )


def _read_panel(options: dict[str, Any]) -> PricePanel:
    columns = PriceColumns(options["period"], options["product"], options["price"], options["quantity"])
    with _open_text(Path(options["file"])) as lines:
        rows = read_price_rows(lines, columns)
    try:
        return build_panel(
            periods=rows.periods,
            products=rows.products,
            prices=rows.prices,
            quantities=rows.quantities,
        )
    except ValueError as error:
        raise IndexRequestError(str(error)) from error


@contextlib.contextmanager
def _open_text(path: Path) -> Iterator[io.TextIOWrapper]:
    """Open plain or gzipped text, told apart by content; a byte-order mark is dropped."""
    with path.open("rb") as raw:
        zipped = raw.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        raw.seek(0)
        binary = gzip.GzipFile(fileobj=raw) if zipped else raw
        with io.TextIOWrapper(binary, encoding="utf-8-sig", newline="") as text:
            yield text


def _write_text(series: IndexSeries) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("period", "value"))
    for period, value in zip(series.periods, series.values.tolist(), strict=True):
        writer.writerow((period, "" if value != value else repr(value)))
    return text.getvalue()


def _write_file(path: Path, text: str) -> None:
    """Write beside the target and rename, so that a half-written file never appears."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    finally:
        draft.unlink(missing_ok=True)


def _say(error: BaseException) -> str:
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)
