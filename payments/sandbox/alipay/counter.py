"""Take a payer's barcode at the counter, and undo what went wrong there."""

from __future__ import annotations

import re
from typing import Any

from payments.sandbox.alipay.errors import business, number, stamp, text
from payments.sandbox.alipay.payer import pay_by_barcode
from payments.sandbox.alipay.refunds import give_back
from payments.sandbox.alipay.trades import (
    CODE,
    find,
    key_of,
    new_trade_no,
    open_trade,
    same_or_refuse,
    view,
)
from payments.sandbox.book import CLOSED, FAILED, OPEN, PAID, PAYING, REVOKED
from payments.sandbox.store import Record
from payments.sandbox.world import World


def pay(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Take a payer's barcode: pay at once, or answer 10003 while the payer confirms."""
    auth_code = text(body, "auth_code", 32)
    if not re.fullmatch(r"(2[5-9]|30)[0-9]{14,22}", auth_code):
        raise business("PAYMENT_AUTH_CODE_INVALID", "支付失败，获取顾客账户信息失败，请顾客刷新付款码后重新收款")
    order = same_or_refuse(world, call, body, "PAY")
    if order and order["state"] in (CLOSED, FAILED, REVOKED):
        raise business("TRADE_HAS_CLOSE", "交易已经关闭")
    if not order:
        order = open_trade(world, call, body, "PAY", trade_no=new_trade_no(world), state=PAYING)
        order = pay_by_barcode(world, order, auth_code)
    if order["state"] != PAID:
        shown = {"trade_no": order["trade_no"], "out_trade_no": order["no"]}
        return {"code": "10003", "msg": "order success pay inprocess", **shown}
    return {**view(world, order), "gmt_payment": stamp(order["paid_at"])}


def cancel(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Undo a trade: close it, or give the money back if it was paid today."""
    no = number(body, "out_trade_no", required=False)
    waiting = world.store.get("order", key_of(call["seller"], no)) if no else None
    if waiting and waiting["state"] == CODE:
        world.book.change(waiting, "cancel", state=CLOSED, closed_at=world.clock.text())
        return {"out_trade_no": no, "retry_flag": "N"}
    order = find(world, call, body)
    shown = {"trade_no": order["trade_no"], "out_trade_no": order["no"], "retry_flag": "N"}
    if order["state"] == PAID and order["refunded_fen"] < order["amount_fen"]:
        if order["paid_at"][:10] != world.clock.text()[:10]:
            raise business("CANCEL_TIME_OUT", "超过撤销时间范围，请使用退款")
        give_back(world, order, "cancel-" + no, order["amount_fen"] - order["refunded_fen"], revoke=True)
        return {**shown, "action": "refund"}
    if order["state"] in (OPEN, PAYING):
        world.book.change(order, "cancel", state=CLOSED, closed_at=world.clock.text())
        return {**shown, "action": "close"}
    return shown
