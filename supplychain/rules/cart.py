"""Weights and prices as people type them, and bills as pages carry them."""

import re
from dataclasses import dataclass
from decimal import Decimal

KG = re.compile(r"[0-9]{1,6}(\.[0-9]{1,3})?")
LINE = re.compile(r"([0-9A-Z]{3,32}):([0-9.]{1,10}):([0-9]{1,9})")


class NotAWeight(ValueError):
    """The text is not a weight to the gram above 0."""


class NotALine(ValueError):
    """The text is not a line of a bill."""


@dataclass(frozen=True, slots=True)
class CartLine:
    """One line as a page carries it: goods number, kg, fen per kg."""

    goods_no: str
    kg: Decimal
    price_fen_kg: int

    def text(self) -> str:
        """Write it as the page's hidden field."""
        return f"{self.goods_no}:{self.kg.normalize():f}:{self.price_fen_kg}"


def parse_kg(text: str) -> Decimal:
    """Read kilograms with at most three decimals, above 0; raises NotAWeight."""
    cleaned = text.strip().replace("，", "").replace(",", "")
    if not KG.fullmatch(cleaned) or not Decimal(cleaned):
        raise NotAWeight(text)
    return Decimal(cleaned)


def parse_line(text: str) -> CartLine:
    """Read a hidden field back; raises NotALine."""
    found = LINE.fullmatch(text)
    if not found:
        raise NotALine(text)
    goods_no, kg, price = found.groups()
    try:
        return CartLine(goods_no, parse_kg(kg), int(price))
    except NotAWeight:
        raise NotALine(text) from None
