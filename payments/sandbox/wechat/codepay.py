"""Take a payer's barcode (付款码) at once, and reverse such a payment."""

from __future__ import annotations

import re
from functools import partial
from time import time
from typing import Any

from payments.sandbox.book import FAILED, PAID, PAYING, REVOKED, digits
from payments.sandbox.messages import Request
from payments.sandbox.store import Record
from payments.sandbox.wechat.errors import WechatError, fen, number, text
from payments.sandbox.wechat.orders import find_for, read_order, view
from payments.sandbox.wechat.payer import complete
from payments.sandbox.world import World

# The last two digits of a barcode say how its payer behaves.
PASSWORD_THEN_PAY, NO_MONEY, EXPIRED, PASSWORD_NEVER, BANK_ERROR, UNWELCOME = "61", "62", "63", "64", "65", "66"
PASSWORD_S = 5.0


def codepay(world: World, request: Request, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Pay at once, or answer 202 USERPAYING while the payer enters the password."""
    sub, extra = read_order(world, body)
    no = number(body, "/out_trade_no")
    amount_fen = fen(body, "/amount/total")
    auth_code = text(body, "/payer/auth_code", 32)
    if not re.fullmatch(r"1[0-5][0-9]{16}", auth_code):
        raise WechatError(400, "PARAM_ERROR", "支付授权码格式错误，应为以10至15开头的18位数字")
    mchid = world.credentials.data["wechat"]["sp_mchid"]
    old = world.book.order("wechat", no)
    if old:
        if old["sub"] != sub or old["amount_fen"] != amount_fen or old["trade_type"] != "MICROPAY":
            raise WechatError(403, "OUT_TRADE_NO_USED", "商户订单号重复")
        return _answer(old, mchid)
    ending = auth_code[-2:]
    if ending == EXPIRED:
        raise WechatError(400, "AUTH_CODE_EXPIRED", "付款码已过期，请刷新再试")
    extra["openid"] = "o" + auth_code
    order = world.book.open_order(
        "wechat",
        sub=sub,
        no=no,
        amount_fen=amount_fen,
        subject=extra["description"],
        trade_type="MICROPAY",
        state=PAYING,
        tokens=[],
        extra=extra,
    )
    if ending in (NO_MONEY, BANK_ERROR, UNWELCOME):
        order = world.book.change(order, "fail", state=FAILED)
        if ending == NO_MONEY:
            raise WechatError(403, "NOT_ENOUGH", "用户帐号余额不足，请用户充值或更换支付卡后再支付")
        if ending == UNWELCOME:
            raise WechatError(403, "TRADE_ERROR", "交易错误，请用户更换支付方式")
        raise WechatError(500, "BANK_ERROR", "银行系统异常")
    if ending == PASSWORD_THEN_PAY:
        due = time() + world.clock.wait_s(PASSWORD_S)
        world.delivery.at(due, partial(_enter_password, world, order["key"]))
    elif ending != PASSWORD_NEVER:
        order = complete(world, order, payer_id=extra["openid"])
    return _answer(order, mchid)


def _answer(order: Record, mchid: str) -> tuple[int, dict[str, Any]]:
    if order["state"] == PAYING:
        words = {"code": "USERPAYING", "message": "需要用户输入支付密码"}
        return 202, {**view(order, mchid), **words}
    return 200, view(order, mchid)


def _enter_password(world: World, key: str) -> None:
    with world.store.lock:
        order = world.store.tables["order"][key]
        if order["state"] == PAYING:
            complete(world, order, payer_id=order["extra"]["openid"])


def reverse(world: World, body: dict[str, Any], no: str) -> dict[str, Any]:
    """Undo a barcode payment: money goes back if it was taken, else the order ends."""
    sp, sub = text(body, "/sp_mchid", 32), text(body, "/sub_mchid", 32)
    order = find_for(world, sp, sub, no=no)
    if order["trade_type"] != "MICROPAY":
        raise WechatError(400, "INVALID_REQUEST", "仅付款码支付的订单可以撤销")
    if order["state"] == PAID:
        if order["refund_count"]:
            raise WechatError(400, "INVALID_REQUEST", "订单已退款，不能撤销")
        if order["paid_at"][:10] != world.clock.text()[:10]:
            raise WechatError(400, "INVALID_REQUEST", "订单超过可撤销期限，请使用退款")
        world.book.refund(
            order,
            refund_no=f"reverse-{no}",
            amount_fen=order["amount_fen"],
            refund_id="5030" + digits(24),
            done_at=world.clock.text(),
            revoke=True,
        )
        order = world.store.tables["order"][order["key"]]
    if order["state"] != REVOKED:
        order = world.book.change(order, "reverse", state=REVOKED, closed_at=world.clock.text())
    return {"sp_mchid": sp, "sub_mchid": sub, "out_trade_no": no}
