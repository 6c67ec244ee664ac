"""Create, show, close and cancel Alipay trades."""

from __future__ import annotations

import json
import secrets
from datetime import datetime
from typing import Any

from payments.sandbox.alipay.errors import (
    amount_fen,
    business,
    invalid,
    number,
    parse_expiry,
    stamp,
    text,
)
from payments.sandbox.billing import yuan
from payments.sandbox.book import CLOSED, OPEN, PAID, PAYING, digits
from payments.sandbox.store import Record
from payments.sandbox.world import World

CODE = "CODE"  # a code is shown, but nobody has scanned it: there is no trade yet
FINISHED_DAYS = 365
CHANNELS = {"balance": "ALIPAYACCOUNT", "debit": "BANKCARD", "credit": "PCREDIT"}
STATES = {OPEN: "WAIT_BUYER_PAY", PAYING: "WAIT_BUYER_PAY", PAID: "TRADE_SUCCESS"}


def key_of(seller: str, no: str) -> str:
    """Return the key of an order; numbers are unique per seller."""
    return f"alipay:{seller}:{no}"


def new_trade_no(world: World) -> str:
    """Return a new Alipay trade number of 28 digits."""
    return world.clock.text()[:10].replace("-", "") + "22001" + digits(15)


def precreate(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Give a code to be scanned; until then there is no trade."""
    qr_code = "https://qr.alipay.com/bax" + secrets.token_hex(12)
    old = same_or_refuse(world, call, body, "PRECREATE")
    if old:
        if old["state"] in (PAID, CLOSED):
            raise business("TRADE_HAS_SUCCESS" if old["state"] == PAID else "TRADE_HAS_CLOSE", "交易已结束")
        world.book.change(old, "again", tokens=[*old["tokens"], qr_code])
    else:
        open_trade(world, call, body, "PRECREATE", state=CODE, token=qr_code)
    return {"out_trade_no": body["out_trade_no"], "qr_code": qr_code}


def create(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Create a trade for a known buyer."""
    buyer = text(body, "buyer_id", 28, required=False) or text(body, "buyer_open_id", 128, required=False)
    if not buyer:
        raise invalid("buyer_id不能为空")
    order = same_or_refuse(world, call, body, "CREATE")
    if order and order["state"] != OPEN:
        raise business("TRADE_HAS_SUCCESS" if order["state"] == PAID else "TRADE_HAS_CLOSE", "交易已结束")
    order = order or open_trade(world, call, body, "CREATE", trade_no=new_trade_no(world), buyer=buyer)
    return {"out_trade_no": order["no"], "trade_no": order["trade_no"]}


def same_or_refuse(world: World, call: Record, body: dict[str, Any], kind: str) -> Record | None:
    no = number(body, "out_trade_no")
    fen = amount_fen(body, "total_amount")
    subject = text(body, "subject", 256)
    seller_id = text(body, "seller_id", 28, required=False)
    if seller_id and seller_id != call["seller"]:
        raise business("SELLER_NOT_EXIST", "卖家不是授权商户")
    old = world.store.get("order", key_of(call["seller"], no))
    if old and (old["amount_fen"], old["subject"], old["trade_type"]) != (fen, subject, kind):
        raise business("CONTEXT_INCONSISTENT", "交易信息被篡改，与之前请求不一致")
    return current(world, old) if old else None


def open_trade(
    world: World,
    call: Record,
    body: dict[str, Any],
    kind: str,
    *,
    state: str = OPEN,
    token: str = "",
    trade_no: str = "",
    buyer: str = "",
) -> Record:
    no, seller = body["out_trade_no"], call["seller"]
    extend = body.get("extend_params")
    extra = {
        "attach": text(body, "body", 512, required=False),
        "openid": buyer,
        "freeze": isinstance(extend, dict) and extend.get("royalty_freeze") in ("true", True),
        "return_url": call["return_url"],
        "passback": text(body, "passback_params", 512, required=False),
    }
    return world.book.open_order(
        "alipay",
        sub=seller,
        no=no,
        amount_fen=amount_fen(body, "total_amount"),
        subject=text(body, "subject", 256),
        trade_type=kind,
        state=state,
        notify_url=call["notify_url"],
        expire_at=parse_expiry(body, world.clock.now()),
        tokens=[name for name in (f"alipay#{no}", token) if name],
        trade_no=trade_no,
        extra=extra,
        key=key_of(seller, no),
    )


def current(world: World, order: Record) -> Record:
    """Return the order after closing it if its time is over."""
    expire = order["expire_at"]
    waiting = order["state"] in (OPEN, CODE, PAYING)
    if waiting and expire and datetime.fromisoformat(expire) <= world.clock.now():
        return world.book.change(order, "expire", state=CLOSED, closed_at=world.clock.text())
    return order


def find(world: World, call: Record, body: dict[str, Any]) -> Record:
    """Return the trade meant by trade_no or out_trade_no; a code not scanned is no trade."""
    trade_no = text(body, "trade_no", 64, required=False)
    no = number(body, "out_trade_no", required=False)
    if not trade_no and not no:
        raise invalid("out_trade_no与trade_no不能同时为空")
    order = world.store.order_of_token(trade_no) if trade_no else None
    if not trade_no:
        order = world.store.get("order", key_of(call["seller"], no))
    order = current(world, order) if order else None
    if not order or order["sub"] != call["seller"] or not order["trade_no"]:
        raise business("TRADE_NOT_EXIST", "交易不存在")
    return order


def query(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Show a trade."""
    return view(world, find(world, call, body))


def state_of(world: World, order: Record) -> str:
    """Return the trade_status, closed too once everything was refunded."""
    if order["state"] == PAID:
        if order["refunded_fen"] == order["amount_fen"]:
            return "TRADE_CLOSED"
        age = world.clock.now() - datetime.fromisoformat(order["paid_at"])
        return "TRADE_FINISHED" if age.days >= FINISHED_DAYS else "TRADE_SUCCESS"
    return STATES.get(order["state"], "TRADE_CLOSED")


def view(world: World, order: Record) -> dict[str, Any]:
    """Return a trade as queries show it."""
    total = yuan(order["amount_fen"])
    shown: dict[str, Any] = {
        "trade_no": order["trade_no"],
        "out_trade_no": order["no"],
        "buyer_logon_id": "159****0000",
        "trade_status": state_of(world, order),
        "total_amount": total,
        "buyer_user_id": order["payer_id"] or order["extra"]["openid"],
        **dict.fromkeys(("receipt_amount", "buyer_pay_amount", "point_amount", "invoice_amount"), "0.00"),
    }
    if order["paid_at"]:
        channel = CHANNELS.get(order["funding"], "ALIPAYACCOUNT")
        shown |= {
            "receipt_amount": total,
            "buyer_pay_amount": total,
            "invoice_amount": total,
            "send_pay_date": stamp(order["paid_at"]),
            "fund_bill_list": [{"amount": total, "fund_channel": channel}],
        }
    return shown


def close(world: World, call: Record, body: dict[str, Any]) -> dict[str, Any]:
    """Close a trade that waits for its buyer."""
    order = find(world, call, body)
    if order["state"] not in (OPEN, PAYING):
        raise business("REASON_TRADE_STATUS_INVALID", "交易状态不合法")
    world.book.change(order, "close", state=CLOSED, closed_at=world.clock.text())
    return {"trade_no": order["trade_no"], "out_trade_no": order["no"]}


def notice_fields(world: World, order: Record) -> dict[str, str]:
    """Return what a notice about this trade says."""
    shown = view(world, order)
    bills = [{"amount": row["amount"], "fundChannel": row["fund_channel"]} for row in shown["fund_bill_list"]]
    sub = world.store.tables["sub_merchant"][f"alipay:{order['sub']}"]
    fields = {
        "notify_time": stamp(world.clock.text()),
        "notify_type": "trade_status_sync",
        "auth_app_id": sub["auth_app_id"],
        "trade_no": order["trade_no"],
        "out_trade_no": order["no"],
        "buyer_id": shown["buyer_user_id"],
        "buyer_logon_id": shown["buyer_logon_id"],
        "seller_id": order["sub"],
        "trade_status": shown["trade_status"],
        "total_amount": shown["total_amount"],
        "receipt_amount": shown["receipt_amount"],
        "buyer_pay_amount": shown["buyer_pay_amount"],
        "invoice_amount": shown["invoice_amount"],
        "point_amount": "0.00",
        "subject": order["subject"],
        "gmt_create": stamp(order["created_at"]),
        "gmt_payment": stamp(order["paid_at"]),
        "fund_bill_list": json.dumps(bills, separators=(",", ":")),
    }
    optional = {"body": order["extra"]["attach"], "passback_params": order["extra"]["passback"]}
    return fields | {name: value for name, value in optional.items() if value}
