"""Strict readers of what comes from outside: one sentence names the variable that is wrong."""

import base64
import binascii
import json
import os
import secrets
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

missing: list[str] = []
"""Variables a serving process cannot do without; commands that need no service still run."""


def text(name: str, default: str = "") -> str:
    """Return the variable, or what a running demo left in its state folder, or the default."""
    return os.environ.get(name, "").strip() or _state().get(name, "") or default


def needed(name: str, stand_in: str) -> str:
    """Return the variable; without it note that it is missing and return the stand-in."""
    value = text(name)
    if not value:
        missing.append(name)
    return value or stand_in


def random_key() -> str:
    """Return 32 random bytes in base64: a stand-in that nothing lasting is ever sealed with."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def refuse_incomplete() -> None:
    """Stop a serving process that lacks a variable, naming it.

    Raises:
        ImproperlyConfigured: one sentence with every missing name.
    """
    if missing:
        names = ", ".join(missing)
        raise ImproperlyConfigured(f"Not set: {names}. See docs/architecture.md, 'Settings that come from outside'.")


def flag(name: str, default: bool = False) -> bool:
    """Return a yes or no written as 1 or 0."""
    value = os.environ.get(name, "").strip()
    if value in ("", "0", "1"):
        return default if value == "" else value == "1"
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name: str, default: int) -> int:
    """Return a whole number."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return int(value)
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def words(name: str, default: str = "") -> list[str]:
    """Return the comma-separated words."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """Return the comma-separated network addresses, each alone or with its length: ``10.0.0.7,192.168.0.0/16``."""
    found: list[IPv4Network | IPv6Network] = []
    for word in words(name):
        try:
            found.append(ip_network(word))
        except ValueError:
            raise ImproperlyConfigured(f"{name} must name addresses or networks, not {word!r}.") from None
    return found


def key(name: str, default: str) -> bytes:
    """Return 32 bytes written in base64; the default stands in while the variable is missing."""
    return _key_bytes(name, needed(name, default))


def keys(name: str, default: str) -> dict[int, bytes]:
    """Return numbered keys written as ``1:base64,2:base64``."""
    found: dict[int, bytes] = {}
    for part in needed(name, default).split(","):
        number_text, _, encoded = part.strip().partition(":")
        if not number_text.isdigit() or not 1 <= int(number_text) <= 255 or not encoded:
            raise ImproperlyConfigured(f"{name} must look like 1:BASE64,2:BASE64 with numbers from 1 to 255.")
        found[int(number_text)] = _key_bytes(name, encoded)
    return found


def json_file(name: str) -> dict[str, Any]:
    """Return the JSON object in the file that the variable names; empty when it names none."""
    path = text(name)
    if not path:
        return {}
    try:
        content = json.loads(Path(path).read_text(encoding="utf8"))
    except OSError as error:
        raise ImproperlyConfigured(f"{name} names a file that cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} names a file that is not JSON: {error}.") from None
    if not isinstance(content, dict):
        raise ImproperlyConfigured(f"{name} names a file that is not a JSON object.")
    return content


def _state() -> dict[str, str]:
    """Read what the runner of this checkout wrote beside its services; the environment goes before it."""
    folder = Path(os.environ.get("EBAO_STATE", "var"))
    found: dict[str, str] = {}
    for name in ("services.json", "secrets.json"):
        file = folder / name
        if file.exists():
            found.update({k: v for k, v in json.loads(file.read_text(encoding="utf8")).items() if isinstance(v, str)})
    return found


def _key_bytes(name: str, encoded: str) -> bytes:
    try:
        raw = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ImproperlyConfigured(f"{name} is not valid base64.") from None
    if len(raw) != 32:
        raise ImproperlyConfigured(f"{name} must hold 32 bytes, not {len(raw)}.")
    return raw
