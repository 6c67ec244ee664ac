"""Put the parts of the sandbox together and start and stop them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from payments.sandbox.alipay.notices import AlipaySender
from payments.sandbox.book import Book, digits
from payments.sandbox.clock import Clock
from payments.sandbox.credentials import Credentials
from payments.sandbox.delivery import Delivery, Sender
from payments.sandbox.faults import Faults
from payments.sandbox.notices import Notices
from payments.sandbox.refunds import Refunds
from payments.sandbox.store import Record, Store
from payments.sandbox.unionpay.notices import UnionpaySender
from payments.sandbox.wechat.notices import WechatSender

READY_MADE = ("孔雀河蔬菜行", "库尔勒香梨批发部", "焉耆酒庄直营店")
FLUSH_S = 0.05


class World:
    """Hold everything a handler may need."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = Clock()
        self.store = Store(folder, self.clock)
        kept = self.store.get("setting", "clock")
        if kept:
            self.clock.restore(kept)
        self.credentials = Credentials(folder)
        self.book = Book(self.store)
        self.faults = Faults(self.store)
        self.delivery = Delivery()
        senders: dict[str, Sender] = {
            "wechat": WechatSender(self.credentials, self.clock),
            "alipay": AlipaySender(self.credentials),
            "unionpay": UnionpaySender(self.credentials),
        }
        self.notices = Notices(self.store, self.clock, self.faults, self.delivery, senders)
        self.refunds = Refunds(self.store, self.clock, self.faults, self.delivery, self.notices)
        self._stopped = threading.Event()
        self._flusher = threading.Thread(target=self._flush, daemon=True)
        with self.store.lock:
            if not self.store.tables["sub_merchant"]:
                for acquirer in ("wechat", "alipay", "unionpay"):
                    for name in READY_MADE:
                        self.add_sub_merchant(acquirer, name=name)
        self.store.wait()

    def start(self) -> None:
        """Resume schedules and begin to deliver."""
        self.notices.resume()
        self.refunds.resume()
        self.delivery.start()
        self._flusher.start()

    def stop(self) -> None:
        """Stop delivering and close the journal."""
        self._stopped.set()
        self.delivery.stop()
        self.store.journal.close()

    def add_sub_merchant(
        self,
        acquirer: str,
        *,
        name: str,
        rate_bps: int = 38,
        province: str = "新疆维吾尔自治区",
        max_ratio_bps: int = 3000,
        sub: str = "",
        **more: Any,
    ) -> Record:
        """Write a ready sub-merchant and return it; call with the store's lock held."""
        taken = self.store.tables["sub_merchant"]
        while not sub or f"{acquirer}:{sub}" in taken:
            prefix, length = {"wechat": ("16", 8), "alipay": ("2088", 12)}.get(acquirer, ("8980", 11))
            sub = prefix + digits(length)
        record: Record = {
            "acquirer": acquirer,
            "sub_mchid": sub,
            "name": name,
            "rate_bps": rate_bps,
            "province": province,
            "max_ratio_bps": max_ratio_bps,
            "created_at": self.clock.text(),
            **more,
        }
        if acquirer == "alipay":
            record = {**self.new_authorisation(), **record}
        self.store.write("sub_merchant.add", ("sub_merchant", f"{acquirer}:{sub}", record))
        return record

    def new_authorisation(self) -> Record:
        """Return what lets an Alipay application act for a seller."""
        return {
            "app_auth_token": self.clock.text()[:7].replace("-", "") + "BB" + digits(24),
            "auth_app_id": "2021" + digits(12),
            "app_auth_code": "P" + digits(31),
        }

    def set_clock(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Move the clock, rescale what waits, and keep the setting; raise ClockError."""
        before = self.clock.factor
        self.clock.set(settings)
        state = self.clock.state()
        with self.store.lock:
            self.store.write("clock", ("setting", "clock", state))
        self.delivery.rescale(before / self.clock.factor)
        return state

    def _flush(self) -> None:
        """Bring to disk what no request waits for."""
        while not self._stopped.wait(FLUSH_S):
            try:
                self.store.wait()
            except RuntimeError:
                return
