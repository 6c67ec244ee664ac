"""Read WeChat Pay's trade bill: the 27 columns of today and the 24 of older merchants.

Every value stands behind a backtick, so a line is split on ``,` `` and a comma in a product's name does no harm. The
two last lines hold the totals: without them the file is cut off. Totals and counts are compared with the rows, the
order of time within the day is watched, and whatever does not fit refuses the whole file (F18).
"""

from collections.abc import Iterable, Iterator

from payments.rules.bill import PAY, REFUND, SUCCESS, BillUnreadableError, Row, Tally, fen_of

HEAD_27 = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
HEAD_24 = (
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "总金额,企业红包金额,微信退款单号,商户退款单号,退款金额,企业红包退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率"
)
TOTALS_27 = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
TOTALS_24 = "总交易单数,总交易额,总退款金额,总企业红包退款金额,手续费总金额"
FORMS = {HEAD_27: (27, TOTALS_27), HEAD_24: (24, TOTALS_24)}
AT, SUB, TRADE_NO, OUR_NO, STATE, CURRENCY, AMOUNT = 0, 3, 5, 6, 9, 11, 12
REFUND_ID, REFUND_NO, REFUNDED, FEE = 14, 15, 16, 22
REFUNDED_STATES = frozenset({"REFUND", "REVOKED"})


def read_wechat(lines: Iterable[str], day: str, tally: Tally) -> Iterator[Row]:
    """Yield the rows of a trade bill, filling the tally; compare with the totals at the end.

    Raises BillUnreadableError: unknown head, wrong number of columns, amount, currency, order of time, totals that
    differ, totals missing (truncated), anything after the totals.
    """
    numbered = enumerate(lines, 1)
    _, head = next(numbered, (1, ""))
    form = FORMS.get(head.lstrip("\ufeff").strip())
    if form is None:
        raise BillUnreadableError("not the head of a WeChat trade bill", 1)
    columns, totals_head = form
    for line_no, line in numbered:
        parts = line[1:].split(",`")
        if line[:1] != "`":
            if line.strip() != totals_head:
                raise BillUnreadableError("neither a row nor the head of the totals", line_no)
            _check_totals(numbered, tally, totals_head.count(",") + 1)
            return
        if len(parts) != columns:
            raise BillUnreadableError(f"{len(parts)} columns instead of {columns}", line_no)
        yield _row(parts, line_no, day, tally)
    raise BillUnreadableError("the totals are missing: the file is cut off")


def _row(parts: list[str], line_no: int, day: str, tally: Tally) -> Row:
    if parts[CURRENCY] != "CNY":
        raise BillUnreadableError(f"currency {parts[CURRENCY][:8]!r}", line_no)
    moment = parts[AT]
    tally.watch(moment, day, line_no)
    fee_fen = fen_of(parts[FEE], line_no)
    tally.rows += 1
    tally.fee_fen += fee_fen
    if parts[STATE] in REFUNDED_STATES and parts[REFUND_NO] not in ("", "0"):
        amount_fen = fen_of(parts[REFUNDED], line_no)
        tally.refund_rows += 1
        tally.refunded_fen += amount_fen
        outcome = parts[19]
        return (
            line_no, REFUND, parts[REFUND_NO], parts[OUR_NO], parts[REFUND_ID], parts[SUB], moment, amount_fen,
            fee_fen, SUCCESS if outcome in ("SUCCESS", "PROCESSING") else outcome,
        )  # fmt: skip
    amount_fen = fen_of(parts[AMOUNT], line_no)
    tally.pay_rows += 1
    tally.paid_fen += amount_fen
    return (
        line_no, PAY, parts[OUR_NO], "", parts[TRADE_NO], parts[SUB], moment, amount_fen, fee_fen, parts[STATE],
    )  # fmt: skip


def _check_totals(numbered: Iterator[tuple[int, str]], tally: Tally, columns: int) -> None:
    line_no, line = next(numbered, (0, ""))
    parts = line.rstrip("\r\n")[1:].split(",`") if line.startswith("`") else []
    if len(parts) != columns:
        raise BillUnreadableError("the totals are cut off", line_no)
    if not parts[0].isdigit() or int(parts[0]) != tally.rows:
        raise BillUnreadableError(f"{tally.rows} rows, but the totals say {parts[0][:12]}", line_no)
    said = (fen_of(parts[1], line_no), fen_of(parts[2], line_no), fen_of(parts[4], line_no))
    found = (tally.paid_fen, tally.refunded_fen, tally.fee_fen)
    if said != found:
        raise BillUnreadableError(f"rows come to {found} fen, but the totals say {said}", line_no)
    for rest_no, rest in numbered:
        if rest.strip():
            raise BillUnreadableError("something stands after the totals", rest_no)
