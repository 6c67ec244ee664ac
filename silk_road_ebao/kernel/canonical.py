"""Canonical JSON: one text for one meaning, so that hashes and comparisons hold."""

import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import structlog
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from silk_road_ebao.kernel.masking import find_secret
from silk_road_ebao.kernel.refusals import Refusal

log = structlog.get_logger(__name__)


class SecretInClear(Refusal):
    """A trace was about to hold a card number, resident ID, phone or key unmasked (R25).

    A person who typed it gets the sentence; where the house itself forgot to mask, the log tells the place.
    """

    message = _("这里不要写手机号、银行卡号、身份证号或密钥")


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


def refuse_secrets(value: Any, where: str, *, name: str = "") -> None:
    """Raise SecretInClear, naming the field, if any text or number inside a plain value must be masked first."""
    if isinstance(value, dict):
        for key, item in value.items():
            refuse_secrets(key, where)
            refuse_secrets(item, f"{where}.{key}", name=key)
    elif isinstance(value, list):
        for place, item in enumerate(value):
            refuse_secrets(item, f"{where}[{place}]", name=name)
    elif not isinstance(value, bool) and isinstance(value, (str, int)):
        kind = find_secret(str(value)) if isinstance(value, str) or value >= 10**12 else ""
        if kind:
            log.warning("a secret was to stand in clear", where=where, kind=kind)
            raise SecretInClear(field=name)


def _name(key: Any) -> str:
    if not isinstance(key, str):
        raise TypeError(f"a key must be text, not {key!r}")
    return key
