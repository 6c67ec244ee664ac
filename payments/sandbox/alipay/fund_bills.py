"""Write Alipay's 账务明细 of the service provider's own account: splits that came in, splits that went back."""

from __future__ import annotations

from datetime import date

from payments.sandbox.alipay.errors import stamp
from payments.sandbox.billing import yuan
from payments.sandbox.store import Store

HEAD = (
    "账务流水号,业务流水号,商户订单号,商品名称,发生时间,对方账号,收入金额（+元）,支出金额（-元）,账户余额（元）,"
    "交易渠道,业务类型,备注"
)
Flow = tuple[str, str, str, str, int]
"""When, the business number, the caller's own number, the other side, fen (negative when it went out)."""


def flows_of(store: Store, account: str, day: str) -> list[Flow]:
    """Return what moved on an account on a business date, oldest first."""
    flows: list[Flow] = [
        (split["created_at"], split["order_id"], split["no"], split["sub"], row["amount"])
        for split in store.moved("split", "alipay", day)
        for row in split["receivers"]
        if row["account"] == account
    ]
    flows += [
        (back["created_at"], back["return_id"], back["no"], back["sub"], -back["amount_fen"])
        for back in store.moved("split_return", "alipay", day)
        if back["account"] == account
    ]
    return sorted(flows)


def detail_text(flows: list[Flow], day: date, now: str) -> list[str]:
    """Return the rows of the file and its closing lines; the opening lines are the caller's."""
    balance, lines = 0, []
    for place, (at, no, own_no, other, fen) in enumerate(flows):
        balance += fen
        values = [f"{day:%Y%m%d}{place:010d}", no, own_no, "分账", stamp(at), other]
        values += [yuan(fen) if fen > 0 else "", yuan(fen) if fen < 0 else "", yuan(balance), "支付宝"]
        values += ["分账" if fen > 0 else "退分账", ""]
        lines.append(",".join(value + "\t" if index < 3 else value for index, value in enumerate(values)))
    came = [flow[4] for flow in flows if flow[4] > 0]
    went = [flow[4] for flow in flows if flow[4] < 0]
    bar = "-" * 41
    return [
        HEAD,
        *lines,
        f"#{bar}账务明细列表结束{bar}",
        f"#收入合计：{len(came)}笔，{yuan(sum(came))}元",
        f"#支出合计：{len(went)}笔，{yuan(sum(went))}元",
        f"#导出时间：[{stamp(now)}]",
        "",
    ]
