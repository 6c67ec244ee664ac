"""Read Alipay's trade bill: two GBK CSVs out of a ZIP, four ``#`` lines, 25 columns, values that may end in a tab.

What is a refund is told by its request number and 业务类型, never by the sign. Counts and sums of the closing ``#``
lines, the fee of the summary file and the order of time are compared; what does not fit refuses the whole file (F18).
"""

import re
from collections.abc import Iterable, Iterator

from payments.rules.bill import PAY, REFUND, SUCCESS, BillUnreadableError, Row, Tally, fen_of

COLUMNS, SUMMARY_COLUMNS = 25, 12
TRADE_NO, OUR_NO, TYPE, DONE_AT, AMOUNT, REQUEST_NO, FEE = 0, 1, 2, 5, 12, 21, 22
HEAD_START = "支付宝交易号,商户订单号,业务类型,商品名称"
PAID = re.compile(r"#交易合计：(\d+)笔，商家实收共(-?[\d.]+)元")
REFUNDED = re.compile(r"#退款合计：(\d+)笔，商家实收退款共(-?[\d.]+)元")


def read_alipay(lines: Iterable[str], day: str, tally: Tally, *, seller: str) -> Iterator[Row]:
    """Yield the rows of a seller's detail file, filling the tally; raises BillUnreadableError."""
    numbered = enumerate(lines, 1)
    _check_top(numbered, seller)
    said: dict[str, tuple[int, int]] = {}
    for line_no, line in numbered:
        if line[:1] == "#":
            _note_totals(line, line_no, said)
        elif line.strip():
            if said:
                raise BillUnreadableError("a row stands after the totals", line_no)
            yield _row(line.replace("\t", ""), line_no, day, tally, seller)
    found = {"paid": (tally.pay_rows, tally.paid_fen), "refunded": (tally.refund_rows, -tally.refunded_fen)}
    if len(said) < 2:
        raise BillUnreadableError("the totals are missing: the file is cut off")
    if said != found:
        raise BillUnreadableError(f"rows come to {found}, but the totals say {said}")


def _check_top(numbered: Iterator[tuple[int, str]], seller: str) -> None:
    top = [next(numbered, (0, ""))[1] for _ in range(5)]
    if not all(line.startswith("#") for line in top[:4]) or not top[4].startswith(HEAD_START):
        raise BillUnreadableError("not the head of an Alipay trade bill", 1)
    if seller and f"[{seller}0156]" not in top[1]:
        raise BillUnreadableError("the bill of another seller", 2)


def _note_totals(line: str, line_no: int, said: dict[str, tuple[int, int]]) -> None:
    for name, pattern in (("paid", PAID), ("refunded", REFUNDED)):
        if found := pattern.match(line):
            said[name] = (int(found[1]), fen_of(found[2], line_no))


def _row(line: str, line_no: int, day: str, tally: Tally, seller: str) -> Row:
    parts = line.split(",")
    if len(parts) != COLUMNS:
        raise BillUnreadableError(f"{len(parts)} columns instead of {COLUMNS}", line_no)
    moment, what = parts[DONE_AT], parts[TYPE]
    tally.watch(moment, day, line_no)
    amount_fen, fee_fen = fen_of(parts[AMOUNT], line_no), -fen_of(parts[FEE], line_no)
    tally.rows += 1
    tally.fee_fen += fee_fen
    our_no, trade_no, request_no = parts[OUR_NO], parts[TRADE_NO], parts[REQUEST_NO]
    if request_no:
        tally.refund_rows += 1
        tally.refunded_fen -= amount_fen
        outcome = SUCCESS if what == "退款" else what
        return (line_no, REFUND, request_no, our_no, trade_no, seller, moment, -amount_fen, fee_fen, outcome)
    tally.pay_rows += 1
    tally.paid_fen += amount_fen
    return (
        line_no, PAY, our_no, "", trade_no, seller, moment, amount_fen, fee_fen, SUCCESS if what == "交易" else what,
    )  # fmt: skip


def check_alipay_summary(lines: Iterable[str], tally: Tally) -> None:
    """Compare the summary file's line of totals with what the rows came to; raises BillUnreadableError."""
    rows = [line.rstrip("\r\n").split(",") for line in lines if line.startswith("合计,")]
    if len(rows) != 1 or len(rows[0]) != SUMMARY_COLUMNS:
        raise BillUnreadableError("the summary file has no line of totals")
    total = rows[0]
    said = (total[2], total[3], fen_of(total[4], 0), fen_of(total[9], 0), fen_of(total[11], 0))
    net = tally.paid_fen - tally.refunded_fen
    found = (str(tally.pay_rows), str(tally.refund_rows), net, -tally.fee_fen, net - tally.fee_fen)
    if said != found:
        raise BillUnreadableError(f"rows come to {found}, but the summary file says {said}")
