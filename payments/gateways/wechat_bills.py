"""WeChat Pay's bills: fetched through a short-lived link, unpacked, hash checked over the plain text."""

import hashlib
import json
import zlib
from datetime import date
from typing import Any

import requests
from wechatpayv3 import WeChatPay

from payments.gateways.line import ForgedAnswerError
from payments.gateways.protocol import FUND_BILL, SHARING_BILL, BillNotReadyError, Payee

MAX_BILL_BYTES = 1024 * 1024 * 1024


class WechatBills:
    """Fetch trade, fund-flow and profit-sharing bills."""

    sdk: WeChatPay

    def fetch_bill(self, kind: str, day: date, payee: Payee | None = None) -> bytes:
        """Fetch the bill of a day, for all sub-merchants or one; the SHA-1 of the plain text is checked.

        Raises BillNotReadyError, ForgedAnswerError when the hash differs, requests.RequestException.
        """
        sub = payee.sub_mchid if payee else None
        if kind == FUND_BILL:
            status, content = self.sdk.fundflow_bill(day.isoformat())
        elif kind == SHARING_BILL:
            status, content = self.sdk.profitsharing_bill(day.isoformat(), sub_mchid=sub)
        else:
            status, content = self.sdk.trade_bill(day.isoformat(), sub_mchid=sub)
        link = _object(content)
        if status != 200:
            code = str(link.get("code", status))
            raise BillNotReadyError(code, str(link.get("message", "")), is_final=code == "NO_STATEMENT_EXIST")
        status, packed = self.sdk.download_bill(link["download_url"])
        if status != 200:
            raise BillNotReadyError(str(status), "the bill's link did not serve it")
        plain = _unpacked(packed)
        if hashlib.sha1(plain, usedforsecurity=False).hexdigest() != str(link.get("hash_value", "")).lower():
            raise ForgedAnswerError("the bill's hash does not fit")
        return plain


def _object(content: Any) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        raise requests.exceptions.InvalidJSONError("the bill's link is not JSON") from None
    return found if isinstance(found, dict) else {}


def _unpacked(packed: bytes) -> bytes:
    if not packed.startswith(b"\x1f\x8b"):
        return packed
    try:
        reader = zlib.decompressobj(wbits=31)
        plain = reader.decompress(packed, MAX_BILL_BYTES)
    except zlib.error as error:
        raise ForgedAnswerError(f"the bill does not unpack: {error}") from None
    if not reader.eof:
        raise ForgedAnswerError("the bill is cut off or too large")
    return plain
