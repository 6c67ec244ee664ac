"""Bank account numbers: digits, check digit, and the bank known by its prefix."""

from collections.abc import Iterable

from stdnum import luhn

from accounts.rules.identity import BadNumber


def normalise_account_no(text: str) -> str:
    """Return the bare digits of an account number.

    Raises:
        BadNumber: MISSING, FORMAT (other than 8 to 30 digits).
    """
    digits = text.replace(" ", "").replace("-", "")
    if not digits:
        raise BadNumber("MISSING")
    if not (digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 30):
        raise BadNumber("FORMAT")
    return digits


def check_card_no(digits: str) -> None:
    """Refuse a card number of the wrong length or with a wrong Luhn digit (GB/T 14504: 13 to 19 digits).

    Raises:
        BadNumber: FORMAT, CHECK_DIGIT.
    """
    if not 13 <= len(digits) <= 19:
        raise BadNumber("FORMAT")
    if not luhn.is_valid(digits):
        raise BadNumber("CHECK_DIGIT")


def longest_prefix(digits: str, prefixes: Iterable[str]) -> str | None:
    """Return the longest of the prefixes that the number begins with."""
    fitting = [prefix for prefix in prefixes if digits.startswith(prefix)]
    return max(fitting, key=len, default=None)


def prefixes_of(digits: str, *, longest: int = 10, shortest: int = 4) -> list[str]:
    """Return every prefix that a BIN table could know the number by, longest first."""
    return [digits[:length] for length in range(min(longest, len(digits)), shortest - 1, -1)]
