"""The world outside the product, played by the acquirers' sandbox: payers, its clock, its own books."""

from datetime import date, datetime
from typing import Any

import requests

TIMEOUT_S = (3.05, 30)


class OutsideRefused(Exception):
    """The sandbox said no; the text is its own."""


class Outside:
    """The sandbox's control room. One session per instance: make one for each thread."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False

    def clock(self) -> dict[str, Any]:
        """Return how the sandbox's clock is set."""
        settings: dict[str, Any] = self._call("GET", "clock")
        return settings

    def set_clock(self, at: datetime | None, *, factor: float) -> None:
        """Move the sandbox's business time; waiting times of notices shrink by the factor."""
        self._call("POST", "clock", {"now": at.isoformat() if at else "real", "factor": factor})

    def add_sub_merchant(self, *, acquirer: str, name: str, rate_bps: int) -> dict[str, Any]:
        """Let an acquirer take a merchant on and give it a number."""
        body = {"acquirer": acquirer, "name": name, "rate_bps": rate_bps}
        merchant: dict[str, Any] = self._call("POST", "sub-merchants", body)
        return merchant

    def pay(self, *, acquirer: str, attempt_no: str, payer: str) -> dict[str, Any]:
        """Pay an order as a customer would in the wallet."""
        body = {"acquirer": acquirer, "out_trade_no": attempt_no, "payer": {"openid": payer, "funding": "debit"}}
        paid: dict[str, Any] = self._call("POST", "pay", body)
        return paid

    def settlement(self, *, acquirer: str, day: date) -> list[dict[str, Any]]:
        """Return what the acquirer pays out for a day, by sub-merchant, from its own journal: the oracle."""
        rows: list[dict[str, Any]] = self._call(
            "GET", f"settlement?acquirer={acquirer}&date={day.isoformat()}&format=json"
        )
        return rows

    def _call(self, method: str, place: str, body: dict[str, Any] | None = None) -> Any:
        url = f"{self.base_url}/_sandbox/{place}"
        response = self._session.request(method, url, json=body, timeout=TIMEOUT_S)
        answer = response.json()
        if response.status_code >= 400:
            raise OutsideRefused(answer.get("message") or answer.get("error") or response.text[:200])
        return answer
