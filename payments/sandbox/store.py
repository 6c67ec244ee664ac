"""Hold the state of the sandbox in memory, every change of it written to the journal."""

from __future__ import annotations

import threading
from collections import defaultdict
from pathlib import Path
from typing import Any

from payments.sandbox.clock import Clock
from payments.sandbox.journal import Journal

Record = dict[str, Any]
TABLES = (
    "setting",
    "sub_merchant",
    "order",
    "refund",
    "split",
    "split_return",
    "receiver",
    "notice",
    "notice_state",
    "fault",
    "applyment",
    "agent_batch",
    "media",
    "bill_link",
    "complaint",
    "complaint_log",
    "hook",
    "account_change",
)


class Store:
    """Keep tables of records by key, with the indexes the acquirers look things up by.

    A journal line holds whole records, so that replaying is putting them again in order.
    ``lock`` is held for reading a decision's ground and writing its result.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.lock = threading.RLock()
        self.clock = clock
        self.journal = Journal(folder)
        self.tables: dict[str, dict[str, Record]] = {name: {} for name in TABLES}
        self.order_by_token: dict[str, str] = {}
        self.order_by_trade_no: dict[str, str] = {}
        self.paid_on: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        self.moved_on: dict[tuple[str, str, str], dict[str, None]] = defaultdict(dict)
        self.of_order: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
        for line in self.journal.replay():
            for table, key, record in line["put"]:
                self._put(table, key, record)

    def write(self, what: str, *puts: tuple[str, str, Record]) -> None:
        """Put records and queue one journal line for all of them; call with the lock held."""
        self.journal.append(self.clock.text(), what, [list(put) for put in puts])
        for table, key, record in puts:
            self._put(table, key, record)

    def wait(self) -> None:
        """Return when everything written so far is on disk."""
        self.journal.wait()

    def get(self, table: str, key: str) -> Record | None:
        """Return one record or None."""
        return self.tables[table].get(key)

    def order_of_token(self, token: str) -> Record | None:
        """Return the order that a code, prepay id or trade number leads to."""
        key = self.order_by_token.get(token) or self.order_by_trade_no.get(token)
        return self.tables["order"].get(key) if key else None

    def children(self, table: str, order_key: str) -> list[Record]:
        """Return the refunds, splits, returns or notices of an order, oldest first."""
        return [self.tables[table][key] for key in self.of_order[(table, order_key)]]

    def paid(self, acquirer: str, date: str) -> list[Record]:
        """Return the orders paid on a business date, oldest first."""
        orders = self.tables["order"]
        return [orders[key] for key in self.paid_on[(acquirer, date)]]

    def moved(self, table: str, acquirer: str, date: str) -> list[Record]:
        """Return the refunds, splits or split returns made on a business date."""
        rows = self.tables[table]
        return [rows[key] for key in self.moved_on[(table, acquirer, date)]]

    def setting(self, name: str, default: float) -> float:
        """Return one number of the settings."""
        return float(self.tables["setting"].get("numbers", {}).get(name, default))

    def _put(self, table: str, key: str, record: Record) -> None:
        self.tables[table][key] = record
        if table == "order":
            for token in record["tokens"]:
                self.order_by_token[token] = key
            if record["trade_no"]:
                self.order_by_trade_no[record["trade_no"]] = key
            if record["paid_at"]:
                self.paid_on[(record["acquirer"], record["paid_at"][:10])][key] = None
        elif table in ("refund", "split", "split_return"):
            day = record["created_at"][:10]
            self.moved_on[(table, record["acquirer"], day)][key] = None
            self.of_order[(table, record["order"])][key] = None
        elif table == "notice":
            self.of_order[(table, record["order"])][key] = None
