"""Read UnionPay's statement: the ZM file of fixed columns and the ZS file with its sums, out of one ZIP (F18)."""

from collections.abc import Iterable, Iterator
from itertools import accumulate

from payments.rules.bill import PAY, REFUND, SUCCESS, BillUnreadableError, Row, Tally

WIDTHS = (
    *(3, 11, 11, 6, 10, 19, 12, 4, 2, 21, 2, 32, 2, 6, 10, 13, 13, 4, 15, 2, 2, 6, 2, 4, 32, 1),
    *(21, 15, 1, 15, 32, 13, 13, 8, 32, 13, 13, 12, 2, 1, 32, 98),
)
_STARTS = tuple(accumulate((width + 1 for width in WIDTHS[:-1]), initial=0))
LENGTH = sum(WIDTHS) + len(WIDTHS) - 1
CODE, SENT, AMOUNT, QUERY_ID, OUR_NO, FEE, KIND, SUB, ORIGIN = (
    slice(_STARTS[place], _STARTS[place] + WIDTHS[place]) for place in (0, 4, 6, 9, 11, 15, 19, 29, 40)
)
PAID, REFUNDS = "01", ("04", "31")
GOOD = {"01": ("S22",), "04": ("S30",), "31": ("S31",)}


def read_unionpay(lines: Iterable[str], day: str, tally: Tally) -> Iterator[Row]:
    """Yield the rows of a ZM file, filling the tally; raises BillUnreadableError."""
    for line_no, line in enumerate((line.rstrip("\r\n") for line in lines), 1):
        if len(line) != LENGTH:
            raise BillUnreadableError(f"{len(line)} characters instead of {LENGTH}", line_no)
        kind, amount = line[KIND], line[AMOUNT]
        if kind not in GOOD or not amount.isdigit():
            raise BillUnreadableError("unknown kind or no amount", line_no)
        moment = _moment(line[SENT], day, line_no)
        tally.watch(moment, day, line_no)
        amount_fen, fee_fen = int(amount), -_signed(line[FEE], line_no)
        tally.rows += 1
        tally.fee_fen += fee_fen
        code = line[CODE].strip()
        outcome = SUCCESS if code in GOOD[kind] else code
        our_no, query_id, sub = line[OUR_NO].rstrip(), line[QUERY_ID].rstrip(), line[SUB].rstrip()
        if kind == PAID:
            tally.pay_rows += 1
            tally.paid_fen += amount_fen
            yield (line_no, PAY, our_no, "", query_id, sub, moment, amount_fen, fee_fen, outcome)
        else:
            tally.refund_rows += 1
            tally.refunded_fen += amount_fen
            yield (
                line_no, REFUND, our_no, line[ORIGIN].rstrip(), query_id, sub, moment, amount_fen, fee_fen, outcome,
            )  # fmt: skip


def _moment(text: str, day: str, line_no: int) -> str:
    """Give MMDDHHMMSS its year: the bill's, or its neighbour's at the turn of the year."""
    if len(text) != 10 or not text.isdigit():
        raise BillUnreadableError(f"{text!r} is no time", line_no)
    year = int(day[:4]) + (day[5:7] == "01" and text[:2] == "12") * -1 + (day[5:7] == "12" and text[:2] == "01")
    return f"{year}-{text[:2]}-{text[2:4]} {text[4:6]}:{text[6:8]}:{text[8:]}"


def _signed(text: str, line_no: int) -> int:
    if text[:1] not in "CD" or not text[1:].isdigit():
        raise BillUnreadableError(f"{text!r} is no signed amount", line_no)
    return int(text[1:]) if text[0] == "C" else -int(text[1:])


def check_unionpay_sums(text: str, tally: Tally) -> None:
    """Compare the ZS file (count and sum of payments, of refunds, fee, net; fen) with the rows."""
    found = (
        tally.pay_rows, tally.paid_fen, tally.refund_rows, tally.refunded_fen, tally.fee_fen,
        tally.paid_fen - tally.refunded_fen - tally.fee_fen,
    )  # fmt: skip
    if text.strip().split("|") != [str(part) for part in found]:
        raise BillUnreadableError(f"rows come to {found}, but the sums say {text.strip()[:80]}")
