"""Identifiers: public numbers nobody can guess, and time-ordered UUIDs for the ledger."""

import secrets
import threading
import time
from types import MappingProxyType
from typing import Final
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O, U
LENGTH = 20

# Every prefix and its noun, once. Three letters, never reused.
PREFIXES: Final = MappingProxyType(
    {
        "ACB": "account_activity_batch",
        "AGR": "agreement",
        "APL": "application",
        "APM": "applyment",
        "APV": "approval",
        "ASM": "assessment",
        "ATT": "attempt",
        "BIL": "bill",
        "COD": "stall_code",
        "CON": "consent",
        "CRA": "credit_account",
        "DRW": "drawdown",
        "DSC": "discrepancy",
        "DSL": "disclosure",
        "EVT": "partner_event",
        "FAC": "facility",
        "FEE": "service_fee",
        "GDS": "goods",
        "HIT": "list_hit",
        "IDX": "index_release",
        "INV": "fee_invoice",
        "LNK": "account_link",
        "LOT": "lot",
        "MCH": "merchant_change",
        "MER": "merchant",
        "NTC": "notice",
        "OBJ": "objection",
        "ONB": "onboarding",
        "OPR": "operator",
        "ORD": "order",
        "OUT": "outbound",
        "PAY": "payment",
        "PER": "person",
        "PEX": "phone_exception",
        "PLG": "pledge",
        "RCV": "receiving",
        "REF": "refund",
        "RFL": "referral",
        "RSK": "risk",
        "SAC": "settlement_account",
        "SET": "settlement",
        "SHT": "price_sheet",
        "SHR": "profit_sharing",
        "STL": "stall",
        "WHR": "warehouse_receipt",
    }
)


def new_no(prefix: str) -> str:
    """Make a public number: a known prefix and 20 unguessable characters (100 bits).

    Raises KeyError for a prefix that is not in PREFIXES.
    """
    if prefix not in PREFIXES:
        raise KeyError(f"unknown prefix {prefix!r}: enter it in PREFIXES first")
    number = secrets.randbits(5 * LENGTH)
    return prefix + "".join(ALPHABET[(number >> 5 * place) & 31] for place in range(LENGTH))


_last = 0
_lock = threading.Lock()


def new_uuid() -> UUID:
    """Make a UUID version 7 (RFC 9562), increasing within this process.

    The 12 bits behind the millisecond count sub-millisecond steps, so that two calls in the same
    instant, or a clock set back, still give rising values.
    """
    global _last
    nanoseconds = time.time_ns()
    milliseconds, rest = divmod(nanoseconds, 1_000_000)
    with _lock:
        _last = max(_last + 1, (milliseconds << 12) | (rest * 4096 // 1_000_000))
        moment = _last
    high = (moment >> 12) << 80 | 0x7 << 76 | (moment & 0xFFF) << 64
    return UUID(int=high | 0b10 << 62 | secrets.randbits(62))
