"""Pay an Alipay trade as a buyer would: scanning a code makes the trade."""

from __future__ import annotations

import time
from functools import partial

from payments.sandbox.alipay.errors import business
from payments.sandbox.alipay.trades import CODE, current, new_trade_no, notice_fields
from payments.sandbox.book import CLOSED, FAILED, OPEN, PAID, PAYING, digits
from payments.sandbox.messages import PayerRefused
from payments.sandbox.store import Record
from payments.sandbox.world import World

# The last two digits of a barcode say how its payer behaves.
CONFIRM_THEN_PAY, NO_MONEY, EXPIRED, CONFIRM_NEVER = "61", "62", "63", "64"
CONFIRM_S = 5.0


def scan(world: World, order: Record) -> Record:
    """Make the trade of a code that is scanned for the first time."""
    if order["state"] != CODE:
        return order
    return world.book.change(order, "scan", state=OPEN, trade_no=new_trade_no(world))


def pay(world: World, order: Record, *, payer_id: str = "", funding: str = "debit", bank_type: str = "") -> Record:
    """Pay a trade; raise PayerRefused as the wallet would."""
    order = current(world, order)
    late = order["state"] == CLOSED and world.faults.strike("pay_after_close", "alipay", order["no"])
    if order["state"] == PAID:
        raise PayerRefused("TRADE_HAS_SUCCESS", "该订单已付款，请勿重复付款")
    if order["state"] not in (CODE, OPEN, PAYING) and not late:
        raise PayerRefused("TRADE_HAS_CLOSE", "该订单已关闭，请联系商家重新下单")
    wanted = order["extra"]["openid"]
    if wanted and payer_id and payer_id != wanted and order["trade_type"] == "CREATE":
        raise PayerRefused("BUYER_MISMATCH", "该订单需由下单的买家付款")
    return complete(world, scan(world, order), payer_id=payer_id or wanted, funding=funding)


def complete(world: World, order: Record, *, payer_id: str, funding: str = "debit") -> Record:
    """Write the payment with its notice, queue the notice, and return the paid trade."""
    fields: Record = {
        "trade_no": order["trade_no"] or new_trade_no(world),
        "payer_id": payer_id or "2088" + digits(12),
        "bank_type": "",
        "funding": funding,
        "sharing": True,
    }
    seen = notice_fields(world, {**order, **fields, "state": PAID, "paid_at": world.clock.text()})
    notice = world.notices.draft(order, order["notify_url"], "transaction", seen)
    paid = world.book.pay(order, notice=notice, **fields)
    world.notices.queue(notice)
    return paid


def pay_by_barcode(world: World, order: Record, auth_code: str) -> Record:
    """Let the payer behave as the barcode's last two digits say."""
    ending, payer_id = auth_code[-2:], "2088" + auth_code[2:14]
    if ending in (NO_MONEY, EXPIRED):
        world.book.change(order, "fail", state=FAILED)
        if ending == NO_MONEY:
            raise business("BUYER_BALANCE_NOT_ENOUGH", "买家余额不足")
        raise business("PAYMENT_AUTH_CODE_INVALID", "付款码已失效，请顾客刷新后重新收款")
    if ending == CONFIRM_NEVER:
        return order
    if ending == CONFIRM_THEN_PAY:
        due = time.time() + world.clock.wait_s(CONFIRM_S)
        world.delivery.at(due, partial(_confirm, world, order["key"], payer_id))
        return order
    return complete(world, order, payer_id=payer_id)


def _confirm(world: World, key: str, payer_id: str) -> None:
    with world.store.lock:
        order = current(world, world.store.tables["order"][key])
        if order["state"] == PAYING:
            complete(world, order, payer_id=payer_id)
