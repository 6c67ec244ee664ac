"""Reads of the funds book."""

from django.db.models import Case, F, QuerySet, Sum, When

from supplychain.models import FundsEntry, FundsKind, Order

NET = Sum(Case(When(kind=FundsKind.RECEIVED, then=F("amount_fen")), default=-F("amount_fen")))


def net_paid_fen(order: Order) -> int:
    """Return what was received for an order less what went back, in fen."""
    return int(order.funds_entries.aggregate(net=NET)["net"] or 0)


def entries_of(order: Order) -> QuerySet[FundsEntry]:
    """List an order's money, oldest first."""
    return order.funds_entries.order_by("at", "pk")
