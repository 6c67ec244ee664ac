"""Closings of the book."""

from datetime import date

from payments.ledger.models import Book


def closed_through() -> date | None:
    """Tell the last closed business day; the day after is the first on which one can post."""
    return Book.objects.order_by("-closed_through").values_list("closed_through", flat=True).first()
