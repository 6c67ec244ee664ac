"""Pages of lists: a cursor on a unique, rising key, so that no row is lost or shown twice."""

import base64
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from rest_framework.request import Request

from banking.api.problems import Problem

LIMIT = 50
MAX_LIMIT = 200
MAX_KEY = 2**62


@dataclass(frozen=True, slots=True)
class Page:
    """Rows after a cursor; `next_cursor` goes on behind them."""

    rows: list[Any]
    next_cursor: str | None
    has_more: bool


def read_page(request: Request, rows: QuerySet[Any], *, key: str = "id", is_feed: bool = False) -> Page:
    """Read the page that the request asks for.

    Args:
        key: a unique column the rows are ordered by, rising.
        is_feed: the list grows at its end and the caller comes back: its cursor is the key itself and is always
            given, also when there is nothing more for now.

    Raises:
        Problem: a cursor or limit that is none.
    """
    after = _after(request, is_feed)
    limit = _limit(request)
    found = list(rows.filter(**{f"{key}__gt": after}).order_by(key)[: limit + 1])
    has_more = len(found) > limit
    page = found[:limit]
    last = getattr(page[-1], key) if page else after
    shown = str(last) if is_feed else (_wrap(last) if has_more else None)
    return Page(page, shown, has_more)


def _after(request: Request, is_feed: bool) -> int:
    text = request.query_params.get("cursor", "")
    if not text:
        return 0
    plain = text if is_feed else _unwrap(text)
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 19 and int(plain) < MAX_KEY):
        raise _fault("cursor", "CURSOR_INVALID", "take the cursor from next_cursor")
    return int(plain)


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= MAX_LIMIT):
        raise _fault("limit", "LIMIT_INVALID", f"1 to {MAX_LIMIT}")
    return int(text)


def _wrap(key: int) -> str:
    return base64.urlsafe_b64encode(f"k{key}".encode()).decode().rstrip("=")


def _unwrap(text: str) -> str:
    """Undo `_wrap`; whatever was not made by it gives a text that is no number."""
    try:
        plain = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        return "?"
    return plain[1:] if plain.startswith("k") else "?"


def _fault(name: str, code: str, detail: str) -> Problem:
    return Problem(400, code, detail, errors=[{"parameter": name, "code": code, "detail": detail}])
