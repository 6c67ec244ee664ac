"""Pay a UnionPay order as a cardholder would."""

from __future__ import annotations

import re
from datetime import datetime

from payments.sandbox.book import CLOSED, OPEN, PAID, PAYING, digits
from payments.sandbox.messages import PayerRefused
from payments.sandbox.store import Record
from payments.sandbox.unionpay.orders import result_fields
from payments.sandbox.world import World


def pay(world: World, order: Record, *, payer_id: str = "", funding: str = "debit", bank_type: str = "") -> Record:
    """Pay an order; raise PayerRefused as the wallet would."""
    expire = order["expire_at"]
    is_over = bool(expire) and datetime.fromisoformat(expire) <= world.clock.now()
    # A code has no close of its own here: its time ends it.
    late = (is_over or order["state"] == CLOSED) and world.faults.strike("pay_after_close", "unionpay", order["no"])
    if order["state"] == PAID:
        raise PayerRefused("ORDER_PAID", "该订单已付款，请勿重复付款")
    if order["state"] not in (OPEN, PAYING) and not late:
        raise PayerRefused("ORDER_CLOSED", "该订单已关闭，请联系商家重新下单")
    if is_over and not late:
        raise PayerRefused("ORDER_EXPIRED", "二维码已过期，请商家重新出示")
    return complete(world, order, payer_id=payer_id, funding=funding)


def complete(world: World, order: Record, *, payer_id: str, funding: str = "debit") -> Record:
    """Write the payment with its notice, queue the notice, and return the paid order."""
    now = world.clock.text()
    fields: Record = {
        "trade_no": re.sub(r"[-T:]", "", now[:19]) + digits(7),
        "payer_id": payer_id or "6217****" + digits(4),
        "bank_type": "",
        "funding": funding,
    }
    seen = result_fields({**order, **fields, "state": PAID, "paid_at": now}, "00")
    notice = world.notices.draft(order, order["notify_url"], "transaction", common(seen))
    paid = world.book.pay(order, notice=notice, **fields)
    world.notices.queue(notice)
    return paid


def common(fields: dict[str, str]) -> dict[str, str]:
    """Return the fields with those that every message carries."""
    return {"version": "5.1.0", "encoding": "UTF-8", "signMethod": "01", **fields}
