"""Refund (04), revoke (31) and reverse (99) at UnionPay."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from payments.sandbox.book import CLOSED, PAID, REVOKED, digits
from payments.sandbox.store import Record
from payments.sandbox.unionpay.errors import (
    UnionpayError,
    amount_fen,
    back_url,
    need,
    order_id,
    txn_time,
)
from payments.sandbox.unionpay.orders import ECHOED, Form, key_of, refund_fields, sub_of
from payments.sandbox.unionpay.payer import common
from payments.sandbox.world import World

MAX_AGE = timedelta(days=330)
REVERSE_WITHIN = timedelta(minutes=5)


def request_refund(world: World, form: Form) -> Form:
    """Accept a refund of part or all; its result comes by notice and query."""
    order = _origin(world, form)
    fen = amount_fen(form)
    if order["refunded_fen"] + fen > order["amount_fen"]:
        raise UnionpayError("33")
    if world.clock.now() - datetime.fromisoformat(order["paid_at"]) > MAX_AGE:
        raise UnionpayError("35", "原交易超过可退货期限")
    return _write(world, form, order, fen, revoke=False)


def revoke(world: World, form: Form) -> Form:
    """Accept the revocation of a whole consumption of the same day."""
    order = _origin(world, form)
    fen = amount_fen(form)
    if fen != order["amount_fen"] or order["refunded_fen"]:
        raise UnionpayError("36")
    if order["paid_at"][:10] != world.clock.text()[:10]:
        raise UnionpayError("35", "非当日交易不能撤销")
    return _write(world, form, order, fen, revoke=True)


def reverse(world: World, form: Form) -> Form:
    """Undo a consumption by its own orderId and txnTime within five minutes."""
    sub = sub_of(world, form)
    key = key_of(sub, order_id(form), txn_time(form))
    order = world.store.get("order", key)
    if not order:
        raise UnionpayError("34")
    if order["state"] == REVOKED:
        return {}
    if order["state"] == PAID:
        if world.clock.now() - datetime.fromisoformat(order["paid_at"]) > REVERSE_WITHIN:
            raise UnionpayError("35", "超过冲正时限")
        if order["refunded_fen"]:
            raise UnionpayError("35")
        again = {**form, "orderId": "R" + digits(15), "origQryId": order["trade_no"]}
        _write(world, again, order, order["amount_fen"], revoke=True)
        order = world.store.tables["order"][key]
        world.book.change(order, "reverse", state=REVOKED, closed_at=world.clock.text())
    else:
        world.book.change(order, "reverse", state=CLOSED, closed_at=world.clock.text())
    return {}


def _origin(world: World, form: Form) -> Record:
    sub = sub_of(world, form)
    key = key_of(sub, order_id(form), txn_time(form))
    if world.store.get("order", key) or world.store.get("refund", key):
        raise UnionpayError("12")
    order = world.store.order_of_token(need(form, "origQryId", r"[0-9]{21}"))
    if not order or order["acquirer"] != "unionpay" or order["state"] != PAID:
        raise UnionpayError("35")
    if order["sub"] != sub:
        raise UnionpayError("36")
    return order


def _write(world: World, form: Form, order: Record, fen: int, *, revoke: bool) -> Form:
    refund = world.book.refund(
        order,
        key=key_of(order["sub"], form["orderId"], form["txnTime"]),
        refund_no=form["orderId"],
        amount_fen=fen,
        refund_id=re.sub(r"[-T:]", "", world.clock.text()[:19]) + digits(7),
        state="PROCESSING",
        notify_url=back_url(form) if form["txnType"] != "99" else "",
        revoke=revoke,
        extra={
            "time": form["txnTime"],
            "mer_id": form["merId"],
            "trace_no": digits(6),
            "txn": [form["txnType"], form["txnSubType"], form.get("bizType", "000000")],
            "echo": {name: form[name] for name in ECHOED if form.get(name)},
        },
    )
    world.refunds.schedule(refund)
    return {"queryId": refund["refund_id"]}


def notice_payload(refund: Record, order: Record) -> Form:
    """Return what the notice about a refund holds."""
    return common(refund_fields(refund, order))
