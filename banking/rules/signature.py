"""What a signature of the partner API must look like (RFC 9421), and which algorithms it may use."""

import re

from http_message_signatures import algorithms

TAG = "ebao-bank-v1"
MAX_AGE_S = 300
"""Seconds that `created` may lie away from real time, on either side."""

REQUIRED = ("@method", "@target-uri")
"""What every request covers; `content-digest` comes on top wherever there is a body."""

ALGORITHMS: dict[str, type[algorithms.HTTPSignatureAlgorithm]] = {"ed25519": algorithms.ED25519}
"""The registry: a key's `algorithm` names its entry. SM2 will be another line here, once a kept library exists."""

LABEL = "ebao"
MAX_HEADER = 4096
_NONCE = re.compile(r"[\x21-\x7e]{8,128}")


def is_nonce(text: object) -> bool:
    """Say whether a nonce is 8 to 128 visible ASCII characters."""
    return isinstance(text, str) and _NONCE.fullmatch(text) is not None


def is_fresh(created_s: int, now_s: float) -> bool:
    """Say whether a signature made at `created_s` may still be used (seconds since 1970)."""
    return abs(now_s - created_s) <= MAX_AGE_S
