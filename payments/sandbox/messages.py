"""Describe an HTTP request as received and a reply as it will be sent."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl


@dataclass(slots=True)
class Request:
    """Hold one request; ``target`` is path and query exactly as they stood in the first line."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    client: str
    path: str = ""
    query: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.path, _, text = self.target.partition("?")
        self.query = dict(parse_qsl(text, keep_blank_values=True)) if text else {}

    @property
    def base_url(self) -> str:
        """Return the address by which the client reached us, without a slash at the end."""
        return "http://" + self.headers.get("host", "127.0.0.1")


@dataclass(slots=True)
class Reply:
    """Hold one reply; ``hang_s`` keeps the client waiting and then closes without a word."""

    status: int
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    hang_s: float = 0.0


class Dropped(Exception):
    """Ask the server to close the connection without an answer."""


class PayerRefused(Exception):
    """Carry what the payer's phone shows instead of a payment."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def dump(value: Any) -> bytes:
    """Return compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def json_reply(value: Any, status: int = 200) -> Reply:
    """Return a plain JSON reply."""
    body = json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"
    return Reply(status, body, [("Content-Type", "application/json; charset=utf-8")])
