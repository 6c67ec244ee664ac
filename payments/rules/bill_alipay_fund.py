"""Read Alipay's 账务明细 (signcustomer) of our own account: what splits brought in and what refunds took back (F18)."""

import re
from collections.abc import Iterable, Iterator

from payments.rules.bill import OTHER, SPLIT_IN, SPLIT_RETURN, SUCCESS, BillUnreadableError, Row, Tally, fen_of

HEAD = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,"
    "交易渠道,业务类型,备注"
)
COLUMNS = HEAD.count(",") + 1
SHARED, TAKEN_BACK = "分账", "退分账"
TOTALS = (
    ("in", re.compile(r"#收入合计：(\d+)笔，(-?[\d.]+)元")),
    ("out", re.compile(r"#支出合计：(\d+)笔，(-?[\d.]+)元")),
)


def read_alipay_fund(lines: Iterable[str], day: str, tally: Tally) -> Iterator[Row]:
    """Yield every movement of our own account, filling the tally; raises BillUnreadableError.

    `our_no` is the split's number, or the refund's that took a split back.
    """
    numbered = enumerate((line.rstrip("\r\n") for line in lines), 1)
    top = [next(numbered, (0, ""))[1] for _ in range(5)]
    if not all(line.startswith("#") for line in top[:4]) or top[4] != HEAD:
        raise BillUnreadableError("not the head of Alipay's account details", 1)
    said: dict[str, tuple[int, int]] = {}
    for line_no, line in numbered:
        if line.startswith("#"):
            for name, pattern in TOTALS:
                if found := pattern.match(line):
                    said[name] = (int(found[1]), abs(fen_of(found[2], line_no)))
        elif line and said:
            raise BillUnreadableError("a row stands after the totals", line_no)
        elif line:
            yield _row(line, line_no, day, tally)
    if len(said) < len(TOTALS):
        raise BillUnreadableError("the totals are missing: the file is cut off")
    come = {"in": (tally.pay_rows, tally.paid_fen), "out": (tally.refund_rows, tally.refunded_fen)}
    if said != come:
        raise BillUnreadableError(f"rows come to {come}, but the totals say {said}")


def _row(line: str, line_no: int, day: str, tally: Tally) -> Row:
    parts = [part.strip() for part in line.split(",")]
    if len(parts) != COLUMNS:
        raise BillUnreadableError(f"{len(parts)} columns instead of {COLUMNS}", line_no)
    tally.watch(parts[4], day, line_no)
    came, went = fen_of(parts[6] or "0", line_no), abs(fen_of(parts[7] or "0", line_no))
    if (came == 0) == (went == 0):
        raise BillUnreadableError("a row brings in or takes out, not both", line_no)
    tally.rows += 1
    if came:
        tally.pay_rows += 1
        tally.paid_fen += came
    else:
        tally.refund_rows += 1
        tally.refunded_fen += went
    kind = {(SHARED, True): SPLIT_IN, (TAKEN_BACK, False): SPLIT_RETURN}.get((parts[10], came > 0), OTHER)
    return (line_no, kind, parts[2], "", parts[1], parts[5], parts[4], came or went, 0, SUCCESS)
