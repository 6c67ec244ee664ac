"""Reckon what each acquirer pays to each sub-merchant's bank account for a business date."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from payments.sandbox.store import Store

COLUMNS = (
    "acquirer",
    "date",
    "sub_mchid",
    "name",
    "payments",
    "paid_fen",
    "refunds",
    "refund_fen",
    "fee_fen",
    "split_fen",
    "net_fen",
    "carried_in_fen",
    "payout_fen",
    "carried_out_fen",
    "payout_date",
)
Row = dict[str, Any]


def day_totals(store: Store, acquirer: str, day: str) -> dict[str, Row]:
    """Return per sub-merchant: paid, refunds, fee kept, split away, and net, in fen.

    A payment counts on the day it was paid, a refund and the fee it gives back on the day it
    was requested, a split or its return on the day it was made.
    """
    rows: dict[str, Row] = defaultdict(lambda: dict.fromkeys(COLUMNS[4:11], 0))
    for order in store.paid(acquirer, day):
        row = rows[order["sub"]]
        row["payments"] += 1
        row["paid_fen"] += order["amount_fen"]
        row["fee_fen"] += order["fee_fen"]
    for refund in store.moved("refund", acquirer, day):
        row = rows[refund["sub"]]
        row["refunds"] += 1
        row["refund_fen"] += refund["amount_fen"]
        row["fee_fen"] -= refund["fee_fen"]
    for split in store.moved("split", acquirer, day):
        rows[split["sub"]]["split_fen"] += split["amount_fen"]
    for back in store.moved("split_return", acquirer, day):
        rows[back["sub"]]["split_fen"] -= back["amount_fen"]
    for row in rows.values():
        row["net_fen"] = row["paid_fen"] - row["refund_fen"] - row["fee_fen"] - row["split_fen"]
    return dict(rows)


def settlement_rows(store: Store, acquirer: str, day: str) -> list[Row]:
    """Return what is paid out for a date; a negative net is carried to the next day."""
    days = {when for who, when in store.paid_on if who == acquirer}
    days |= {when for _, who, when in store.moved_on if who == acquirer}
    carried: dict[str, int] = defaultdict(int)
    for earlier in sorted(when for when in days if when < day):
        for sub, row in day_totals(store, acquirer, earlier).items():
            carried[sub] = min(0, carried[sub] + row["net_fen"])
    result = []
    pay_day = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    totals = day_totals(store, acquirer, day)
    for sub in sorted(set(totals) | {sub for sub, fen in carried.items() if fen}):
        row = totals.get(sub) or dict.fromkeys(COLUMNS[4:11], 0)
        merchant = store.tables["sub_merchant"].get(f"{acquirer}:{sub}", {})
        after = row["net_fen"] + carried[sub]
        result.append(
            {
                "acquirer": acquirer,
                "date": day,
                "sub_mchid": sub,
                "name": merchant.get("name", ""),
                **row,
                "carried_in_fen": carried[sub],
                "payout_fen": max(0, after),
                "carried_out_fen": min(0, after),
                "payout_date": pay_day,
            }
        )
    return result


def settlement_csv(rows: list[Row]) -> bytes:
    """Return the payouts as CSV in UTF-8 with a header line."""
    lines = [",".join(COLUMNS)]
    lines += [",".join(str(row[name]).replace(",", "，") for name in COLUMNS) for row in rows]
    return ("\r\n".join(lines) + "\r\n").encode()
