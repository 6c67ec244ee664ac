"""Notices as WeChat would send them, and as attackers would."""

import base64
import json
import secrets
import time
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

PLATFORM_KEY = generate_private_key(public_exponent=65537, key_size=2048)
STRANGER_KEY = generate_private_key(public_exponent=65537, key_size=2048)


def platform_public_pem() -> str:
    """Return the public half of the key these notices are signed with."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return PLATFORM_KEY.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def transaction(attempt: Any, credentials: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return the resource of a paid attempt."""
    found = {
        "sp_mchid": credentials["sp_mchid"],
        "sp_appid": credentials["sp_appid"],
        "sub_mchid": attempt.sub_merchant.sub_mchid,
        "out_trade_no": attempt.attempt_no,
        "transaction_id": f"4200{attempt.pk:020d}",
        "trade_type": "NATIVE",
        "trade_state": "SUCCESS",
        "trade_state_desc": "支付成功",
        "bank_type": "CCB_DEBIT",
        "success_time": datetime.now(UTC).isoformat(timespec="seconds"),
        "payer": {"sp_openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
        "amount": {"total": attempt.amount_fen, "payer_total": attempt.amount_fen, "currency": "CNY"},
    }
    return {**found, **changes}


def notice(
    resource: dict[str, Any] | bytes,
    credentials: dict[str, Any],
    *,
    event: str = "TRANSACTION.SUCCESS",
    apiv3_key: str | None = None,
    key: Any = PLATFORM_KEY,
    at: float | None = None,
    serial: str | None = None,
    outer: dict[str, Any] | None = None,
) -> tuple[bytes, dict[str, str]]:
    """Return body and headers of a signed, sealed notice."""
    plain = resource if isinstance(resource, bytes) else json.dumps(resource).encode()
    nonce = secrets.token_hex(6)
    sealed = AESGCM((apiv3_key or credentials["apiv3_key"]).encode()).encrypt(nonce.encode(), plain, b"transaction")
    body = json.dumps(
        {
            "id": secrets.token_hex(16),
            "create_time": datetime.now(UTC).isoformat(),
            "resource_type": "encrypt-resource",
            "event_type": event,
            "summary": "支付成功",
            "resource": {
                "original_type": "transaction",
                "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": base64.b64encode(sealed).decode(),
                "associated_data": "transaction",
                "nonce": nonce,
            },
            **(outer or {}),
        }
    ).encode()
    return body, signed(body, credentials, key=key, at=at, serial=serial)


def signed(
    body: bytes,
    credentials: dict[str, Any],
    *,
    key: Any = PLATFORM_KEY,
    at: float | None = None,
    serial: str | None = None,
) -> dict[str, str]:
    """Return headers that sign this body."""
    stamp, nonce = str(int(at or time.time())), secrets.token_hex(16)
    message = f"{stamp}\n{nonce}\n".encode() + body + b"\n"
    return {
        "Wechatpay-Timestamp": stamp,
        "Wechatpay-Nonce": nonce,
        "Wechatpay-Signature": base64.b64encode(key.sign(message, PKCS1v15(), SHA256())).decode(),
        "Wechatpay-Serial": serial or credentials["platform_public_key_id"],
        "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
    }
