"""Reads of stock, lot by lot."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Min, Q, QuerySet, Sum

from accounts.models import Merchant
from supplychain.models import Lot, StockMovement
from supplychain.rules.lots import Shelf


def lock_shelves(merchant_id: int, stall_id: int | None, commodity_ids: Collection[int]) -> list[tuple[int, Shelf]]:
    """Lock what a stall may sell from, its own lots and the store-room's, in the order of their ids.

    Returns (commodity, shelf); to be called inside a transaction.
    """
    rows = (
        Lot.objects.select_for_update()
        .filter(
            Q(stall=stall_id) | Q(stall__isnull=True),
            merchant=merchant_id,
            commodity__in=commodity_ids,
            on_hand_kg__gt=0,
        )
        .order_by("pk")
    )
    return [
        (commodity_id, Shelf(pk, arrived_at, on_hand_kg))
        for pk, commodity_id, arrived_at, on_hand_kg in rows.values_list("pk", "commodity", "arrived_at", "on_hand_kg")
    ]


def lock_lots(lot_ids: Collection[int]) -> None:
    """Lock lots in the order of their ids; to be called inside a transaction."""
    list(Lot.objects.select_for_update().filter(pk__in=lot_ids).order_by("pk").values_list("pk"))


def lot_of(merchant: Merchant, lot_no: str) -> Lot:
    """Find a merchant's lot; somebody else's raises Lot.DoesNotExist."""
    return Lot.objects.select_related("commodity", "stall").get(merchant=merchant, lot_no=lot_no)


def live_lots(merchant: Merchant) -> QuerySet[Lot]:
    """List lots with stock, by commodity and arrival."""
    return (
        Lot.objects.filter(merchant=merchant, on_hand_kg__gt=0)
        .select_related("commodity", "stall")
        .order_by("commodity__variety", "arrived_at", "pk")
    )


def movements_of(lot: Lot) -> QuerySet[StockMovement]:
    """List what happened to a lot, latest first."""
    return lot.movements.order_by("-at", "-pk")


@dataclass(frozen=True, slots=True)
class Stock:
    """What a stall has of one commodity over all its lots; the dates are the oldest lot's, which is sold first."""

    kg: Decimal
    best_before_at: datetime
    arrived_at: datetime
    lots: int


def stock_of_stall(stall_id: int, merchant_id: int) -> dict[int, Stock]:
    """Sum up stock per commodity: kg, best-before and arrival of the oldest, how many lots."""
    rows = (
        Lot.objects.filter(Q(stall=stall_id) | Q(stall__isnull=True), merchant=merchant_id, on_hand_kg__gt=0)
        .values_list("commodity")
        .annotate(Sum("on_hand_kg"), Min("best_before_at"), Min("arrived_at"), Count("pk"))
    )
    return {commodity: Stock(*figures) for commodity, *figures in rows}


def past_best(merchant: Merchant, at: datetime) -> QuerySet[Lot]:
    """List lots that lie past their best, oldest first."""
    return live_lots(merchant).filter(best_before_at__lte=at).order_by("best_before_at")
