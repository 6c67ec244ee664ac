"""Bring accepted refunds to their end after a while, and tell the client."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from payments.sandbox.clock import Clock
from payments.sandbox.delivery import Delivery
from payments.sandbox.faults import Faults
from payments.sandbox.notices import Notices
from payments.sandbox.store import Record, Store

REFUND_DELAY_S = 2.0
Payload = Callable[[Record, Record], dict[str, Any]]


class Refunds:
    """Finish refunds by schedule; each acquirer says what its notice holds."""

    def __init__(self, store: Store, clock: Clock, faults: Faults, delivery: Delivery, notices: Notices) -> None:
        self._store = store
        self._clock = clock
        self._faults = faults
        self._delivery = delivery
        self._notices = notices
        self.payloads: dict[str, Payload] = {}

    def schedule(self, refund: Record) -> None:
        """Finish this refund after the usual while, shortened by the clock's factor."""
        delay_s = self._clock.wait_s(self._store.setting("refund_delay_s", REFUND_DELAY_S))
        self._delivery.at(time.time() + delay_s, partial(self.finish, refund["key"]))

    def resume(self) -> None:
        """Schedule the refunds that an earlier run left unfinished."""
        for refund in self._store.tables["refund"].values():
            if refund["state"] == "PROCESSING":
                self.schedule(refund)

    def finish(self, key: str) -> None:
        """Set a refund in process to SUCCESS, or ABNORMAL by fault, and send its notice."""
        with self._store.lock:
            refund = self._store.tables["refund"][key]
            if refund["state"] != "PROCESSING":
                return
            order = self._store.tables["order"][refund["order"]]
            acquirer = refund["acquirer"]
            abnormal = self._faults.strike("refund_abnormal", acquirer, order["no"])
            done: Record = {
                **refund,
                "state": "ABNORMAL" if abnormal else "SUCCESS",
                "done_at": self._clock.text(),
            }
            puts: list[tuple[str, str, Record]] = [("refund", key, done)]
            payload = self.payloads[acquirer](done, order)
            notice = self._notices.draft(order, done["notify_url"], "refund", payload)
            if notice:
                puts.append(("notice", notice["id"], notice))
            self._store.write(f"{acquirer}.refund.done", *puts)
        self._notices.queue(notice)
