"""Show what really happened, from the journal's records: the judge of every reconciliation."""

from __future__ import annotations

from typing import Any

from payments.sandbox.book import digits
from payments.sandbox.clock import Clock
from payments.sandbox.settlement import settlement_rows
from payments.sandbox.store import Record, Store

PAYMENT = (
    *("acquirer", "sub", "no", "trade_no", "trade_type", "amount_fen", "fee_fen", "rate_bps"),
    *("state", "created_at", "paid_at", "payer_id", "bank_type", "funding", "refunded_fen"),
    *("fee_returned_fen", "split_fen", "unfrozen"),
)
REFUND = (
    *("acquirer", "sub", "out_trade_no", "refund_no", "refund_id", "amount_fen", "fee_fen"),
    *("state", "created_at", "done_at", "revoke"),
)
RENAMED = {"sub": "sub_mchid", "no": "out_trade_no"}


def _picked(record: Record, names: tuple[str, ...]) -> dict[str, Any]:
    return {RENAMED.get(name, name): record[name] for name in names}


def day(store: Store, acquirers: list[str], date: str) -> dict[str, Any]:
    """Return payments, refunds, splits, returns and payouts of a business date."""
    shown: dict[str, Any] = {"date": date, "payments": [], "refunds": [], "splits": []}
    shown |= {"split_returns": [], "settlement": [], "open_orders": []}
    for acquirer in acquirers:
        shown["payments"] += [_picked(row, PAYMENT) for row in store.paid(acquirer, date)]
        refunds = store.moved("refund", acquirer, date)
        shown["refunds"] += [_picked(row, REFUND) for row in refunds]
        shown["splits"] += store.moved("split", acquirer, date)
        shown["split_returns"] += store.moved("split_return", acquirer, date)
        shown["settlement"] += settlement_rows(store, acquirer, date)
    shown["open_orders"] = [
        _picked(row, PAYMENT)
        for row in store.tables["order"].values()
        if not row["paid_at"] and row["acquirer"] in acquirers and row["created_at"][:10] == date
    ]
    return shown


def notices(store: Store, out_trade_no: str) -> list[dict[str, Any]]:
    """Return notices with what became of them, all or those of one order."""
    shown = []
    for key, notice in store.tables["notice"].items():
        if out_trade_no in ("", notice["out_trade_no"]):
            state = store.get("notice_state", key) or {"state": "PENDING", "attempts": 0}
            shown.append({**notice, **state})
    return shown


def complaint(store: Store, clock: Clock, order: Record, text: str) -> Record:
    """Write and return a payer's complaint about a WeChat order."""
    complaint_id = "2002" + digits(26)
    record: Record = {
        "complaint_id": complaint_id,
        "complaint_time": clock.text(),
        "complaint_detail": text,
        "complaint_state": "PENDING",
        "complainted_mchid": order["sub"],
        "payer_openid": order["payer_id"],
        "complaint_order_info": [
            {
                "transaction_id": order["trade_no"],
                "out_trade_no": order["no"],
                "amount": order["amount_fen"],
            }
        ],
        "complaint_full_refunded": order["refunded_fen"] == order["amount_fen"],
        "incoming_user_response": True,
        "user_complaint_times": 1,
        "problem_type": "OTHERS",
    }
    store.write("wechat.complaint", ("complaint", complaint_id, record))
    return record
