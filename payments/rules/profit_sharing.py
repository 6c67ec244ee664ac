"""Arithmetic of profit sharing: what may be split, and how a refund after a split is borne. All amounts in fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

BPS = 10_000
MAX_RECEIVERS = 50
MAX_REQUESTS = 50
RETURN_DAYS = 180


@dataclass(frozen=True, slots=True)
class Room:
    """What is known about an order when it is to be split."""

    amount_fen: int
    fee_fen: int
    refunded_fen: int
    split_fen: int
    ratio_bps: int


def splittable_fen(room: Room) -> int:
    """Return what may still be split: within the acquirer's ratio of the order, and net of fee, refunds and splits."""
    by_ratio = room.amount_fen * room.ratio_bps // BPS - room.split_fen
    by_money = room.amount_fen - room.fee_fen - room.refunded_fen - room.split_fen
    return max(0, min(by_ratio, by_money))


@dataclass(frozen=True, slots=True)
class Held:
    """What one receiver got of a payment and still holds."""

    split_fen: int
    held_fen: int
    base_fen: int
    """What was left of the payment when it was split."""
    gone_fen: int
    """Refunded since then, before the refund in question."""
    is_fee: bool = False
    """Our own fee: given back half up, as the tariff reckons it; every other receiver rounds down."""


def share_back(part: Held, refund_fen: int) -> int:
    """Return what a receiver gives back for a refund; all refunds of a payment together give back all it got (R28)."""

    def through(gone_fen: int) -> int:
        if part.is_fee:
            return (2 * part.split_fen * gone_fen + part.base_fen) // (2 * part.base_fen)
        return part.split_fen * gone_fen // part.base_fen

    return min(part.held_fen, through(part.gone_fen + refund_fen) - through(part.gone_fen))


@dataclass(frozen=True, slots=True)
class Shares:
    """How a refund after a split is borne: by each receiver, and by the merchant with the odd fen."""

    by_receiver: tuple[int, ...]
    by_merchant_fen: int
    odd_fen: int
    """What rounding moved to the merchant's line; stated, never lost (R28)."""


def shares_of_refund(refund_fen: int, parts: Sequence[Held]) -> Shares:
    """Share a refund as the payment was shared; receivers give back their part, the merchant bears the rest.

    "Paid 100, split 5, fee 5, settle 90, refund 49.99": the receiver gives back 2.49, the merchant bears 47.50, of
    which 0.01 is the odd fen; our own fee gives back 2.50 and leaves the merchant 47.49.
    """
    by_receiver = tuple(share_back(part, refund_fen) for part in parts)
    by_merchant = refund_fen - sum(by_receiver)
    exact = refund_fen - sum(Fraction(part.split_fen * refund_fen, part.base_fen) for part in parts)
    return Shares(by_receiver, by_merchant, by_merchant - floor(exact))
