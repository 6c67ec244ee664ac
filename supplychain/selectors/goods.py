"""Reads of what stalls offer."""

from django.db.models import QuerySet

from accounts.models import Merchant, Stall
from supplychain.models import Goods


def goods_of(stall: Stall) -> QuerySet[Goods]:
    """List what a stall sells, what is picked most first."""
    rows = Goods.objects.filter(stall=stall, is_on_sale=True)
    return rows.select_related("commodity").order_by("-picks", "commodity__variety", "pk")


def all_goods_of(merchant: Merchant) -> QuerySet[Goods]:
    """List a merchant's goods at all stalls, on sale or not."""
    rows = Goods.objects.filter(stall__merchant=merchant, stall__closed_at__isnull=True)
    return rows.select_related("commodity", "stall").order_by("stall__label", "-is_on_sale", "commodity__variety", "pk")


def store_goods_of(stall: Stall) -> QuerySet[Goods]:
    """List what the public store page of a stall shows."""
    return goods_of(stall).filter(is_in_store=True)


def goods_by_no(merchant: Merchant, goods_no: str) -> Goods:
    """Find a merchant's goods; somebody else's raises Goods.DoesNotExist."""
    return Goods.objects.select_related("commodity", "stall").get(stall__merchant=merchant, goods_no=goods_no)


def store_by_no(stall_no: str) -> Stall:
    """Find an open stall with its merchant and market for its store page; raises Stall.DoesNotExist."""
    return Stall.objects.select_related("merchant", "market").get(
        stall_no=stall_no, closed_at__isnull=True, merchant__status="APPROVED"
    )
