"""Write the text of WeChat's bills: every value after a backtick, totals in the last line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from payments.sandbox.billing import yuan
from payments.sandbox.store import Record, Store

HEAD = "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,"
HEAD += "交易状态,付款银行,货币种类,应结订单金额,代金券金额"
REFUND_HEAD = "微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态"
TRADE_HEADS = {
    "ALL": f"{HEAD},{REFUND_HEAD},商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注",
    "SUCCESS": f"{HEAD},商品名称,商户数据包,手续费,费率,订单金额,费率备注",
    "REFUND": f"{HEAD},退款申请时间,退款成功时间,{REFUND_HEAD},"
    "商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注",
}
TOTALS_HEAD = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额"
FLOW_HEAD = (
    "记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),"
    "账户结余(元),资金变更提交申请人,备注,业务凭证号"
)
FLOW_TOTALS_HEAD = "资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额"
SHARING_HEAD = (
    "分账时间,分账发起方,分账方,微信订单号,微信分账/回退单号,分账明细单号,商户分账/回退单号,"
    "订单金额,分账接收方,分账金额,业务类型,处理状态,分账描述,备注"
)
SHARING_TOTALS_HEAD = "总条数,分账总条数,分账总金额,回退总条数,回退总金额"
STATES = {"pay": "SUCCESS", "refund": "REFUND", "revoke": "REVOKED"}
Flow = tuple[str, str, str, str, int]
SpoilLines = Callable[[list[str], dict[str, int]], list[str]]


def line(values: list[str]) -> str:
    """Return one line with a backtick before every value."""
    return ",".join("`" + value for value in values)


def stamp(at: str) -> str:
    """Return a time as bills write it."""
    return at[:19].replace("T", " ")


def fee_yuan(fen: int) -> str:
    """Return a fee as yuan with five decimals."""
    return yuan(fen) + "000"


def trade_text(
    rows: list[Record],
    kind: str,
    appid: str,
    mchid: str,
    marks: dict[str, int],
    spoil_lines: SpoilLines,
) -> str:
    """Return a trade bill of the kind ALL (27 columns), SUCCESS or REFUND."""
    lines = spoil_lines([line(_trade_values(row, kind, appid, mchid)) for row in rows], marks)
    paid = sum(row["amount_fen"] for row in rows)
    refunded = sum(row["refund_fen"] for row in rows)
    fee = sum(row["fee_fen"] for row in rows)
    if "wrong_totals" in marks:
        paid, fee = paid + 1, fee - 1
    totals = [str(len(rows)), yuan(paid), yuan(refunded), "0.00", fee_yuan(fee)]
    totals += [yuan(paid), yuan(refunded)]
    return "\r\n".join([TRADE_HEADS[kind], *lines, TOTALS_HEAD, line(totals), ""])


def _trade_values(row: Record, kind: str, appid: str, mchid: str) -> list[str]:
    is_pay = row["kind"] == "pay"
    state = STATES[row["kind"]]
    if is_pay and row["status"] != "SUCCESS":
        state = row["status"]
    paid, refunded = yuan(row["amount_fen"]), yuan(row["refund_fen"])
    values = [stamp(row["at"]), appid, mchid, row["sub"], row["device_id"], row["trade_no"]]
    values += [row["no"], row["payer_id"], row["trade_type"], state, row["bank_type"], "CNY"]
    values += [paid, "0.00"]
    refund = [row["refund_id"] or "0", row["refund_no"] or "0", refunded, "0.00"]
    refund += ["", ""] if is_pay else ["ORIGINAL", row["status"]]
    if kind == "REFUND":
        values += [stamp(row["at"]), stamp(row["done_at"])]
    if kind != "SUCCESS":
        values += refund
    rate = f"{row['rate_bps'] / 100:.2f}%"
    values += [row["subject"], row["attach"], fee_yuan(row["fee_fen"]), rate, paid]
    if kind != "SUCCESS":
        values.append(refunded)
    return [*values, ""]


def fundflow_text(store: Store, mchid: str, day: str, sp_mchid: str) -> str:
    """Return the fund flow of one merchant account, '' when nothing moved."""
    flows = _trade_flows(store, mchid, day) + _split_flows(store, mchid, day)
    flows = sorted((flow for flow in flows if flow[4]), key=lambda flow: flow[0])
    if not flows:
        return ""
    lines, balance = [], 0
    for index, (at, no, name, kind, fen) in enumerate(flows):
        balance += fen
        direction = "收入" if fen > 0 else "支出"
        lines.append(
            line(
                [
                    stamp(at),
                    no,
                    f"{no}{index:04d}",
                    name,
                    kind,
                    direction,
                    yuan(abs(fen)),
                    yuan(balance),
                    sp_mchid,
                    "",
                    no,
                ]
            )
        )
    incomes = [flow[4] for flow in flows if flow[4] > 0]
    outgoings = [-flow[4] for flow in flows if flow[4] < 0]
    totals = [str(len(flows)), str(len(incomes)), yuan(sum(incomes))]
    totals += [str(len(outgoings)), yuan(sum(outgoings))]
    return "\r\n".join([FLOW_HEAD, *lines, FLOW_TOTALS_HEAD, line(totals), ""])


def _trade_flows(store: Store, mchid: str, day: str) -> list[Flow]:
    flows: list[Flow] = []
    for order in store.paid("wechat", day):
        if order["sub"] == mchid:
            flows.append((order["paid_at"], order["trade_no"], "交易", "收款", order["amount_fen"]))
            flows.append((order["paid_at"], order["trade_no"], "交易", "手续费", -order["fee_fen"]))
    for refund in store.moved("refund", "wechat", day):
        if refund["sub"] == mchid:
            at, no = refund["created_at"], refund["refund_id"]
            flows.append((at, no, "退款", "退款", -refund["amount_fen"]))
            flows.append((at, no, "退款", "手续费", refund["fee_fen"]))
    return flows


def _split_flows(store: Store, mchid: str, day: str) -> list[Flow]:
    flows = []
    for split in store.moved("split", "wechat", day):
        for row in split["receivers"]:
            if row["account"] == split["sub"]:
                continue
            if split["sub"] == mchid:
                flows.append((split["created_at"], row["detail_id"], "分账", "分账", -row["amount"]))
            elif row["account"] == mchid:
                flows.append((split["created_at"], row["detail_id"], "分账", "分账", row["amount"]))
    for back in store.moved("split_return", "wechat", day):
        if mchid in (back["sub"], back["account"]):
            fen = back["amount_fen"] if back["sub"] == mchid else -back["amount_fen"]
            flows.append((back["created_at"], back["return_id"], "分账回退", "分账回退", fen))
    return flows


def sharing_text(store: Store, day: str, sub: str, sp_mchid: str) -> str:
    """Return the profit sharing bill of a day, '' when nothing was split."""
    lines: list[str] = []
    split_fen: list[int] = []
    return_fen: list[int] = []
    orders = store.tables["order"]
    for split in store.moved("split", "wechat", day):
        for row in split["receivers"] if sub in ("", split["sub"]) else []:
            values = {"id": split["order_id"], "detail": row["detail_id"], **row}
            values |= {"kind": "分账", "words": row["description"]}
            lines.append(_sharing_line(split, orders[split["order"]], values, sp_mchid))
            split_fen.append(row["amount"])
    for back in store.moved("split_return", "wechat", day):
        if sub in ("", back["sub"]):
            values = {"id": back["return_id"], "detail": "", "account": back["account"]}
            values |= {"amount": back["amount_fen"], "kind": "分账回退", "words": ""}
            lines.append(_sharing_line(back, orders[back["order"]], values, sp_mchid))
            return_fen.append(back["amount_fen"])
    if not lines:
        return ""
    totals = [str(len(lines)), str(len(split_fen)), yuan(sum(split_fen))]
    totals += [str(len(return_fen)), yuan(sum(return_fen))]
    return "\r\n".join([SHARING_HEAD, *lines, SHARING_TOTALS_HEAD, line(totals), ""])


def _sharing_line(record: Record, order: Record, values: dict[str, Any], sp_mchid: str) -> str:
    return line(
        [
            *(stamp(record["created_at"]), sp_mchid, record["sub"], order["trade_no"]),
            *(values["id"], values["detail"], record["no"], yuan(order["amount_fen"])),
            *(values["account"], yuan(values["amount"]), values["kind"], "处理成功"),
            *(values["words"], ""),
        ]
    )
