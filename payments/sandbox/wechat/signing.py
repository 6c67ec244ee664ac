"""Verify requests and sign answers and notices as WeChat Pay API v3 does."""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP, PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1, SHA256

from payments.sandbox.clock import Clock
from payments.sandbox.credentials import Credentials
from payments.sandbox.messages import Request
from payments.sandbox.wechat.errors import WechatError

MALFORMED = "Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》"
SCHEMA = "WECHATPAY2-SHA256-RSA2048"
MAX_SKEW_S = 300
PAIR = re.compile(r'\s*([a-z_]+)="([^"]*)"\s*(?:,|$)')
NONCE_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"


def need_headers(request: Request) -> None:
    """Refuse a client that does not say what it is or what it takes, before looking at its signature."""
    if not request.headers.get("accept") or not request.headers.get("user-agent"):
        raise WechatError(400, "INVALID_REQUEST", "Http头缺少Accept或User-Agent", signed=False)


def verify_request(request: Request, credentials: Credentials, clock: Clock, signed: bytes) -> None:
    """Check the Authorization header over the target as received and the signed body.

    Raises WechatError 401 SIGN_ERROR when anything about it is not right.
    """
    given = _authorization(request.headers.get("authorization", ""))
    own = credentials.data["wechat"]
    if given["mchid"] != own["sp_mchid"]:
        raise sign_error("商户号不存在或与证书不匹配", "mchid", "mchid not match")
    if given["serial_no"].upper() != own["merchant_serial_no"]:
        raise sign_error("商户证书序列号有误", "serial_no", "serial_no not found")
    skew_s = abs(clock.signing_epoch() - int(given["timestamp"]))
    if skew_s > MAX_SKEW_S:
        raise sign_error("Http头Authorization中的timestamp与发起请求的时间不得超过5分钟", "timestamp", "skew")
    head = f"{request.method}\n{request.target}\n{given['timestamp']}\n{given['nonce_str']}\n"
    message = head.encode() + signed + b"\n"
    try:
        signature = base64.b64decode(given["signature"], validate=True)
        credentials.wechat_merchant_public.verify(signature, message, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        raise sign_error(
            "错误的签名，验签失败",
            "signature",
            "sign not match",
            sign_information={
                "method": request.method,
                "url": request.target,
                "truncated_sign_message": message.decode("utf-8", "replace")[:512],
                "sign_message_length": len(message),
            },
        ) from None


def _authorization(header: str) -> dict[str, str]:
    schema, _, rest = header.partition(" ")
    if schema != SCHEMA:
        raise sign_error(MALFORMED, "authorization", "schema")
    given = {match[1]: match[2] for match in PAIR.finditer(rest)}
    for name in ("mchid", "nonce_str", "signature", "timestamp", "serial_no"):
        if not given.get(name):
            raise sign_error(MALFORMED, name, "missing")
    if not given["timestamp"].isascii() or not given["timestamp"].isdigit():
        raise sign_error("Http头Authorization中的timestamp格式错误", "timestamp", "not a number")
    return given


def sign_error(message: str, field: str, issue: str, **more: Any) -> WechatError:
    """Return the refusal of a signature, with the detail WeChat gives; it is not signed itself."""
    detail = {
        "detail": {"issue": issue},
        "field": field,
        "location": "authorization",
        **more,
    }
    return WechatError(401, "SIGN_ERROR", message, detail, signed=False)


def sign_headers(body: bytes, *, key: RSAPrivateKey, serial: str, epoch: int) -> list[tuple[str, str]]:
    """Return the Wechatpay-* headers over this body."""
    nonce = new_nonce(32)
    message = f"{epoch}\n{nonce}\n".encode() + body + b"\n"
    signature = base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode()
    return [
        ("Wechatpay-Nonce", nonce),
        ("Wechatpay-Signature", signature),
        ("Wechatpay-Timestamp", str(epoch)),
        ("Wechatpay-Serial", serial),
        ("Wechatpay-Signature-Type", SCHEMA),
    ]


def new_nonce(length: int) -> str:
    """Return random letters and digits."""
    return "".join(secrets.choice(NONCE_ALPHABET) for _ in range(length))


def encrypt_resource(plain: bytes, apiv3_key: str, associated_data: str) -> dict[str, str]:
    """Return algorithm, ciphertext, associated data and nonce of a notice's resource."""
    nonce = new_nonce(12)
    sealed = AESGCM(apiv3_key.encode()).encrypt(nonce.encode(), plain, associated_data.encode())
    return {
        "algorithm": "AEAD_AES_256_GCM",
        "ciphertext": base64.b64encode(sealed).decode(),
        "associated_data": associated_data,
        "nonce": nonce,
    }


def decrypt_field(text: str, key: RSAPrivateKey) -> str:
    """Open a sensitive field sealed with the platform's public key (RSAES-OAEP, SHA-1).

    Raises ValueError when it was not sealed for us.
    """
    padding = OAEP(mgf=MGF1(algorithm=SHA1()), algorithm=SHA1(), label=None)  # noqa: S303
    return key.decrypt(base64.b64decode(text, validate=True), padding).decode()
