"""Our own client of UnionPay ACP 5.1.0: signed forms, and a certificate chain that is checked, never believed."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID

from payments.gateways.line import LINE_FAULTS, ForgedAnswerError, Line, Watch
from payments.gateways.protocol import Answer, Exchange
from payments.rules.acquirer_message import UnreadableMessageError
from silk_road_ebao.kernel.clock import wire_now

SHANGHAI = timezone(timedelta(hours=8))
STAMP = "%Y%m%d%H%M%S"
UNCERTAIN = frozenset({"37", "99", "03", "04", "05"})
UNIONPAY_NAME = "中国银联股份有限公司"


@dataclass(frozen=True, slots=True)
class UnionpayReply:
    """The fields of an answer whose signature and chain fit, or why there are none."""

    fields: dict[str, str]
    exchange: Exchange
    fault: str

    @property
    def code(self) -> str:
        """Return respCode: 00 is success of the call."""
        return self.fields.get("respCode", "")

    @property
    def is_good(self) -> bool:
        """Tell whether the call succeeded."""
        return not self.fault and self.code == "00"

    @property
    def is_uncertain(self) -> bool:
        """Tell whether UnionPay may have acted without saying so believably."""
        return bool(self.fault) or self.code in UNCERTAIN

    def answer(self, state: str, **more: Any) -> Answer:
        """Word it for the services."""
        return Answer(
            state=state,
            code="" if self.code == "00" else self.code,
            text=(self.fields.get("respMsg", "") or self.fault)[:255],
            exchanges=(self.exchange,),
            is_line_fault=self.is_uncertain,
            **more,
        )


class UnionpayClient:
    """POST forms, signed over the hex SHA-256 of the sorted fields."""

    def __init__(self, credentials: Mapping[str, Any], line: Line) -> None:
        self.mer_id = str(credentials["mer_id"])
        self._urls = {name: str(credentials[name]) for name in ("back_trans_url", "query_url", "file_url")}
        self._cert_id = str(credentials["sign_cert_id"])
        self._line = line
        key = load_pem_private_key(str(credentials["sign_private_key"]).encode(), None)
        if not isinstance(key, RSAPrivateKey):
            raise TypeError("UnionPay needs an RSA key")
        self._key = key
        self._root = x509.load_pem_x509_certificate(str(credentials["root_certificate"]).encode())
        self._middle = x509.load_pem_x509_certificate(str(credentials["middle_certificate"]).encode())
        self._trusted: dict[str, RSAPublicKey] = {}

    def call(self, where: str, fields: dict[str, str], *, kind: str, subject: str) -> UnionpayReply:
        """Make one call; nothing is raised, doubt is a fault of the reply."""
        sent = {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "signMethod": "01",
            "bizType": "000000",
            "accessType": "1",
            "channelType": "08",
            "merId": self.mer_id,
            "certId": self._cert_id,
            **{name: value for name, value in fields.items() if value},
        }
        sent["signature"] = self.sign(sent)
        watch = Watch(kind, subject, fields)
        status: int | None = None
        try:
            response = self._line.send(
                "POST",
                self._urls[where],
                data=urlencode(sent).encode(),
                headers={"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"},
            )
            status = response.status_code
            if status != 200:
                return UnionpayReply({}, watch.exchange(status, {}), f"HTTP {status}")
            got = _pairs(response.content)
            self.check(got)
        except (*LINE_FAULTS, UnreadableMessageError) as error:
            fault = f"{type(error).__name__}: {error}"[:255]
            return UnionpayReply({}, watch.exchange(status, {"fault": type(error).__name__}), fault)
        shown = {name: value for name, value in got.items() if name not in ("signPubKeyCert", "fileContent")}
        return UnionpayReply(got, watch.exchange(status, shown), "")

    def sign(self, fields: Mapping[str, str]) -> str:
        """Return the signature of a form in base64."""
        return base64.b64encode(self._key.sign(_digest(fields), PKCS1v15(), SHA256())).decode()

    def check(self, fields: Mapping[str, str]) -> None:
        """Check signature, certificate chain, validity and name; raises ForgedAnswerError."""
        key = self._key_of(fields.get("signPubKeyCert", ""))
        try:
            signature = base64.b64decode(fields.get("signature", ""), validate=True)
            key.verify(signature, _digest(fields), PKCS1v15(), SHA256())
        except (InvalidSignature, binascii.Error, ValueError):
            raise ForgedAnswerError("signature does not fit") from None

    def _key_of(self, pem: str) -> RSAPublicKey:
        """Return the public key of a certificate that leads back to our own root; never the sender's word alone."""
        known = self._trusted.get(pem)
        if known is not None:
            return known
        try:
            certificate = x509.load_pem_x509_certificate(pem.encode())
            certificate.verify_directly_issued_by(self._middle)
            self._middle.verify_directly_issued_by(self._root)
        except (ValueError, TypeError, InvalidSignature):
            raise ForgedAnswerError("certificate does not lead back to UnionPay's root") from None
        now = wire_now()
        for link in (certificate, self._middle, self._root):
            if not link.not_valid_before_utc <= now <= link.not_valid_after_utc:
                raise ForgedAnswerError("certificate is out of its time")
        names = [str(part.value) for part in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
        key = certificate.public_key()
        if not any(UNIONPAY_NAME in name for name in names) or not isinstance(key, RSAPublicKey):
            raise ForgedAnswerError("certificate is not UnionPay's")
        self._trusted[pem] = key
        return key


def _digest(fields: Mapping[str, str]) -> bytes:
    text = "&".join(f"{name}={fields[name]}" for name in sorted(fields) if name != "signature" and fields[name] != "")
    return hashlib.sha256(text.encode()).hexdigest().encode()


def _pairs(raw: bytes) -> dict[str, str]:
    """Read k=v&k=v as UnionPay answers it, unescaped; raises UnreadableMessageError."""
    try:
        parts = raw.decode("utf-8").split("&")
    except UnicodeDecodeError:
        raise UnreadableMessageError("answer is not UTF-8") from None
    found: dict[str, str] = {}
    for part in parts:
        name, equals, value = part.partition("=")
        if not equals or name in found:
            raise UnreadableMessageError(f"{name[:20]}: malformed or given twice")
        found[name] = value
    return found
