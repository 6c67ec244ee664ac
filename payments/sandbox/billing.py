"""Gather the rows of a bill day and spoil them as injected faults want; amounts in fen."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from payments.sandbox.book import digits
from payments.sandbox.faults import BILL_KINDS, Faults, is_meant
from payments.sandbox.store import Record, Store

ROW_KINDS = (
    "row_missing",
    "row_extra",
    "amount_changed",
    "fee_changed",
    "wrong_sub_merchant",
    "wrong_day",
    "status_changed",
)
FILE_KINDS = tuple(kind for kind in BILL_KINDS if kind not in ROW_KINDS)


def day_rows(store: Store, acquirer: str, date: str, sub: str = "") -> list[Record]:
    """Return one row per payment and refund of a business date, in order of time.

    A refund stands on the day it was requested. ``fee_fen`` is what the merchant pays, so
    that of a refund is negative.
    """
    rows = [_pay_row(order) for order in store.paid(acquirer, date)]
    for refund in store.moved("refund", acquirer, date):
        rows.append(_refund_row(refund, store.tables["order"][refund["order"]]))
    if sub:
        rows = [row for row in rows if row["sub"] == sub]
    rows.sort(key=lambda row: row["at"])
    return rows


def _base_row(order: Record) -> Record:
    return {
        "sub": order["sub"],
        "no": order["no"],
        "trade_no": order["trade_no"],
        "subject": order["subject"].replace("\n", " ").replace("\r", " "),
        "attach": order["extra"].get("attach", ""),
        "device_id": order["extra"].get("device_id", ""),
        "payer_id": order["payer_id"],
        "trade_type": order["trade_type"],
        "bank_type": order["bank_type"],
        "funding": order["funding"],
        "rate_bps": order["rate_bps"],
        "order_fen": order["amount_fen"],
        "order_at": order["created_at"],
        "paid_at": order["paid_at"],
    }


def _pay_row(order: Record) -> Record:
    return {
        **_base_row(order),
        "kind": "pay",
        "at": order["paid_at"],
        "amount_fen": order["amount_fen"],
        "refund_fen": 0,
        "fee_fen": order["fee_fen"],
        "refund_no": "",
        "refund_id": "",
        "status": "SUCCESS",
        "done_at": order["paid_at"],
    }


def _refund_row(refund: Record, order: Record) -> Record:
    same_day = refund["done_at"][:10] == refund["created_at"][:10]
    return {
        **_base_row(order),
        "kind": "revoke" if refund["revoke"] else "refund",
        "at": refund["created_at"],
        "amount_fen": 0,
        "refund_fen": refund["amount_fen"],
        "fee_fen": -refund["fee_fen"],
        "refund_no": refund["refund_no"],
        "refund_id": refund["refund_id"],
        "status": refund["state"] if same_day else "PROCESSING",
        "done_at": refund["done_at"],
    }


def spoil(faults: Faults, acquirer: str, rows: list[Record]) -> tuple[list[Record], dict[str, int]]:
    """Return the rows with row faults applied, and the file faults to apply with their seeds."""
    for kind in ROW_KINDS:
        fault = faults.strike(kind, acquirer, None, "bill")
        if fault:
            rows = _spoil_rows(faults, acquirer, rows, fault)
    marks: dict[str, int] = {}
    for kind in FILE_KINDS:
        fault = faults.strike(kind, acquirer, None, "bill")
        if fault:
            marks[kind] = fault["seed"]
            faults.note(kind, acquirer, "", endpoint="bill")
    return rows, marks


def _spoil_rows(faults: Faults, acquirer: str, rows: list[Record], fault: Record) -> list[Record]:
    dice = random.Random(fault["seed"])  # noqa: S311
    meant = [index for index, row in enumerate(rows) if is_meant(fault, row["no"])]
    chosen = set(dice.sample(meant, min(fault["n"], len(meant))))
    subs = sorted({row["sub"] for row in rows})
    result: list[Record] = []
    for index, row in enumerate(rows):
        if index not in chosen:
            result.append(row)
            continue
        changed = _spoil_row(row, fault, subs)
        result += changed
        now = changed[-1] if changed else None
        faults.note(fault["kind"], acquirer, row["no"], endpoint="bill", was=row, now=now)
    return result


def _spoil_row(row: Record, fault: Record, subs: list[str]) -> list[Record]:
    kind, delta = fault["kind"], fault["delta_fen"]
    if kind == "row_missing":
        return []
    if kind == "row_extra":
        refund_no = "" if row["kind"] == "pay" else digits(12)
        ghost = {"no": "GHOST" + digits(12), "trade_no": digits(28), "refund_no": refund_no}
        return [row, {**row, **ghost, "refund_id": digits(28)}]
    if kind == "amount_changed":
        field = "amount_fen" if row["kind"] == "pay" else "refund_fen"
        return [{**row, field: row[field] + delta, "order_fen": row["order_fen"] + delta}]
    if kind == "fee_changed":
        return [{**row, "fee_fen": row["fee_fen"] + delta}]
    if kind == "wrong_sub_merchant":
        others = [sub for sub in subs if sub != row["sub"]] or ["0" * len(row["sub"])]
        return [{**row, "sub": others[0]}]
    if kind == "wrong_day":
        moved = datetime.fromisoformat(row["at"]) - timedelta(days=1)
        return [{**row, "at": moved.isoformat(), "paid_at": moved.isoformat()}]
    return [{**row, "status": "REVOKED" if row["kind"] == "pay" else "CHANGE"}]


def spoil_lines(lines: list[str], marks: dict[str, int]) -> list[str]:
    """Return the detail lines doubled or shuffled as the file faults want."""
    if "duplicated" in marks:
        lines = lines + lines
    if "reordered" in marks:
        lines = list(lines)
        random.Random(marks["reordered"]).shuffle(lines)  # noqa: S311
    return lines


def cut(data: bytes, marks: dict[str, int]) -> bytes:
    """Return the file cut off in the middle if that fault is on."""
    return data[: len(data) * 6 // 10] if "truncated" in marks else data


def yuan(fen: int) -> str:
    """Return an amount as yuan with two decimals."""
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}"
