"""Words and numbers of orders."""

from collections.abc import Sequence
from decimal import Decimal


def description_of(lines: Sequence[tuple[str, Decimal]]) -> str:
    """Say in one line what was sold: 番茄 25kg、黄瓜 10kg 等 5 样."""
    shown = "、".join(f"{name} {kg.normalize():f}kg" for name, kg in lines[:3])
    return shown if len(lines) <= 3 else f"{shown} 等 {len(lines)} 样"


def payment_order_no(order_no: str, tries: int) -> str:
    """Number the payments of one order: the first carries the order's own number, later ones a suffix."""
    return order_no if tries == 0 else f"{order_no}-{tries + 1}"


def order_no_of(payment_order: str) -> str:
    """Find the order's number in that of one of its payments."""
    return payment_order.split("-", 1)[0]
