"""Find the order a payer scanned and pay it through the wallet of its acquirer."""

from __future__ import annotations

from typing import Any

from payments.sandbox.alipay import payer as alipay_payer
from payments.sandbox.book import ACQUIRERS
from payments.sandbox.messages import PayerRefused
from payments.sandbox.store import Record
from payments.sandbox.unionpay import payer as unionpay_payer
from payments.sandbox.wechat import payer as wechat_payer
from payments.sandbox.world import World

TOKEN_FIELDS = ("code_url", "prepay_id", "qr_code", "tn", "trade_no", "transaction_id")
WALLETS = {
    "wechat": wechat_payer.pay,
    "alipay": alipay_payer.pay,
    "unionpay": unionpay_payer.pay,
}
FUNDINGS = ("debit", "credit", "balance")


class FieldError(ValueError):
    """Name the field of a control request that cannot be used."""


def find_order(world: World, spec: dict[str, Any]) -> Record:
    """Return the order that a code, prepay id or number leads to.

    Raises FieldError when the request is odd, PayerRefused when there is no such order.
    """
    acquirer = spec.get("acquirer", "")
    if acquirer not in ("", *ACQUIRERS):
        raise FieldError(f"acquirer: one of {', '.join(ACQUIRERS)}")
    order: Record | None = None
    token = next((str(spec[name]) for name in TOKEN_FIELDS if spec.get(name)), "")
    number = str(spec.get("out_trade_no") or spec.get("order_no") or "")
    if token:
        order = world.store.order_of_token(token)
    elif number:
        for name in [acquirer] if acquirer else ACQUIRERS:
            order = order or world.book.order(name, number)
            order = order or world.store.order_of_token(f"{name}#{number}")
    else:
        raise FieldError("out_trade_no: give it, or one of " + ", ".join(TOKEN_FIELDS))
    if not order or (acquirer and order["acquirer"] != acquirer):
        raise PayerRefused("ORDER_NOT_EXIST", "没有找到这笔订单，请让商家重新出示收款码")
    sub = spec.get("sub_mchid")
    if sub and order["sub"] != sub:
        raise PayerRefused("ORDER_NOT_EXIST", "没有找到这笔订单，请让商家重新出示收款码")
    return order


def pay(world: World, spec: dict[str, Any]) -> Record:
    """Pay as a user would and return the paid order; call with the store's lock held."""
    payer = spec.get("payer") or {}
    if not isinstance(payer, dict):
        raise FieldError("payer: an object")
    funding = payer.get("funding", "debit")
    if funding not in FUNDINGS:
        raise FieldError(f"payer.funding: one of {', '.join(FUNDINGS)}")
    payer_id = payer.get("openid") or payer.get("buyer_id") or ""
    bank_type = payer.get("bank_type", "")
    if not isinstance(payer_id, str) or not isinstance(bank_type, str):
        raise FieldError("payer: openid, buyer_id and bank_type are text")
    order = find_order(world, spec)
    wallet = WALLETS[order["acquirer"]]
    return wallet(world, order, payer_id=payer_id, funding=funding, bank_type=bank_type)
