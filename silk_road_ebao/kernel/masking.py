"""Masking: find card numbers, resident IDs, phones and keys in any text, and hide them.

Pure functions, used by the logs (scrub), by audit and outbox (refuse) and by crypto (show).
"""

import re
from typing import Any

# A number counts only when it stands alone: our own public numbers and acquirers' 28-digit trade
# numbers hold runs of digits, too. First digits as the card schemes use them (62, 4, 5, 3, 9558…).
# A UUID is read as a whole, so that part of it does not pass for a card: one in 16,000 would.
_CARD = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?:[3-69]|2[2-7])(?:[ -]?[0-9]){12,18})"
    r"(?![0-9A-Za-z])"
)
_RESIDENT = re.compile(
    r"(?<![0-9A-Za-z])[1-8][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx]"
    r"(?![0-9A-Za-z])"
)
_PHONE = re.compile(r"(?<![0-9A-Za-z.])(?:\+?86[ -]?)?1[3-9][0-9](?:[ -]?[0-9]{4}){2}(?![0-9A-Za-z])")
_PEM = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
_NAMED = re.compile(
    r"(?i)(\b[\w.-]*(?:password|passwd|secret|api_?v?3?_?key|private_?key|authorization|cookie|token|cvn|sms_?code)\b"
    r"[\"']?\s*[=:]\s*[\"']?)(?:bearer\s+)?([^\s\"',;&}]+)"
)
_SECRET_NAME = re.compile(
    r"(?i)(password|passwd|secret|api_?v?3?_?key|private_?key|field_keys?|index_key|authorization|cookie|token|cvn"
    r"|sms_?code|otp)$"
)
# No secret is without one of these; most texts have none and are spared the five searches above.
_SUSPECT = re.compile(r"[0-9](?:[ -]?[0-9]){10}|[=:]|-----BEGIN")

HIDDEN = "***"


def is_card_number(text: str) -> bool:
    """Tell whether digits (spaces and dashes allowed) are 13–19 long and pass the Luhn check."""
    digits = re.sub(r"[ -]", "", text)
    if not (digits.isascii() and digits.isdigit() and 13 <= len(digits) <= 19):
        return False
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 * (value > 9) for value in doubled) % 10 == 0


def is_resident_id(text: str) -> bool:
    """Tell whether 18 characters carry the check character of GB 11643."""
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", text):
        return False
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(text[:17]))
    return "10X98765432"[total % 11] == text[17].upper()


def find_secret(text: str) -> str:
    """Name what a text must not hold in clear (CARD, RESIDENT_ID, PHONE, KEY), or ""."""
    if any(is_resident_id(found.group()) for found in _RESIDENT.finditer(text)):
        return "RESIDENT_ID"
    if any(is_card_number(found.group()) for found in _CARD.finditer(text)):
        return "CARD"
    if _PEM.search(text):
        return "KEY"
    return "PHONE" if _PHONE.search(text) else ""


def scrub(text: str) -> str:
    """Hide every secret in a text, leaving the rest readable (R25)."""
    if not _SUSPECT.search(text):
        return text
    text = _PEM.sub("[private key]", text)
    text = _NAMED.sub(lambda found: found.group(1) + HIDDEN, text)
    text = _RESIDENT.sub(lambda found: mask_id(found.group()) if is_resident_id(found.group()) else found.group(), text)
    text = _CARD.sub(lambda found: mask_card(found.group()) if is_card_number(found.group()) else found.group(), text)
    return _PHONE.sub(lambda found: mask_phone(found.group()), text)


def scrub_value(value: Any, name: str = "") -> Any:
    """Hide secrets in a value of any shape; whatever stands under a secret's name goes whole."""
    if name and value and _SECRET_NAME.search(name) and not isinstance(value, bool):
        return HIDDEN
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {scrub_value(key): scrub_value(item, str(key)) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [scrub_value(item) for item in value]
    if isinstance(value, (bytes, bytearray)):
        return f"<{len(value)} bytes>"
    if value is None or isinstance(value, (bool, float)):
        return value
    if isinstance(value, int):
        shown = scrub(str(value))
        return value if shown == str(value) else shown
    return scrub(str(value))


def mask_card(number: str) -> str:
    """Show a card or account number as first six and last four: "6217 00** **** 1234".

    The stars do not tell the length. Of a number under twelve digits only the last four show, of
    one under eight nothing.
    """
    digits = re.sub(r"\s|-", "", number)
    if len(digits) < 8:
        return "****"
    if len(digits) < 12:
        return f"**** {digits[-4:]}"
    return f"{digits[:4]} {digits[4:6]}** **** {digits[-4:]}"


def mask_id(number: str) -> str:
    """Show an identity document as its first and last character (JR/T 0171)."""
    text = number.strip()
    return f"{text[0]}{'*' * (len(text) - 2)}{text[-1]}" if len(text) > 2 else "*" * len(text)


def mask_phone(phone: str) -> str:
    """Show a phone as three and two: "138******78"; a leading +86 goes."""
    digits = re.sub(r"[^0-9]", "", phone)
    if len(digits) == 13 and digits.startswith("86"):
        digits = digits[2:]
    return f"{digits[:3]}{'*' * (len(digits) - 5)}{digits[-2:]}" if len(digits) > 6 else "*" * len(digits)


def mask_name(name: str) -> str:
    """Show a person's name as its first character and one or two stars, whatever its length."""
    text = name.strip()
    return text[:1] + "*" * min(max(len(text) - 1, 1), 2) if text else ""
