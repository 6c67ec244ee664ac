"""Seal a sub-merchant's bill for the service provider that asked for it."""

from __future__ import annotations

import base64
import secrets

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1

from payments.sandbox.wechat.signing import new_nonce


def seal(data: bytes, public_key: RSAPublicKey) -> tuple[bytes, str, str]:
    """Return the file under AES-256-GCM, its key under the client's certificate, the nonce."""
    key = secrets.token_hex(16)
    nonce = new_nonce(12)
    padding = OAEP(mgf=MGF1(algorithm=SHA1()), algorithm=SHA1(), label=None)  # noqa: S303
    encrypt_key = base64.b64encode(public_key.encrypt(key.encode(), padding)).decode()
    return AESGCM(key.encode()).encrypt(nonce.encode(), data, None), encrypt_key, nonce
