"""Read a day of wholesale trades from a CSV file, plain or gzipped; one clear error names the row."""

import csv
import gzip
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import IO

from supplychain.rules.market_day import Trade

DATE, PRODUCT = ("date",), ("product",)
PRICE = ("price", "avg_price", "price_kg", "avg_price_kg", "avg_price_twd_kg")
KG = ("kg", "volume_kg", "quantity_kg", "quantity")
LARGEST = Decimal(10_000_000)


class TradesUnreadable(ValueError):
    """The file cannot be used; the text names the row or the column."""


def read_trades(path: Path, day: date) -> list[Trade]:
    """Return the day's trades; price in the file's yuan per kg becomes fen per kg.

    Raises:
        TradesUnreadable: no file, not CSV, a column missing, a bad value, or no trade on that day.
    """
    with _open(path) as file:
        trades = [trade for row_date, trade in _rows(file) if row_date == day]
    if not trades:
        raise TradesUnreadable(f"{path.name}: no trade on {day.isoformat()}")
    return trades


def _open(path: Path) -> IO[str]:
    try:
        with path.open("rb") as probe:
            zipped = probe.read(2) == b"\x1f\x8b"
    except OSError as error:
        raise TradesUnreadable(f"{path}: {error.strerror}") from None
    return gzip.open(path, "rt", encoding="utf-8-sig", newline="") if zipped else path.open(encoding="utf-8-sig")


def _rows(file: IO[str]) -> Iterator[tuple[date, Trade]]:
    reader = csv.DictReader(file, strict=True)
    try:
        columns = [_column(reader.fieldnames or [], names) for names in (DATE, PRODUCT, PRICE, KG)]
        for row in reader:
            yield _trade(row, columns, reader.line_num)
    except (csv.Error, UnicodeDecodeError, gzip.BadGzipFile, EOFError) as error:
        raise TradesUnreadable(f"line {reader.line_num + 1}: not readable as CSV ({error})") from None


def _column(header: Sequence[str], names: tuple[str, ...]) -> str:
    for name in header:
        if name.strip().lower() in names:
            return name
    raise TradesUnreadable(f"line 1: no column named {' or '.join(names)}")


def _trade(row: dict[str, str | None], columns: list[str], line: int) -> tuple[date, Trade]:
    day_column, product_column, price_column, kg_column = columns
    product = (row[product_column] or "").strip()
    if not product:
        raise TradesUnreadable(f"line {line}: {product_column} is empty")
    try:
        day = date.fromisoformat((row[day_column] or "").strip())
    except ValueError:
        raise TradesUnreadable(f"line {line}: {day_column} is not a date such as 2025-11-11") from None
    price = _positive(row[price_column], price_column, line)
    kg = _positive(row[kg_column], kg_column, line)
    return day, Trade(product, int((price * 100).to_integral_value()), kg.quantize(Decimal("0.001")))


def _positive(text: str | None, column: str, line: int) -> Decimal:
    try:
        value = Decimal((text or "").strip())
    except InvalidOperation:
        raise TradesUnreadable(f"line {line}: {column} is not a number: {text!r}") from None
    if not value.is_finite() or not 0 < value <= LARGEST:
        raise TradesUnreadable(f"line {line}: {column} must be above 0 and at most {LARGEST}: {text!r}")
    return value
