"""A bank's own table, read by a declared template: which column holds what, and what the totals must be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from payments.rules.bill import PAY, REFUND, SUCCESS, BillUnreadableError, Row, Tally, fen_of

NEEDED = ("our_no", "acquirer_no", "party", "occurred_at", "amount", "fee")


@dataclass(frozen=True, slots=True)
class Template:
    """Column names by meaning, the words that mark a refund and a success, and the row where totals stand.

    `totals` maps "rows", "paid", "refunded", "fee" to the cell after that many columns in the row whose first cell
    is `totals_mark`; without totals a table is refused, for nothing would show that it is whole.
    """

    columns: Mapping[str, str]
    refund_words: frozenset[str] = frozenset({"退款", "退货"})
    success_words: frozenset[str] = frozenset({"成功", "SUCCESS", "交易成功"})
    totals_mark: str = "合计"
    totals: Mapping[str, int] = field(default_factory=lambda: {"rows": 1, "paid": 2})


def read_template(rows: Iterable[list[str]], day: str, tally: Tally, template: Template) -> Iterator[Row]:
    """Yield the rows of a table, filling the tally; raises BillUnreadableError naming row and column (F18)."""
    numbered = enumerate(rows, 1)
    places = _places(next(numbered, (1, []))[1], template)
    for line_no, cells in numbered:
        if cells and cells[0].strip() == template.totals_mark:
            _check(cells, line_no, tally, template)
            return
        if any(cell.strip() for cell in cells):
            yield _row(cells, line_no, places, day, tally, template)
    raise BillUnreadableError("the totals are missing: the table is cut off")


def _places(head: list[str], template: Template) -> dict[str, int]:
    names = [cell.strip() for cell in head]
    missing = [template.columns.get(what, what) for what in NEEDED if template.columns.get(what) not in names]
    if missing:
        raise BillUnreadableError(f"columns are missing: {', '.join(missing)}", 1)
    return {what: names.index(name) for what, name in template.columns.items() if name in names}


def _row(cells: list[str], line_no: int, places: dict[str, int], day: str, tally: Tally, template: Template) -> Row:
    if len(cells) <= max(places.values()):
        raise BillUnreadableError("the row is too short", line_no)
    value = {what: cells[place].strip() for what, place in places.items()}
    amount_fen, fee_fen = fen_of(value["amount"], line_no), fen_of(value["fee"], line_no)
    is_refund = value.get("type", "") in template.refund_words
    tally.rows += 1
    tally.own_day_rows += value["occurred_at"].startswith(day)
    tally.fee_fen += fee_fen
    if is_refund:
        tally.refund_rows += 1
        tally.refunded_fen += abs(amount_fen)
    else:
        tally.pay_rows += 1
        tally.paid_fen += amount_fen
    status = value.get("status", "")
    return (
        line_no, REFUND if is_refund else PAY, value["our_no"], value.get("origin_no", ""), value["acquirer_no"],
        value["party"], value["occurred_at"][:19], abs(amount_fen), fee_fen,
        SUCCESS if not status or status in template.success_words else status,
    )  # fmt: skip


def _check(cells: list[str], line_no: int, tally: Tally, template: Template) -> None:
    found = {"rows": tally.rows, "paid": tally.paid_fen, "refunded": tally.refunded_fen, "fee": tally.fee_fen}
    for what, place in template.totals.items():
        if place >= len(cells):
            raise BillUnreadableError(f"the total of {what} is missing", line_no)
        text = cells[place].strip()
        said = (int(text) if text.isdigit() else -1) if what == "rows" else fen_of(text, line_no)
        if said != found[what]:
            raise BillUnreadableError(f"{what} comes to {found[what]}, but the totals say {text[:20]}", line_no)
