"""Pay a WeChat order as a user would, and say what a user would be told instead."""

from __future__ import annotations

from datetime import datetime

from payments.sandbox.book import CLOSED, OPEN, PAID, PAYING, REVOKED, digits
from payments.sandbox.messages import PayerRefused
from payments.sandbox.store import Record
from payments.sandbox.wechat.orders import view
from payments.sandbox.world import World

BANK_TYPES = {"debit": "CCB_DEBIT", "credit": "CCB_CREDIT", "balance": "OTHERS"}


def pay(world: World, order: Record, *, payer_id: str = "", funding: str = "debit", bank_type: str = "") -> Record:
    """Pay an order; raise PayerRefused as the wallet would."""
    late = order["state"] == CLOSED and world.faults.strike("pay_after_close", "wechat", order["no"])
    if order["state"] == PAID:
        raise PayerRefused("ORDERPAID", "该订单已支付，请勿重复付款")
    if order["state"] == REVOKED or (order["state"] == CLOSED and not late):
        raise PayerRefused("ORDER_CLOSED", "该订单已关闭，请返回商家重新下单")
    if order["state"] not in (OPEN, PAYING, CLOSED):
        raise PayerRefused("ORDER_FAILED", "该订单支付失败，请返回商家重新下单")
    expire = order["expire_at"]
    if expire and not late and datetime.fromisoformat(expire).timestamp() <= world.clock.epoch():
        raise PayerRefused("ORDER_EXPIRED", "该订单已过期，请返回商家重新下单")
    wanted = order["extra"]["openid"]
    if wanted and payer_id and payer_id != wanted and order["trade_type"] == "JSAPI":
        raise PayerRefused("OPENID_MISMATCH", "下单用户与支付用户不一致")
    return complete(world, order, payer_id=payer_id or wanted, funding=funding, bank=bank_type)


def complete(world: World, order: Record, *, payer_id: str, funding: str = "debit", bank: str = "") -> Record:
    """Write the payment with its notice, queue the notice, and return the paid order."""
    mchid = world.credentials.data["wechat"]["sp_mchid"]
    day = world.clock.text()[:10].replace("-", "")
    fields: Record = {
        "trade_no": f"42000{digits(5)}{day}{digits(10)}",
        "payer_id": payer_id or "oUpF8u" + digits(22),
        "bank_type": bank or BANK_TYPES.get(funding, "OTHERS"),
        "funding": funding,
        "sharing": order["extra"]["sharing"],
    }
    seen = view({**order, **fields, "state": PAID, "paid_at": world.clock.text()}, mchid)
    notice = world.notices.draft(order, order["notify_url"], "transaction", seen)
    paid = world.book.pay(order, notice=notice, **fields)
    world.notices.queue(notice)
    return paid
