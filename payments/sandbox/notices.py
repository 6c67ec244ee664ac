"""Keep every notice's state in the journal and send it until its receiver takes it."""

from __future__ import annotations

import http.client
import secrets
import time
from collections.abc import Mapping
from functools import partial
from typing import Any

from payments.sandbox.clock import Clock
from payments.sandbox.delivery import Delivery, Post, Sender
from payments.sandbox.faults import Faults
from payments.sandbox.store import Record, Store

EXTRA_MODES = (
    ("probe_signature", "probe"),
    ("forge_notice", "forged"),
    ("wrong_notice_amount", "wrong_amount"),
)


class Notices:
    """Queue notices, let faults play with them, and remember every answer."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        faults: Faults,
        delivery: Delivery,
        senders: Mapping[str, Sender],
    ) -> None:
        self._store = store
        self._clock = clock
        self._faults = faults
        self._delivery = delivery
        self._senders = senders
        self._post = Post()

    def draft(self, order: Record, url: str, kind: str, payload: dict[str, Any]) -> Record | None:
        """Return a notice to be written together with its event, or None without an address."""
        if not url:
            return None
        return {
            "id": secrets.token_hex(16),
            "acquirer": order["acquirer"],
            "order": order["key"],
            "out_trade_no": order["no"],
            "url": url,
            "kind": kind,
            "created_at": self._clock.text(),
            "payload": payload,
        }

    def queue(self, notice: Record | None) -> None:
        """Send a written notice now, or as the injected faults want it."""
        if notice is None:
            return
        place = (notice["acquirer"], notice["out_trade_no"], notice["kind"])
        if self._faults.strike("drop_notice", *place):
            self._keep(notice, state="DROPPED", attempts=0, last="dropped by fault")
            return
        start = time.time()
        reorder = self._faults.strike("reorder_notice", *place)
        if reorder:
            start += reorder["delay_ms"] / 1000
        replaced = False
        for kind, mode in EXTRA_MODES:
            fault = self._faults.strike(kind, *place)
            if fault:
                self._delivery.at(start, partial(self._send_copy, notice, mode))
                replaced = replaced or bool(fault["replace"])
        if replaced:
            self._keep(notice, state="DROPPED", attempts=0, last="replaced by fault")
            return
        self._delivery.at(start, partial(self._attempt, notice))
        copies = self._faults.strike("duplicate_notice", *place)
        for _ in range(copies["n"] if copies else 0):
            self._delivery.at(start, partial(self._send_copy, notice, "real"))

    def resend(self, notice: Record) -> None:
        """Send a notice once more now, whatever became of it."""
        self._delivery.at(time.time(), partial(self._send_copy, notice, "real"))

    def resume(self) -> None:
        """Take up the schedules of an earlier run."""
        for key, notice in self._store.tables["notice"].items():
            state = self._store.get("notice_state", key)
            if state is None:
                self._delivery.at(time.time(), partial(self._attempt, notice))
            elif state["state"] == "PENDING":
                due = state["since"] + self._clock.wait_s(state["interval_s"])
                self._delivery.at(due, partial(self._attempt, notice))

    def _attempt(self, notice: Record) -> None:
        state = self._store.get("notice_state", notice["id"])
        if state and state["state"] != "PENDING":
            return
        attempts = 1 + (state["attempts"] if state else 0)
        taken, last = self._send(notice, "real")
        schedule = self._senders[notice["acquirer"]].schedule_s
        if taken:
            self._keep(notice, state="DONE", attempts=attempts, last=last)
        elif attempts > len(schedule):
            self._keep(notice, state="GIVEN_UP", attempts=attempts, last=last)
        else:
            interval_s = schedule[attempts - 1]
            self._keep(notice, state="PENDING", attempts=attempts, last=last, interval_s=interval_s)
            due = time.time() + self._clock.wait_s(interval_s)
            self._delivery.at(due, partial(self._attempt, notice))

    def _send_copy(self, notice: Record, mode: str) -> None:
        taken, last = self._send(notice, mode)
        self._faults.note(f"sent_{mode}", notice["acquirer"], notice["out_trade_no"], taken=taken, answer=last)

    def _send(self, notice: Record, mode: str) -> tuple[bool, str]:
        self._store.wait()
        sender = self._senders[notice["acquirer"]]
        try:
            status, body = self._post.send(sender.parcel(notice, mode), sender.timeout_s)
        except (OSError, http.client.HTTPException, ValueError) as reason:
            return False, f"{type(reason).__name__}: {reason}"[:200]
        return sender.is_taken(status, body), f"{status} {body[:100].decode('utf-8', 'replace')}"

    def _keep(self, notice: Record, *, state: str, attempts: int, last: str, interval_s: float = 0) -> None:
        record = {
            "state": state,
            "attempts": attempts,
            "last": last,
            "since": time.time(),
            "interval_s": interval_s,
        }
        with self._store.lock:
            self._store.write("notice.sent", ("notice_state", notice["id"], record))
