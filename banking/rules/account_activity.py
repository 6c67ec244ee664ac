"""What is wrong with a batch of account activity, row by row. Amounts in fen."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

MAX_ROWS = 5_000
MAX_SPAN = timedelta(days=31)
MAX_FEN = 10**12 - 1
"""Of a row, and of a batch: ten thousand million yuan. Longer numbers could not be told from card numbers (R25)."""


@dataclass(frozen=True, slots=True)
class RowFault:
    """One fault: the row's number counted from 1 (0 for the batch itself), the field, a code, a sentence."""

    row: int
    field: str
    code: str
    detail: str


def period_faults(period_from: date, period_until: date, today: date) -> list[RowFault]:
    """Find what is wrong with the days a batch speaks of: at most 31 of them, none to come."""
    if period_until < period_from:
        return [RowFault(0, "period_until", "PERIOD_REVERSED", "period_until lies before period_from")]
    if period_until - period_from >= MAX_SPAN:
        return [RowFault(0, "period_until", "PERIOD_TOO_LONG", f"a batch covers at most {MAX_SPAN.days} days")]
    if period_until > today:
        return [RowFault(0, "period_until", "DAY_IN_FUTURE", f"today is {today}")]
    return []


def row_faults(
    rows: Sequence[Mapping[str, Any]], *, period_from: date, period_until: date, known: Set[str]
) -> list[RowFault]:
    """Find the rows about unknown accounts, outside the period, or standing twice."""
    faults = _total_faults(rows)
    seen: dict[tuple[str, date], int] = {}
    for number, row in enumerate(rows, start=1):
        account_no, day = row["account_no"], row["business_date"]
        if account_no not in known:
            faults.append(RowFault(number, "account_no", "ACCOUNT_UNKNOWN", "no such account at this bank"))
        if not period_from <= day <= period_until:
            faults.append(RowFault(number, "business_date", "DAY_OUTSIDE_PERIOD", "outside the batch's period"))
        first = seen.setdefault((account_no, day), number)
        if first != number:
            faults.append(RowFault(number, "business_date", "ROW_TWICE", f"the same account and day as row {first}"))
    return faults


def _total_faults(rows: Sequence[Mapping[str, Any]]) -> list[RowFault]:
    totals = (sum(row["in_fen"] for row in rows), sum(row["out_fen"] for row in rows))
    if max(totals) > MAX_FEN:
        return [RowFault(0, "rows", "TOTAL_TOO_LARGE", f"a batch adds up to at most {MAX_FEN} fen")]
    return []
