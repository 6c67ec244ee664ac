"""Inject faults on request: which, how often, for which orders, seeded."""

from __future__ import annotations

import fnmatch
import random
import threading
from typing import Any

from payments.sandbox.store import Record, Store

HTTP_KINDS = (
    "delay",
    "drop",
    "drop_after",
    "act_then_timeout",
    "http_429",
    "http_500",
    "refuse",
    "unsigned_response",
    "bad_response_signature",
)
NOTICE_KINDS = (
    "drop_notice",
    "duplicate_notice",
    "reorder_notice",
    "forge_notice",
    "probe_signature",
    "wrong_notice_amount",
)
BILL_KINDS = (
    "wrong_totals",
    "truncated",
    "duplicated",
    "reordered",
    "row_missing",
    "row_extra",
    "amount_changed",
    "fee_changed",
    "wrong_sub_merchant",
    "wrong_day",
    "status_changed",
    "bad_hash",
)
OTHER_KINDS = ("pay_after_close", "refund_abnormal", "other_account")
KINDS = HTTP_KINDS + NOTICE_KINDS + BILL_KINDS + OTHER_KINDS
NUMBERS = {
    "delay_ms": 1000,
    "hang_ms": 60000,
    "n": 1,
    "seed": 1,
    "status": 400,
    "delta_fen": 1,
}
TEXTS = ("acquirer", "endpoint", "out_trade_no", "code", "message")


class FaultError(ValueError):
    """Name the field of a fault that cannot be used."""


class Faults:
    """Decide whether a fault strikes here and now, and remember where it struck."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._active: list[Record] = list(store.tables["fault"].get("all", {}).get("list", []))
        self._dice = {fault["id"]: random.Random(fault["seed"]) for fault in self._active}  # noqa: S311
        self.hits: list[Record] = []
        self.owed: set[tuple[str, str, str, int]] = set()

    def add(self, spec: dict[str, Any]) -> Record:
        """Check and keep a fault; raise FaultError naming the field."""
        fault = _checked(spec)
        with self._store.lock, self._lock:
            fault["id"] = 1 + max((item["id"] for item in self._active), default=0)
            self._active.append(fault)
            self._dice[fault["id"]] = random.Random(fault["seed"])  # noqa: S311
            self._keep()
        return fault

    def clear(self, fault_id: int | None = None) -> int:
        """Remove one fault or all and return how many there were."""
        with self._store.lock, self._lock:
            before = len(self._active)
            self._active = [item for item in self._active if fault_id is not None and item["id"] != fault_id]
            if fault_id is None:
                self.hits = []
            self._keep()
            return before - len(self._active)

    def listing(self) -> list[Record]:
        """Return the faults that are still active."""
        return list(self._active)

    def strike(self, kind: str, acquirer: str, number: str | None = "", endpoint: str = "") -> Record | None:
        """Return the fault if it strikes this order at this endpoint, and use it up once.

        With ``number`` None the caller chooses the orders itself (bills).
        """
        if not self._active:
            return None
        with self._lock:
            for fault in self._active:
                if fault["kind"] == kind and _fits(fault, acquirer, number, endpoint):
                    if self._dice[fault["id"]].random() >= fault["probability"]:
                        continue
                    if fault["count"] is not None:
                        fault["count"] -= 1
                        if fault["count"] <= 0:
                            self._active = [item for item in self._active if item is not fault]
                    if number is not None:
                        self.note(kind, acquirer, number, endpoint=endpoint)
                    return fault
        return None

    def note(self, kind: str, acquirer: str, number: str, **detail: Any) -> None:
        """Remember what was done, for the tests to compare with."""
        if len(self.hits) < 100_000:
            self.hits.append({"kind": kind, "acquirer": acquirer, "out_trade_no": number, **detail})

    def _keep(self) -> None:
        self._store.write("fault", ("fault", "all", {"list": self._active}))


def _fits(fault: Record, acquirer: str, number: str | None, endpoint: str) -> bool:
    if fault["acquirer"] not in ("", acquirer) or fault["endpoint"] not in ("", endpoint):
        return False
    return number is None or is_meant(fault, number)


def is_meant(fault: Record, number: str) -> bool:
    """Tell whether the fault's filter lets this order number through."""
    return not fault["out_trade_no"] or fnmatch.fnmatchcase(number, fault["out_trade_no"])


def _probability(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise FaultError("probability: a number from 0 to 1")
    return value


def _checked(spec: dict[str, Any]) -> Record:
    kind = spec.get("kind")
    if kind not in KINDS:
        raise FaultError(f"kind: one of {', '.join(KINDS)}")
    known = {"kind", "probability", "count", *NUMBERS, *TEXTS, "act", "replace"}
    for name in spec:
        if name not in known:
            raise FaultError(f"{name}: unknown field")
    fault: Record = {"kind": kind, "act": spec.get("act") is True}
    fault["replace"] = spec.get("replace") is True
    fault["probability"] = _probability(spec.get("probability", 1))
    count = spec.get("count")
    if count is not None and (isinstance(count, bool) or not isinstance(count, int) or count < 1):
        raise FaultError("count: a whole number above 0, or left out")
    fault["count"] = count
    for name, default in NUMBERS.items():
        value = spec.get(name, default)
        if isinstance(value, bool) or not isinstance(value, int):
            raise FaultError(f"{name}: a whole number")
        fault[name] = value
    for name in TEXTS:
        value = spec.get(name, "")
        if not isinstance(value, str):
            raise FaultError(f"{name}: text")
        fault[name] = value
    return fault
