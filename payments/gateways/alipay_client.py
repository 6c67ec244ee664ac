"""Our own client of the Alipay gateway: signed forms out, the raw signed substring of the answer in."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from payments.gateways.line import BILL_TIMEOUT_S, LINE_FAULTS, ForgedAnswerError, Line, Watch
from payments.gateways.protocol import Answer, Exchange
from payments.rules.acquirer_message import UnreadableMessageError, read_json
from silk_road_ebao.kernel.clock import wire_now

SHANGHAI = timezone(timedelta(hours=8))
TIME = "%Y-%m-%d %H:%M:%S"
UNCERTAIN_CODES = frozenset({"20000", "40005", "10003"})


class UnsuitableKeyError(ValueError):
    """Say that a configured key is not RSA."""


@dataclass(frozen=True, slots=True)
class AlipayReply:
    """The inside of an answer whose signature fits, or why there is none."""

    body: dict[str, Any]
    exchange: Exchange
    fault: str

    @property
    def code(self) -> str:
        """Return the gateway's code: 10000 is success."""
        return str(self.body.get("code", ""))

    @property
    def sub_code(self) -> str:
        """Return the business code, such as ACQ.TRADE_NOT_EXIST."""
        return str(self.body.get("sub_code", ""))

    @property
    def is_good(self) -> bool:
        """Tell whether the call succeeded."""
        return not self.fault and self.code == "10000"

    @property
    def is_uncertain(self) -> bool:
        """Tell whether Alipay may have acted without saying so believably."""
        return bool(self.fault) or self.code in ("20000", "40005") or self.sub_code.endswith("SYSTEM_ERROR")

    @property
    def is_absent(self) -> bool:
        """Tell whether the trade does not exist (an unscanned code is no trade yet)."""
        return not self.fault and self.sub_code in ("ACQ.TRADE_NOT_EXIST", "ACQ.TRADE_SETTLE_NOT_EXIST")

    def answer(self, state: str, **more: Any) -> Answer:
        """Word it for the services."""
        text = str(self.body.get("sub_msg") or self.body.get("msg") or self.fault)
        return Answer(
            state=state,
            code=self.sub_code or ("" if self.code == "10000" else self.code),
            text=text[:255],
            exchanges=(self.exchange,),
            is_line_fault=self.is_uncertain,
            **more,
        )


