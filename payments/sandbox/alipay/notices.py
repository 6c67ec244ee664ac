"""Send Alipay's notices: signed forms, taken by the word success alone."""

from __future__ import annotations

from urllib.parse import urlencode

from payments.sandbox.alipay.signing import sign, sorted_pairs
from payments.sandbox.billing import yuan
from payments.sandbox.credentials import Credentials
from payments.sandbox.delivery import Parcel
from payments.sandbox.store import Record


class AlipaySender:
    """Make parcels of Alipay notices; the body must be exactly ``success``."""

    schedule_s: tuple[float, ...] = (240, 600, 600, 3600, 7200, 21600, 54000)
    timeout_s = 5.0

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def parcel(self, notice: Record, mode: str) -> Parcel:
        """Return the notice as a signed form; ``mode`` spoils it as a fault wants."""
        fields: dict[str, str] = dict(notice["payload"])
        if mode == "wrong_amount":
            fen = round(float(fields["total_amount"]) * 100) + 1
            fields["total_amount"] = yuan(fen)
        fields |= {
            "notify_id": notice["id"],
            "charset": "utf-8",
            "version": "1.0",
            "app_id": self._credentials.data["alipay"]["app_id"],
        }
        text = sorted_pairs(fields, ())
        key = self._credentials.alipay_platform_key
        if mode == "forged":
            key = self._credentials.forger_key
        signature = sign((text + ("?" if mode == "probe" else "")).encode(), key)
        body = urlencode({**fields, "sign_type": "RSA2", "sign": signature}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
        return Parcel(notice["url"], body, headers | {"User-Agent": "Mozilla/4.0"})

    def is_taken(self, status: int, body: bytes) -> bool:
        """Judge the receiver's answer."""
        return status == 200 and body == b"success"
