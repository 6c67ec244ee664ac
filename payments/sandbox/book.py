"""Reckon and keep orders, refunds and splits alike for every acquirer; all amounts in fen."""

from __future__ import annotations

import secrets
import time
from typing import Any

from payments.sandbox.store import Record, Store

OPEN, PAYING, PAID, CLOSED, REVOKED, FAILED = (
    "OPEN",
    "PAYING",
    "PAID",
    "CLOSED",
    "REVOKED",
    "FAILED",
)
ACQUIRERS = ("wechat", "alipay", "unionpay")


UNPAID: Record = {
    "paid_at": "",
    "closed_at": "",
    "payer_id": "",
    "bank_type": "",
    "funding": "",
    "rate_bps": 0,
    "fee_fen": 0,
    "refunded_fen": 0,
    "fee_returned_fen": 0,
    "refund_count": 0,
    "split_fen": 0,
    "sharing": False,
    "unfrozen": False,
}


def fee_of(amount_fen: int, rate_bps: int) -> int:
    """Return the acquirer's fee of one order in fen, rounded half up."""
    return (amount_fen * rate_bps + 5000) // 10000


def fee_returned_for(order: Record, refunded_fen: int) -> int:
    """Return how much fee is given back in total once so much is refunded, rounded half up.

    What one refund gives back is the difference of two such totals, so that an order that is
    refunded whole has cost nothing, in whatever parts it was refunded.
    """
    amount = int(order["amount_fen"])
    return (2 * int(order["fee_fen"]) * refunded_fen + amount) // (2 * amount)


def digits(count: int) -> str:
    """Return that many random digits."""
    return str(secrets.randbelow(10**count)).zfill(count)


class Book:
    """Create and move orders, refunds and splits; call every method with the store's lock held."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def sub_merchant(self, acquirer: str, sub: str) -> Record | None:
        """Return a sub-merchant by the acquirer's number."""
        return self.store.get("sub_merchant", f"{acquirer}:{sub}")

    def order(self, acquirer: str, no: str) -> Record | None:
        """Return an order by the client's number."""
        return self.store.get("order", f"{acquirer}:{no}")

    def open_order(
        self,
        acquirer: str,
        *,
        sub: str,
        no: str,
        amount_fen: int,
        subject: str,
        trade_type: str,
        notify_url: str = "",
        expire_at: str = "",
        tokens: list[str] | None = None,
        trade_no: str = "",
        state: str = OPEN,
        extra: Record | None = None,
        key: str = "",
    ) -> Record:
        """Write a new order that waits for its payer and return it."""
        order: Record = {
            "key": key or f"{acquirer}:{no}",
            "acquirer": acquirer,
            "sub": sub,
            "no": no,
            "amount_fen": amount_fen,
            "subject": subject,
            "trade_type": trade_type,
            "state": state,
            "trade_no": trade_no,
            "tokens": tokens or [],
            "notify_url": notify_url,
            "created_at": self.store.clock.text(),
            "expire_at": expire_at,
            **UNPAID,
            "extra": extra or {},
        }
        self.store.write(f"{acquirer}.order.open", ("order", order["key"], order))
        return order

    def change(self, order: Record, what: str, **changes: Any) -> Record:
        """Write an order anew with some fields changed and return it."""
        changed = {**order, **changes}
        self.store.write(f"{order['acquirer']}.order.{what}", ("order", order["key"], changed))
        return changed

    def pay(
        self,
        order: Record,
        *,
        trade_no: str,
        payer_id: str,
        bank_type: str,
        funding: str,
        notice: Record | None = None,
        **more: Any,
    ) -> Record:
        """Mark an order paid now, with the fee of its sub-merchant's rate, and its notice."""
        sub = self.sub_merchant(order["acquirer"], order["sub"])
        rate_bps = int(sub["rate_bps"]) if sub else 0
        paid = {
            **order,
            "state": PAID,
            "trade_no": trade_no,
            "paid_at": self.store.clock.text(),
            "paid_epoch": time.time(),
            "payer_id": payer_id,
            "bank_type": bank_type,
            "funding": funding,
            "rate_bps": rate_bps,
            "fee_fen": fee_of(order["amount_fen"], rate_bps),
            **more,
        }
        puts: list[tuple[str, str, Record]] = [("order", order["key"], paid)]
        if notice:
            puts.append(("notice", notice["id"], notice))
        self.store.write(f"{order['acquirer']}.order.pay", *puts)
        return paid

    def refund(self, order: Record, *, refund_no: str, amount_fen: int, **more: Any) -> Record:
        """Take the amount back from an order and return the refund; limits are checked before."""
        refunded = order["refunded_fen"] + amount_fen
        fee_total = fee_returned_for(order, refunded)
        refund: Record = {
            "key": more.pop("key", f"{order['acquirer']}:{order['sub']}:{refund_no}"),
            "acquirer": order["acquirer"],
            "order": order["key"],
            "sub": order["sub"],
            "out_trade_no": order["no"],
            "refund_no": refund_no,
            "refund_id": more.pop("refund_id"),
            "amount_fen": amount_fen,
            "fee_fen": fee_total - order["fee_returned_fen"],
            "state": more.pop("state", "SUCCESS"),
            "created_at": self.store.clock.text(),
            "done_at": more.pop("done_at", ""),
            "notify_url": more.pop("notify_url", ""),
            "reason": more.pop("reason", ""),
            "revoke": more.pop("revoke", False),
            "extra": more.pop("extra", {}),
        }
        changed = {
            **order,
            **more,
            "refunded_fen": refunded,
            "fee_returned_fen": fee_total,
            "refund_count": order["refund_count"] + 1,
        }
        self.store.write(
            f"{order['acquirer']}.refund",
            ("refund", refund["key"], refund),
            ("order", order["key"], changed),
        )
        return refund