class AlipayClient:
    """POST forms to gateway.do, RSA2 both ways."""

    def __init__(self, credentials: Mapping[str, Any], line: Line) -> None:
        self.app_id = str(credentials["app_id"])
        self.terms = {name: str(credentials.get(name, "")) for name in ("contact_email", "mcc_code")}
        self._url = str(credentials["gateway_url"])
        self._line = line
        self._key = _private(str(credentials["app_private_key"]))
        self._their_key = _public(str(credentials["alipay_public_key"]))

    def call(
        self,
        method: str,
        content: dict[str, Any],
        *,
        kind: str,
        subject: str,
        token: str = "",
        notify_url: str = "",
        shown: dict[str, Any] | None = None,
        plain: Mapping[str, str] | None = None,
    ) -> AlipayReply:
        """Make one call; nothing is raised, doubt is a fault of the reply. The archive keeps `shown` where given.

        `plain` are fields of methods older than biz_content (the token of a sign-in).
        """
        fields = {
            **self._envelope(method),
            "app_auth_token": token,
            "notify_url": notify_url,
            "biz_content": json.dumps(content, ensure_ascii=False, separators=(",", ":")) if content else "",
            **(plain or {}),
        }
        fields = {name: value for name, value in fields.items() if value}
        fields["sign"] = self.sign(sorted_pairs(fields))
        watch = Watch(kind, subject, {"method": method, "biz_content": content if shown is None else shown})
        form = "application/x-www-form-urlencoded;charset=utf-8"
        return self._post(method, urlencode(fields).encode(), form, watch)

    def upload(
        self,
        method: str,
        fields: dict[str, str],
        files: Mapping[str, tuple[str, bytes]],
        *,
        kind: str,
        subject: str,
    ) -> AlipayReply:
        """Make one call with files (media type, bytes): a multipart form whose texts alone are signed."""
        texts = {**self._envelope(method), **fields}
        texts["sign"] = self.sign(sorted_pairs(texts))
        boundary = uuid4().hex
        parts = [
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in texts.items()
        ]
        for name, (media_type, content) in files.items():
            ending = "png" if media_type == "image/png" else "jpg"
            disposition = f'form-data; name="{name}"; filename="{name}.{ending}"'
            head = f"--{boundary}\r\nContent-Disposition: {disposition}\r\nContent-Type: {media_type}\r\n\r\n"
            parts += [head.encode(), content, b"\r\n"]
        parts.append(f"--{boundary}--\r\n".encode())
        pictures = {name: len(content) for name, (_type, content) in files.items()}
        watch = Watch(kind, subject, {"method": method, "fields": fields, "pictures": pictures})
        return self._post(method, b"".join(parts), f"multipart/form-data; boundary={boundary}", watch)

    def _envelope(self, method: str) -> dict[str, str]:
        return {
            "app_id": self.app_id,
            "method": method,
            "format": "JSON",
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": wire_now().astimezone(SHANGHAI).strftime(TIME),
            "version": "1.0",
        }

    def _post(self, method: str, data: bytes, content_type: str, watch: Watch) -> AlipayReply:
        status: int | None = None
        try:
            response = self._line.send("POST", self._url, data=data, headers={"Content-Type": content_type})
            status = response.status_code
            if status != 200:
                return AlipayReply({}, watch.exchange(status, {}), f"HTTP {status}")
            body = self._open(response.content, method)
        except (*LINE_FAULTS, UnreadableMessageError) as error:
            fault = f"{type(error).__name__}: {error}"[:255]
            return AlipayReply({}, watch.exchange(status, {"fault": type(error).__name__}), fault)
        return AlipayReply(body, watch.exchange(status, body), "")

    def download(self, url: str) -> bytes:
        """Fetch a bill from Alipay's own host; raises requests.RequestException, ForgedAnswerError."""
        host = urlsplit(url).hostname or ""
        if host != urlsplit(self._url).hostname and not host.endswith(".alipay.com"):
            raise ForgedAnswerError("the bill's link leads elsewhere")
        response = self._line.send("GET", url, timeout_s=BILL_TIMEOUT_S)
        response.raise_for_status()
        return bytes(response.content)

    def sign(self, text: str) -> str:
        """Return the RSA2 signature of a text in base64."""
        return base64.b64encode(self._key.sign(text.encode(), PKCS1v15(), SHA256())).decode()

    def is_theirs(self, data: bytes, signature: str) -> bool:
        """Tell whether Alipay signed these bytes."""
        try:
            self._their_key.verify(base64.b64decode(signature, validate=True), data, PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            return False
        return True

    def _open(self, raw: bytes, method: str) -> dict[str, Any]:
        """Return the inside whose raw bytes are signed; raises ForgedAnswerError, UnreadableMessageError."""
        inside = signed_part(raw, f"{method.replace('.', '_')}_response") or signed_part(raw, "error_response")
        if inside is None:
            raise UnreadableMessageError("answer has no response in it")
        signature = read_json(raw).get("sign", "")
        if not isinstance(signature, str) or not self.is_theirs(inside, signature):
            raise ForgedAnswerError("answer is not signed by Alipay")
        return read_json(inside)


def sorted_pairs(fields: Mapping[str, str], leave_out: frozenset[str] = frozenset()) -> str:
    """Return k=v&k=v of the fields with a value, in the order of their names."""
    return "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name not in leave_out and fields[name])


def signed_part(raw: bytes, name: str) -> bytes | None:
    """Return the raw bytes of the object under a name, braces inside strings notwithstanding; None without it."""
    mark = f'"{name}":'.encode()
    start = raw.find(mark)
    if start < 0:
        return None
    start = raw.find(b"{", start + len(mark))
    depth, in_text, place = 0, False, start
    while 0 <= place < len(raw):
        byte = raw[place : place + 1]
        if in_text:
            if byte == b"\\":
                place += 1
            elif byte == b'"':
                in_text = False
        elif byte == b'"':
            in_text = True
        elif byte == b"{":
            depth += 1
        elif byte == b"}":
            depth -= 1
            if depth == 0:
                return raw[start : place + 1]
        place += 1
    return None


def _private(pem: str) -> RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), None)
    if not isinstance(key, RSAPrivateKey):
        raise UnsuitableKeyError("Alipay needs an RSA key")
    return key


def _public(pem: str) -> RSAPublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise UnsuitableKeyError("Alipay needs an RSA key")
    return key
