"""A bank's own table, read by a declared template: which column holds what, and what the totals must be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

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
    time_format: str = "%Y-%m-%d %H:%M:%S"
    is_ordered: bool = True
    """Rows stand in order of time, so that a reordered table is seen."""


def read_template(
    rows: Iterable[list[str]], day: str, tally: Tally, template: Template,
    errors: list[BillUnreadableError] | None = None,
) -> Iterator[Row]:  # fmt: skip
    """Yield the rows of a table, filling the tally; raises BillUnreadableError naming row and column (F18).

    With `errors`, every fault is put there instead and the reading goes on: for a dry run.
    """
    numbered = enumerate(rows, 1)
    places = _places(next(numbered, (1, []))[1], template)
    for line_no, cells in numbered:
        is_end = bool(cells) and cells[0].strip() == template.totals_mark
        try:
            if is_end:
                _check(cells, line_no, tally, template)
            elif any(cell.strip() for cell in cells):
                yield _row(cells, line_no, places, day, tally, template)
        except BillUnreadableError as fault:
            if errors is None:
                raise
            errors.append(fault)
        if is_end:
            _refuse_more(numbered)
            return
    raise BillUnreadableError("the totals are missing: the table is cut off")


def _refuse_more(numbered: Iterator[tuple[int, list[str]]]) -> None:
    for line_no, cells in numbered:
        if any(cell.strip() for cell in cells):
            raise BillUnreadableError("something stands after the totals", line_no)


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
    for what in ("our_no", "acquirer_no", "party"):
        if not value[what]:
            raise BillUnreadableError(f"{template.columns[what]} is empty", line_no)
    is_refund = value.get("type", "") in template.refund_words
    moment = _moment(value["occurred_at"], template, line_no)
    if template.is_ordered:
        tally.watch(moment, day, line_no)
    else:
        tally.own_day_rows += moment.startswith(day)
    tally.rows += 1
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
        value["party"], moment, abs(amount_fen), fee_fen,
        SUCCESS if not status or status in template.success_words else status,
    )  # fmt: skip


def _moment(text: str, template: Template, line_no: int) -> str:
    try:
        moment = datetime.strptime(text, template.time_format)  # noqa: DTZ007  # a bill's time is Beijing's
    except ValueError:
        raise BillUnreadableError(f"{text[:24]!r} is no time such as {template.time_format}", line_no) from None
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def _check(cells: list[str], line_no: int, tally: Tally, template: Template) -> None:
    found = {"rows": tally.rows, "paid": tally.paid_fen, "refunded": tally.refunded_fen, "fee": tally.fee_fen}
    for what, place in template.totals.items():
        if place >= len(cells):
            raise BillUnreadableError(f"the total of {what} is missing", line_no)
        text = cells[place].strip()
        said = (int(text) if text.isdigit() else -1) if what == "rows" else fen_of(text, line_no)
        if said != found[what]:
            raise BillUnreadableError(f"{what} comes to {found[what]}, but the totals say {text[:20]}", line_no)
