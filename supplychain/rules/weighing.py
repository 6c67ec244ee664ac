"""Arithmetic of weights and amounts: exact to the gram and the fen."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

GRAM = Decimal("0.001")
LARGEST_KG = Decimal(100_000)
"""100 tonnes on one line: above it a typing mistake is likelier than a sale."""
LARGEST_PRICE_FEN_KG = 10_000_000
"""100,000 yuan a kg; saffron is cheaper."""


def amount_of(price_fen_kg: int, kg: Decimal) -> int:
    """Return price times weight in whole fen, half up."""
    return int((price_fen_kg * kg).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def total_of(lines: Sequence[tuple[int, Decimal]]) -> int:
    """Add up (price in fen per kg, kg); each line is rounded by itself, as it is printed."""
    return sum(amount_of(price_fen_kg, kg) for price_fen_kg, kg in lines)


def kg_of(amount_fen: int, price_fen_kg: int) -> Decimal:
    """Return the weight worth an amount, to the gram, half up: what a part refund gives back in goods."""
    return (Decimal(amount_fen) / price_fen_kg).quantize(GRAM, rounding=ROUND_HALF_UP)


def short_of(ordered_kg: Decimal, out_kg: Decimal, price_fen_kg: int, worth_fen: int) -> tuple[Decimal, int]:
    """Return kg and fen a line is short; over weight is negative kg and costs nothing; unsent is all it is worth."""
    short_kg = ordered_kg - out_kg
    if short_kg <= 0:
        return short_kg, 0
    return short_kg, worth_fen if not out_kg else min(worth_fen, amount_of(price_fen_kg, short_kg))
