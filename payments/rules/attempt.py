"""When an attempt is looked at again, and what counts as settled."""

from datetime import datetime, timedelta

QUERY_DELAYS_S = (3, 5, 10, 20, 30, 60, 120, 300, 600, 600, 1200, 1800, 3600)
"""Seconds between queries of a payment whose fate is open; the last repeats."""

REFUND_DELAYS_S = (2, 60, 60, 60, 60, 60, 300, 600, 1200, 1800)
"""Seconds between queries of a refund: each minute for five minutes, then 5, 10, 20, 30 minutes."""

EXPIRY = timedelta(minutes=15)
BARCODE_EXPIRY = timedelta(seconds=60)


def next_look(at: datetime, looks: int, delays_s: tuple[int, ...] = QUERY_DELAYS_S) -> datetime:
    """Return when to ask again after so many looks."""
    return at + timedelta(seconds=delays_s[min(looks, len(delays_s) - 1)])
