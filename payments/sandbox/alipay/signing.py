"""Sign and verify as the Alipay gateway does: RSA2 over sorted pairs or a raw substring."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256


def sorted_pairs(fields: Mapping[str, str], leave_out: tuple[str, ...]) -> str:
    """Return k=v&k=v of all fields that have a value, in order of their names."""
    return "&".join(
        f"{name}={value}" for name, value in sorted(fields.items()) if name not in leave_out and value != ""
    )


def sign(data: bytes, key: RSAPrivateKey) -> str:
    """Return the RSA2 signature in base64."""
    return base64.b64encode(key.sign(data, PKCS1v15(), SHA256())).decode()


def is_signed(data: bytes, signature: str, key: RSAPublicKey) -> bool:
    """Tell whether the signature fits."""
    try:
        key.verify(base64.b64decode(signature, validate=True), data, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error):
        return False
    return True
