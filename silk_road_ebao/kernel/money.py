"""Money: integer fen everywhere; yuan only where people or acquirers read it."""

import re
from collections.abc import Sequence

MAX_FEN = 2**63 - 1  # what a PostgreSQL bigint holds
BPS = 10_000

_YUAN = re.compile(r"(-?)([0-9]{1,17}|[0-9]{1,3}(?:,[0-9]{3}){1,5})(?:\.([0-9]{1,2}))?")


class MoneyError(ValueError):
    """An amount that is not exact money; the text says which and why."""


def format_yuan(fen: int) -> str:
    """Show fen as yuan with thousands separators, without a sign of currency: "1,234.50"."""
    _require_fen(fen)
    whole, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{whole:,}.{rest:02d}"


def yuan_text(fen: int) -> str:
    """Write fen as yuan for an acquirer's wire: "1234.50"."""
    return format_yuan(fen).replace(",", "")


def parse_yuan(text: str, *, allow_negative: bool = False) -> int:
    """Read yuan exactly into fen.

    Takes "1234.5", "1,234.50", "0.01"; raises MoneyError for more than two decimals, exponents,
    NaN, wrong grouping, signs (a minus only with `allow_negative`), amounts above 2^63−1 fen.
    """
    found = _YUAN.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        raise MoneyError(f"not an amount in yuan with at most two decimals: {text!r}")
    sign, whole, decimals = found.groups()
    if sign and not allow_negative:
        raise MoneyError(f"a negative amount is not allowed here: {text!r}")
    fen = int(whole.replace(",", "")) * 100 + int((decimals or "").ljust(2, "0"))
    if fen > MAX_FEN:
        raise MoneyError(f"amount too large: {text!r}")
    return -fen if sign else fen


def bps_of(amount_fen: int, rate_bps: int) -> int:
    """Compute `rate_bps` ten-thousandths of an amount in fen, rounded half up.

    Raises MoneyError for negative or non-integer input: a reversal mirrors its original, it is
    never computed anew.
    """
    _require_fen(amount_fen)
    _require_fen(rate_bps)
    if amount_fen < 0 or rate_bps < 0:
        raise MoneyError(f"a rate is taken of amounts ≥ 0: {amount_fen} fen at {rate_bps} bps")
    return (amount_fen * rate_bps + BPS // 2) // BPS


def share_out(total_fen: int, weights: Sequence[int]) -> list[int]:
    """Split fen by weights exactly; the spare fen go one each to the first shares (R28).

    A share of weight 0 gets nothing. The sum of the parts always equals `total_fen`. Raises
    MoneyError for a negative total, negative weights, or no weight at all.
    """
    _require_fen(total_fen)
    for weight in weights:
        _require_fen(weight)
        if weight < 0:
            raise MoneyError(f"a weight must be ≥ 0: {weight}")
    base = sum(weights)
    if total_fen < 0 or base == 0:
        raise MoneyError(f"cannot share {total_fen} fen out over weights {list(weights)!r}")
    shares = [total_fen * weight // base for weight in weights]
    spare = total_fen - sum(shares)
    for place, weight in enumerate(weights):
        if spare and weight:
            shares[place] += 1
            spare -= 1
    return shares


def _require_fen(value: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int):
        raise MoneyError(f"money is a whole number of fen, not {value!r}")
