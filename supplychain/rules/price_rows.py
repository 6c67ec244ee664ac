"""Read rows of period, product, price and quantity from comma-separated text."""

import csv
import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

LISTED_FAULTS = 10
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


class PriceRowsError(ValueError):
    """The text cannot be used; the message names the column or the lines."""


@dataclass(frozen=True)
class PriceColumns:
    """Names of the four columns in the header."""

    period: str
    product: str
    price: str
    quantity: str


@dataclass
class PriceRows:
    """Accepted rows, column by column; prices per unit of quantity, both above zero."""

    periods: list[str] = field(default_factory=list)
    products: list[str] = field(default_factory=list)
    prices: list[float] = field(default_factory=list)
    quantities: list[float] = field(default_factory=list)


def read_price_rows(lines: Iterable[str], columns: PriceColumns) -> PriceRows:
    """Read all rows or refuse them all.

    A zero, negative, missing, infinite or non-numeric price or quantity is never
    repaired or skipped: PriceRowsError lists the first faulty lines and their count.
    """
    reader = csv.reader(lines, strict=True)
    rows, faults = PriceRows(), []
    try:
        header = [name.strip() for name in next(reader, [])]
        if not header:
            raise PriceRowsError("the file is empty: its first line must name the columns")
        places = _find_columns(header, columns)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                fault = _take_row(cells, places, len(header), columns, rows)
                if fault:
                    faults.append(f"line {reader.line_num}: {fault}")
    except csv.Error as error:
        raise PriceRowsError(f"line {reader.line_num}: not valid CSV: {error}") from error
    if faults:
        raise PriceRowsError(_say_faults(faults))
    if not rows.prices:
        raise PriceRowsError("the file has a header but no rows")
    return rows


def _find_columns(header: list[str], columns: PriceColumns) -> tuple[int, int, int, int]:
    wanted = (columns.period, columns.product, columns.price, columns.quantity)
    missing = [name for name in wanted if name not in header]
    if missing:
        names = ", ".join(repr(name) for name in missing)
        found = ", ".join(repr(name) for name in header) or "none"
        raise PriceRowsError(f"no column named {names}; columns found: {found}")
    for name in wanted:
        if header.count(name) > 1:
            raise PriceRowsError(f"column {name!r} appears more than once in the header")
    period, product, price, quantity = (header.index(name) for name in wanted)
    return period, product, price, quantity


def _take_row(
    cells: list[str],
    places: tuple[int, int, int, int],
    width: int,
    columns: PriceColumns,
    rows: PriceRows,
) -> str:
    """Append the row, or return what is wrong with it."""
    if len(cells) != width:
        return f"{len(cells)} fields where the header has {width}"
    period, product, price_text, quantity_text = (cells[place].strip() for place in places)
    price, quantity = _read_number(price_text), _read_number(quantity_text)
    problems = list(_say_problems(columns, period, product, price_text, quantity_text))
    if problems or price is None or quantity is None:
        return ", ".join(problems)
    rows.periods.append(period)
    rows.products.append(product)
    rows.prices.append(price)
    rows.quantities.append(quantity)
    return ""


def _say_problems(columns: PriceColumns, period: str, product: str, price: str, quantity: str) -> Iterator[str]:
    for name, text in ((columns.period, period), (columns.product, product)):
        if not text:
            yield f"{name} is empty"
    for name, text in ((columns.price, price), (columns.quantity, quantity)):
        if not text:
            yield f"{name} is empty"
        elif _NUMBER.fullmatch(text) is None or not math.isfinite(float(text)):
            yield f"{name} {text!r} is not a number"
        elif float(text) <= 0:
            yield f"{name} {text} is not above zero"


def _read_number(text: str) -> float | None:
    return float(text) if _NUMBER.fullmatch(text) else None


def _say_faults(faults: list[str]) -> str:
    listed = faults[:LISTED_FAULTS]
    rest = len(faults) - len(listed)
    more = [f"and {rest} more lines"] if rest else []
    noun = "line" if len(faults) == 1 else "lines"
    return "\n  ".join([f"{len(faults)} unusable {noun}, nothing computed:", *listed, *more])
