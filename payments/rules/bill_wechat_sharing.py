"""Read WeChat Pay's bills about splits: the profit-sharing bill, and the fund flow of our own account (F18)."""

from collections.abc import Iterable, Iterator

from payments.rules.bill import OTHER, SPLIT, SPLIT_IN, SPLIT_RETURN, SUCCESS, BillUnreadableError, Row, Tally, fen_of

SHARING_HEAD = (
    "分账时间,分账发起方,分账方,微信订单号,微信分账/回退单号,分账明细单号,商户分账/回退单号,"
    "订单金额,分账接收方,分账金额,业务类型,处理状态,分账描述,备注"
)
SHARING_TOTALS = "总条数,分账总条数,分账总金额,回退总条数,回退总金额"
FUND_HEAD = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),"
    "账户结余(元),资金变更提交申请人,备注,业务凭证号"
)
FUND_TOTALS = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
SHARED, TAKEN_BACK = "分账", "分账回退"


def read_wechat_sharing(lines: Iterable[str], day: str, tally: Tally) -> Iterator[Row]:
    """Yield the splits and returns of a profit-sharing bill; `party` is the receiver, `origin_no` the sub-merchant."""
    for line_no, parts in _body(lines, SHARING_HEAD, SHARING_TOTALS, tally):
        tally.own_day_rows += parts[0].startswith(day)
        amount_fen = fen_of(parts[9], line_no)
        is_split = parts[10] == "分账"
        _count(tally, is_split, amount_fen)
        yield (
            line_no, SPLIT if is_split else SPLIT_RETURN, parts[6], parts[2], parts[5] or parts[4], parts[8], parts[0],
            amount_fen, 0, SUCCESS if parts[11] == "处理成功" else parts[11],
        )  # fmt: skip


def read_wechat_fund(lines: Iterable[str], day: str, tally: Tally) -> Iterator[Row]:
    """Yield what came into and went out of our own account; `our_no` is the acquirer's number of the split's detail."""
    for line_no, parts in _body(lines, FUND_HEAD, FUND_TOTALS, tally):
        tally.watch(parts[0], day, line_no)
        amount_fen = fen_of(parts[6], line_no)
        is_in = parts[5] == "收入"
        _count(tally, is_in, amount_fen)
        kind = {(SHARED, True): SPLIT_IN, (TAKEN_BACK, False): SPLIT_RETURN}.get((parts[4], is_in), OTHER)
        yield (line_no, kind, parts[1], "", parts[2], parts[8], parts[0], amount_fen, 0, SUCCESS)


def _count(tally: Tally, is_first: bool, amount_fen: int) -> None:
    tally.rows += 1
    if is_first:
        tally.pay_rows += 1
        tally.paid_fen += amount_fen
    else:
        tally.refund_rows += 1
        tally.refunded_fen += amount_fen


def _body(lines: Iterable[str], head: str, totals_head: str, tally: Tally) -> Iterator[tuple[int, list[str]]]:
    numbered = enumerate((line.rstrip("\r\n") for line in lines), 1)
    _, first = next(numbered, (1, ""))
    if first.lstrip("\ufeff").strip() != head:
        raise BillUnreadableError("not the head of this bill", 1)
    columns = head.count(",") + 1
    for line_no, line in numbered:
        if line.strip() == totals_head:
            _check(next(numbered, (0, "")), tally)
            return
        parts = line[1:].split(",`")
        if not line.startswith("`") or len(parts) != columns:
            raise BillUnreadableError(f"not a row of {columns} columns", line_no)
        yield line_no, parts
    raise BillUnreadableError("the totals are missing: the file is cut off")


def _check(numbered: tuple[int, str], tally: Tally) -> None:
    line_no, line = numbered
    parts = line[1:].split(",`")
    if len(parts) != 5:
        raise BillUnreadableError("the totals are cut off", line_no)
    said = (parts[0], parts[1], fen_of(parts[2], line_no), parts[3], fen_of(parts[4], line_no))
    found = (str(tally.rows), str(tally.pay_rows), tally.paid_fen, str(tally.refund_rows), tally.refunded_fen)
    if said != found:
        raise BillUnreadableError(f"rows come to {found}, but the totals say {said}", line_no)
