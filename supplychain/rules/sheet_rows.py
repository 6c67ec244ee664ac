"""Read the lines of a market's price sheet: each is taken as it stands, or refused with its reason."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

KG_OF_UNIT: Mapping[str, Decimal] = {
    "kg": Decimal(1),
    "公斤": Decimal(1),
    "千克": Decimal(1),
    "斤": Decimal("0.5"),
    "市斤": Decimal("0.5"),
    "吨": Decimal(1000),
    "t": Decimal(1000),
    "g": Decimal("0.001"),
    "克": Decimal("0.001"),
}
LARGEST = Decimal(10) ** 10
_DAY_FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日")
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?|[+-]?\d+(?:\.\d+)?", re.ASCII)


class SheetUnreadable(ValueError):
    """The sheet as a whole cannot be used; the message names the column."""


@dataclass(frozen=True)
class SheetColumns:
    """Which column holds what; `price` is money for one `unit`, `quantity` counts `unit`s.

    `unit_column` names a column with each row's unit; without it `unit` holds for all rows.
    """

    day: str
    name: str
    price: str
    quantity: str
    unit_column: str = ""
    unit: str = "kg"


@dataclass(frozen=True)
class SheetRow:
    """One line: kg with 3 decimals, fen per kg with 4, amount in whole fen half up; or its fault."""

    line_no: int
    text: str
    fault: str = ""
    day: date | None = None
    name: str = ""
    kg: Decimal | None = None
    price_fen_kg: Decimal | None = None
    amount_fen: int | None = None


@dataclass(frozen=True)
class ControlTotals:
    """What the sender says the file holds; None is not checked. `kg` and `amount_fen` over readable rows."""

    rows: int | None = None
    kg: Decimal | None = None
    amount_fen: int | None = None


def read_sheet(lines: Iterable[Sequence[object]], columns: SheetColumns, *, today: date) -> Iterator[SheetRow]:
    """Yield every line below the header, blank ones left out. Raises SheetUnreadable for a missing column."""
    numbered = iter(lines)
    header = [str(name or "").strip().lstrip("\ufeff") for name in next(numbered, [])]
    places = _places(header, columns)
    seen: set[tuple[date, str]] = set()
    for line_no, cells in enumerate(numbered, start=2):
        texts = [_text(cell) for cell in cells]
        if any(texts):
            row = _read(line_no, texts, places, len(header), columns, today)
            key = (row.day, row.name)
            if not row.fault and key in seen:
                row = SheetRow(line_no, row.text, "REPEATED", row.day, row.name)
            if not row.fault and row.day:
                seen.add((row.day, row.name))
            yield row


def _places(header: list[str], columns: SheetColumns) -> dict[str, int]:
    wanted = {"day": columns.day, "name": columns.name, "price": columns.price, "quantity": columns.quantity}
    if columns.unit_column:
        wanted["unit"] = columns.unit_column
    for name in wanted.values():
        if header.count(name) != 1:
            raise SheetUnreadable(f"{name!r}: {header.count(name)} columns of this name; found {', '.join(header)}")
    return {use: header.index(name) for use, name in wanted.items()}


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return "" if cell is None else str(cell).strip()


def _read(
    line_no: int, texts: list[str], places: dict[str, int], width: int, columns: SheetColumns, today: date
) -> SheetRow:
    text = ",".join(texts)[:200]
    if len(texts) != width:
        return SheetRow(line_no, text, "TOO_FEW_FIELDS")
    day, name = _day(texts[places["day"]]), " ".join(texts[places["name"]].split())[:64]
    unit = texts[places["unit"]] if columns.unit_column else columns.unit
    price, quantity = _number(texts[places["price"]]), _number(texts[places["quantity"]])
    fault = _fault(day, name, unit, price, quantity, today)
    if fault or price is None or quantity is None:
        return SheetRow(line_no, text, fault, day, name)
    unit_kg = KG_OF_UNIT[unit.lower()]
    kg = (quantity * unit_kg).quantize(Decimal("0.001"), ROUND_HALF_UP)
    per_kg = (price * 100 / unit_kg).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    amount = int((price * quantity * 100).quantize(Decimal(1), ROUND_HALF_UP))
    if kg <= 0 or per_kg <= 0 or amount <= 0:
        return SheetRow(line_no, text, "NOT_POSITIVE", day, name)
    return SheetRow(line_no, text, "", day, name, kg, per_kg, amount)


def _fault(day: date | None, name: str, unit: str, price: Decimal | None, quantity: Decimal | None, today: date) -> str:
    checks = (
        (day is None, "NOT_A_DATE"),
        (day is not None and day > today, "LATER_THAN_TODAY"),
        (not name, "NO_NAME"),
        (unit.lower() not in KG_OF_UNIT, "WRONG_UNIT"),
        (price is None or quantity is None, "NOT_A_NUMBER"),
        (price is not None and quantity is not None and (price <= 0 or quantity <= 0), "NOT_POSITIVE"),
        (price is not None and quantity is not None and price * quantity >= LARGEST, "NOT_A_NUMBER"),
    )
    return next((fault for failed, fault in checks if failed), "")


def _day(text: str) -> date | None:
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  # a calendar day has no zone
        except ValueError:
            continue
    return None


def _number(text: str) -> Decimal | None:
    if _NUMBER.fullmatch(text) is None:
        return None
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:
        return None
