"""Send UnionPay's back notices: signed forms with the certificate inside; HTTP 200 takes them."""

from __future__ import annotations

from urllib.parse import urlencode

from payments.sandbox.credentials import Credentials
from payments.sandbox.delivery import Parcel
from payments.sandbox.store import Record
from payments.sandbox.unionpay.signing import sign


class UnionpaySender:
    """Make parcels of UnionPay notices."""

    schedule_s: tuple[float, ...] = (60, 120, 240, 480, 960)
    timeout_s = 5.0

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def parcel(self, notice: Record, mode: str) -> Parcel:
        """Return the notice as a signed form; ``mode`` spoils it as a fault wants."""
        fields: dict[str, str] = dict(notice["payload"])
        if mode == "wrong_amount":
            fields["txnAmt"] = str(int(fields["txnAmt"]) + 1)
        key = self._credentials.unionpay_platform_key
        fields["signPubKeyCert"] = self._credentials.data["unionpay"]["platform_certificate"]
        if mode == "forged":
            # A forger signs well, with a certificate of his own: only the chain gives him away.
            key = self._credentials.forger_key
            fields["signPubKeyCert"] = self._credentials.forger_certificate
        fields["signature"] = sign(fields, key)
        if mode == "probe":
            fields["respMsg"] += "?"
        headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
        return Parcel(notice["url"], urlencode(fields).encode(), headers)

    def is_taken(self, status: int, body: bytes) -> bool:
        """Judge the receiver's answer by its status alone."""
        return status == 200
