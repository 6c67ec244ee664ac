"""The guarded ground of the WeChat Pay SDK: our own transport below it, our checks before its own."""

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from copy import deepcopy
from typing import Any
from uuid import uuid4

from wechatpayv3 import WeChatPay, WeChatPayType
from wechatpayv3.core import Core
from wechatpayv3.type import RequestType
from wechatpayv3.utils import aes_decrypt, build_authorization

from payments.gateways.line import BILL_TIMEOUT_S, TIMEOUT_S, ForgedAnswerError, Line
from silk_road_ebao.kernel.clock import wire_now

SIGNATURE_TYPE = "WECHATPAY2-SHA256-RSA2048"
MAX_SKEW_S = 300
"""Wire freshness is judged by real time: business time may be set in a demo, signatures may not."""


class GuardedCore(Core):
    """The SDK's core in public-key mode with kept-alive sessions; an unsigned 2xx is forged, never believed."""

    def __init__(self, *, base: str, line: Line, **keys: Any) -> None:
        super().__init__(**keys)
        self._gate_way = base
        self._line = line
        self._also = threading.local()

    @contextmanager
    def adding(self, fields: Mapping[str, Any]) -> Iterator[None]:
        """Send these fields too with this thread's next requests: the SDK does not know them all (limit_pay)."""
        self._also.fields = fields
        try:
            yield
        finally:
            self._also.fields = {}

    def request(
        self,
        path: str,
        method: RequestType = RequestType.GET,
        data: Any = None,
        skip_verify: bool = False,
        sign_data: Any = None,
        files: Any = None,
        cipher_data: bool = False,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, Any]:
        """Sign and send one request. Raises requests.RequestException, ForgedAnswerError."""
        body = json.dumps({**deepcopy(data), **getattr(self._also, "fields", {})}) if data else ""
        authorization = build_authorization(
            path, method.value, self._mchid, self._cert_serial_no, self._private_key, data=body or None
        )
        sent = {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": "silk-road-ebao",
            "Wechatpay-Serial": str(self._public_key_id),
            "Authorization": authorization,
        }
        response = self._line.send(
            method.value,
            self._gate_way + path,
            data=body.encode() if body else None,
            headers=sent,
            timeout_s=BILL_TIMEOUT_S if skip_verify else TIMEOUT_S,
        )
        if skip_verify:
            return response.status_code, response.content
        text = response.content.decode("utf-8", "replace")
        if 200 <= response.status_code < 300 and (fault := self.fault_of(response.headers, text)):
            raise ForgedAnswerError(fault)
        return response.status_code, text

    def upload(self, path: str, *, name: str, media_type: str, content: bytes) -> tuple[int, str]:
        """Send one picture; only its meta part is signed. Raises requests.RequestException, ForgedAnswerError."""
        meta = json.dumps({"filename": name, "sha256": hashlib.sha256(content).hexdigest()})
        authorization = build_authorization(
            path, "POST", self._mchid, self._cert_serial_no, self._private_key, data=meta
        )
        boundary = uuid4().hex
        body = b"".join(
            (
                f'--{boundary}\r\nContent-Disposition: form-data; name="meta"\r\n'.encode(),
                f"Content-Type: application/json\r\n\r\n{meta}\r\n".encode(),
                f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'.encode(),
                f"Content-Type: {media_type}\r\n\r\n".encode(),
                content,
                f"\r\n--{boundary}--\r\n".encode(),
            )
        )
        sent = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Accept": "application/json",
            "User-Agent": "silk-road-ebao",
            "Authorization": authorization,
        }
        response = self._line.send("POST", self._gate_way + path, data=body, headers=sent, timeout_s=BILL_TIMEOUT_S)
        text = response.content.decode("utf-8", "replace")
        if 200 <= response.status_code < 300 and (fault := self.fault_of(response.headers, text)):
            raise ForgedAnswerError(fault)
        return response.status_code, text

    def fault_of(self, headers: Mapping[str, str], body: str) -> str:
        """Name what is wrong with the signature headers of an answer or notice, or "" when they hold.

        Serial and timestamp are checked before the SDK looks: it would accept a notice ten days old and would
        go and fetch certificates for a serial it does not know.
        """
        if headers.get("Wechatpay-Signature-Type", SIGNATURE_TYPE) != SIGNATURE_TYPE:
            return "signature type is not the agreed one"
        if headers.get("Wechatpay-Serial") != self._public_key_id:
            return "serial is not the agreed public key"
        stamp = headers.get("Wechatpay-Timestamp", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
            return "timestamp is missing or malformed"
        if abs(wire_now().timestamp() - int(stamp)) > MAX_SKEW_S:
            return "timestamp is more than 300 s away"
        if not headers.get("Wechatpay-Signature") or not headers.get("Wechatpay-Nonce"):
            return "not signed"
        named = {name: headers[name] for name in SIGNED_HEADERS if name in headers}
        named["Wechatpay-Signature-Type"] = SIGNATURE_TYPE
        return "" if self._verify_signature(named, body) else "signature does not fit"

    def opened(self, sealed: str, nonce: str, added: str) -> str | None:
        """Decrypt what was sealed under our APIv3 key; None if it does not open, ValueError if it cannot be read.

        The signature is fault_of's matter: the SDK's own opening of a notice would verify it once more.
        """
        opened: str | None = aes_decrypt(nonce, sealed, added, self._apiv3_key)
        return opened


SIGNED_HEADERS = ("Wechatpay-Signature", "Wechatpay-Timestamp", "Wechatpay-Nonce", "Wechatpay-Serial")


def build_wechat(credentials: Mapping[str, Any], line: Line) -> WeChatPay:
    """Build the one SDK client: partner mode, public-key mode, no network in the constructor."""
    keys = {
        "mchid": credentials["sp_mchid"],
        "cert_serial_no": credentials["merchant_serial_no"],
        "private_key": credentials["merchant_private_key"],
        "apiv3_key": credentials["apiv3_key"],
        "public_key": credentials["platform_public_key"],
        "public_key_id": credentials["platform_public_key_id"],
    }
    client = WeChatPay(
        wechatpay_type=WeChatPayType.NATIVE,
        appid=credentials["sp_appid"],
        partner_mode=True,
        timeout=TIMEOUT_S,
        **keys,
    )
    client._core = GuardedCore(base=str(credentials["base_url"]).rstrip("/"), line=line, **keys)
    return client
