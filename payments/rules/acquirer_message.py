"""Strict reading of what comes in from acquirers, and masking of what is kept."""

import json
import re
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl

MAX_NOTICE_BYTES = 64 * 1024
MAX_FEN = 10**12
_YUAN = re.compile(r"(0|[1-9]\d{0,9})\.\d{2}")
_UNFIT = re.compile("[\x00\ud800-\udfff]")


class UnreadableMessageError(ValueError):
    """Say in one sentence which field of a message cannot be used."""


def read_json(raw: bytes) -> dict[str, Any]:
    """Read a JSON object without tolerance: UTF-8, no key twice, no fraction, exponent, NaN or Infinity.

    Raises UnreadableMessageError naming what is wrong.
    """
    try:
        found = json.loads(
            raw.decode("utf-8"), object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float
        )
    except UnicodeDecodeError:
        raise UnreadableMessageError("body is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise UnreadableMessageError(f"body is not JSON at character {error.pos}") from None
    except RecursionError:
        raise UnreadableMessageError("body is nested too deeply") from None
    if not isinstance(found, dict):
        raise UnreadableMessageError("body is not a JSON object")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise UnreadableMessageError(f"{name}: given twice")
        found[name] = value
    return found


def _no_float(text: str) -> Any:
    raise UnreadableMessageError(f"{text}: only whole numbers stand in a message")


def fit_text(text: str) -> str:
    """Return a text that a row can hold: a NUL and halves of a character become U+FFFD."""
    return text if text.isprintable() else _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)


def text_at(body: dict[str, Any], path: str, limit: int = 128) -> str:
    """Return the text at `amount.currency`; raises UnreadableMessageError naming the path."""
    value = _at(body, path)
    if not isinstance(value, str) or not 0 < len(value) <= limit or _UNFIT.search(value):
        raise UnreadableMessageError(f"{path}: text of 1 to {limit} characters is needed")
    return value


def fen_at(body: dict[str, Any], path: str) -> int:
    """Return the positive fen at the path; "100", 1e2, true, negatives and 2^63 are refused."""
    value = _at(body, path)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= MAX_FEN:
        raise UnreadableMessageError(f"{path}: a whole number of fen from 1 to {MAX_FEN} is needed")
    return value


def fen_of_yuan(text: str, name: str) -> int:
    """Read yuan written with exactly two decimals (Alipay's wire format); raises UnreadableMessageError."""
    if not _YUAN.fullmatch(text):
        raise UnreadableMessageError(f"{name}: yuan with two decimals is needed")
    return int(text.replace(".", ""))


def _at(body: dict[str, Any], path: str) -> Any:
    value: Any = body
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


SECRET_NAMES = re.compile(
    r"sign|signature|authorization|ciphertext|openid|buyer|payer|auth_?code|token|account|acc_?no|phone|mobile"
    r"|id_?card|name|customerInfo|qrNo",
    re.I,
)
PLAIN_NAMES = frozenset({"event_type", "resource_type", "summary", "trade_type"})
_NUMBER_NAMES = re.compile(r"(_no|_id|_?mchid|Id|No|Time|orderId|queryId)$")
_LONG_DIGITS = re.compile(r"(?<![0-9A-Za-z])\d{12,19}(?![0-9A-Za-z])")


def masked(value: Any, name: str = "") -> Any:
    """Return a copy fit for the archive: signatures, payers, accounts and names are replaced by ***.

    What a row cannot hold becomes U+FFFD. Long bare digits (PAN, ID) keep their last four, except under names of our
    own and the acquirer's numbers.
    """
    if isinstance(value, dict):
        return {fit_text(str(key)): masked(inner, str(key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner, name) for inner in value]
    is_secret, is_number = _sort_of(name)
    if is_secret and value not in (None, "", 0):
        return "***"
    if isinstance(value, str) and not is_number:
        return _LONG_DIGITS.sub(lambda match: "*" * (len(match[0]) - 4) + match[0][-4:], fit_text(value))
    return fit_text(value) if isinstance(value, str) else value


@lru_cache(maxsize=1024)
def _sort_of(name: str) -> tuple[bool, bool]:
    """Tell whether what stands under a name is secret, and whether it is a number that names something."""
    return name not in PLAIN_NAMES and bool(SECRET_NAMES.search(name)), bool(_NUMBER_NAMES.search(name))


def read_form(raw: bytes) -> dict[str, str]:
    """Read a UTF-8 form without tolerance: no field twice, none malformed or with a NUL, at most a hundred.

    Raises UnreadableMessageError naming what is wrong.
    """
    try:
        pairs = parse_qsl(
            raw.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=100
        )
    except ValueError:
        raise UnreadableMessageError("body is not a form in UTF-8") from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise UnreadableMessageError(f"{name}: given twice")
        if _UNFIT.search(name + value):
            raise UnreadableMessageError(f"{fit_text(name)}: holds a character that is none")
        found[name] = value
    return found


def word_at(form: dict[str, str], name: str, limit: int = 128) -> str:
    """Return a field of a form that must be there; raises UnreadableMessageError naming it."""
    value = form.get(name, "")
    if not 0 < len(value) <= limit:
        raise UnreadableMessageError(f"{name}: text of 1 to {limit} characters is needed")
    return value


def fen_of_digits(text: str, name: str) -> int:
    """Read fen written in digits (UnionPay's wire format); raises UnreadableMessageError."""
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) <= MAX_FEN or len(text) > 12:
        raise UnreadableMessageError(f"{name}: a whole number of fen is needed")
    return int(text)
