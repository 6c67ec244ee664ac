"""Arithmetic of profit sharing: what may be split, and how a refund after a split is borne. All amounts in fen."""

from collections.abc import Sequence
from dataclasses import dataclass

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
class Shares:
    """How a refund after a split is borne: by each receiver, and by the merchant with the odd fen."""

    by_receiver: tuple[int, ...]
    by_merchant_fen: int
    odd_fen: int
    """What rounding moved to the merchant's line; stated, never lost (R28)."""


def shares_of_refund(refund_fen: int, amount_fen: int, splits: Sequence[int]) -> Shares:
    """Share a refund as the payment was shared; receivers round down, the merchant bears the rest.

    "Paid 100, split 5, fee 5, settle 90, refund 49.99": the receiver gives back 2.49, the merchant bears 47.50.
    """
    by_receiver = tuple(part * refund_fen // amount_fen for part in splits)
    by_merchant = refund_fen - sum(by_receiver)
    odd = by_merchant - (amount_fen - sum(splits)) * refund_fen // amount_fen
    return Shares(by_receiver, by_merchant, odd)
