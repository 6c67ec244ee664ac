"""How much of a payment may still go back, and how lines add up."""

REFUND_DAYS = 365
MAX_PARTIALS = 50


def refundable_fen(amount_fen: int, refunded_fen: int, refunding_fen: int) -> int:
    """Return what may still be asked for: paid less returned less on its way back."""
    return max(0, amount_fen - refunded_fen - refunding_fen)


def lines_total(lines: list[tuple[str, int]]) -> int:
    """Add up the lines of a partial refund (text, fen); every line is above zero.

    Raises ValueError for a line of zero or less.
    """
    for text, amount_fen in lines:
        if amount_fen <= 0:
            raise ValueError(f"{text}: {amount_fen}")
    return sum(amount_fen for _, amount_fen in lines)


def status_after(amount_fen: int, refunded_fen: int) -> str:
    """Return the status of a paid payment of which so much has gone back."""
    if refunded_fen <= 0:
        return "PAID"
    return "REFUNDED" if refunded_fen >= amount_fen else "PARTIALLY_REFUNDED"
