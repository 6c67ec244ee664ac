"""Canonical JSON: one text for one meaning, so that hashes and comparisons hold."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from silk_road_ebao.kernel.masking import find_secret


class SecretInClear(ValueError):
    """A trace was about to hold a card number, resident ID, phone or key unmasked (R25)."""


def plain(value: Any) -> Any:
    """Turn a value into strings, integers, booleans, lists and dictionaries with string keys.

    Moments become UTC text, dates, decimals and UUIDs their text. Raises TypeError for floats
    (they have no exact text) and for anything unknown.
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, (str, Promise)):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, (date, Decimal, UUID)):
        return str(value)
    if isinstance(value, dict):
        return {_name(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    raise TypeError(f"no canonical form for {type(value).__name__}")


def canonical_json(value: Any) -> str:
    """Write a value as JSON with sorted keys, no spaces and plain characters."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: Any) -> bytes:
    """Compute the SHA-256 of a value's canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode()).digest()


def refuse_secrets(value: Any, where: str) -> None:
    """Raise SecretInClear if any text or number inside a plain value must be masked first."""
    if isinstance(value, dict):
        for key, item in value.items():
            refuse_secrets(key, where)
            refuse_secrets(item, f"{where}.{key}")
    elif isinstance(value, list):
        for place, item in enumerate(value):
            refuse_secrets(item, f"{where}[{place}]")
    elif not isinstance(value, bool) and isinstance(value, (str, int)):
        kind = find_secret(str(value)) if isinstance(value, str) or value >= 10**12 else ""
        if kind:
            raise SecretInClear(f"{where} holds a {kind} in clear: mask it first")


def _name(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key must be text, not {key!r}")
    return key
