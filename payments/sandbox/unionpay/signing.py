"""Sign and verify ACP 5.1.0 messages: RSA over the hex SHA-256 of the sorted fields."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256


def digest(fields: Mapping[str, str], *, with_blanks: bool = False) -> bytes:
    """Return the lower-case hex SHA-256 of k=v&k=v in order of names, without the signature."""
    text = "&".join(
        f"{name}={value}"
        for name, value in sorted(fields.items())
        if name != "signature" and (value != "" or with_blanks)
    )
    return hashlib.sha256(text.encode()).hexdigest().encode()


def sign(fields: Mapping[str, str], key: RSAPrivateKey) -> str:
    """Return the signature of the fields in base64."""
    return base64.b64encode(key.sign(digest(fields), PKCS1v15(), SHA256())).decode()


def is_signed(fields: Mapping[str, str], key: RSAPublicKey) -> bool:
    """Tell whether the fields carry a signature of this key, blank fields counted or not."""
    try:
        signature = base64.b64decode(fields.get("signature", ""), validate=True)
    except binascii.Error:
        return False
    for with_blanks in (False, True):
        try:
            key.verify(signature, digest(fields, with_blanks=with_blanks), PKCS1v15(), SHA256())
        except InvalidSignature:
            continue
        return True
    return False
