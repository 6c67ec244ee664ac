"""Reads of the purchase side."""

from django.db.models import Count, QuerySet, Sum

from accounts.models import Merchant
from supplychain.models import Receiving


def receivings_of(merchant: Merchant) -> QuerySet[Receiving]:
    """List a merchant's receiving notes with kg and number of lines, latest first."""
    rows = Receiving.objects.filter(merchant=merchant)
    return rows.annotate(kg=Sum("lines__kg"), kinds=Count("lines")).order_by("-received_at", "-pk")


def receiving_of(merchant: Merchant, receiving_no: str) -> Receiving:
    """Find a merchant's note; somebody else's raises Receiving.DoesNotExist."""
    return Receiving.objects.get(merchant=merchant, receiving_no=receiving_no)


def suppliers_of(merchant: Merchant, limit: int = 30) -> list[str]:
    """List the names of those the merchant bought from, latest first."""
    latest = (
        Receiving.objects.filter(merchant=merchant).order_by("-received_at").values_list("supplier_name", flat=True)
    )
    return list(dict.fromkeys(latest[:300]))[:limit]
