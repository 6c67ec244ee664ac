"""Take a cardholder's code at the counter (01/06)."""

from __future__ import annotations

import re

from payments.sandbox.book import FAILED, PAYING
from payments.sandbox.unionpay.errors import UnionpayError, need
from payments.sandbox.unionpay.orders import Form, open_order_of
from payments.sandbox.unionpay.payer import complete
from payments.sandbox.world import World

NO_MONEY = "64"


def pay_by_code(world: World, form: Form) -> Form:
    """Take the payer's code; the result comes by notice and query."""
    code = need(form, "qrNo", r"[0-9]{10,28}")
    if not re.fullmatch(r"62[0-9]{17}", code):
        raise UnionpayError("77")
    order = open_order_of(world, form, "QRC06", PAYING)
    ending = code[-2:]
    if ending == "62":
        world.book.change(order, "fail", state=FAILED, extra={**order["extra"], "refused": NO_MONEY})
        raise UnionpayError(NO_MONEY)
    if ending == "64":
        return {}
    paid = complete(world, order, payer_id="6217****" + code[-4:])
    return {"queryId": paid["trade_no"]}
