"""Reads of merchants' numbers at acquirers."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Merchant
from payments.models import AcquirerLine, SharingReceiver, SubMerchant
from payments.rules.payment import FAULTS_TO_OPEN
from payments.rules.routing import Way, route


def active_sub_merchant(merchant: Merchant, acquirer_code: str) -> tuple[SubMerchant, bool] | None:
    """Find the merchant's live number at an acquirer, and say whether its payments may be split."""
    bound = SharingReceiver.objects.filter(sub_merchant=OuterRef("pk"), status="BOUND")
    row = (
        SubMerchant.objects.filter(merchant=merchant, acquirer_code=acquirer_code, status="ACTIVE")
        .annotate(has_receivers=Exists(bound))
        .first()
    )
    return (row, row.has_receivers) if row else None


def sub_merchants_of(merchant: Merchant) -> QuerySet[SubMerchant]:
    """List all numbers of a merchant, in its own order."""
    return SubMerchant.objects.filter(merchant=merchant).select_related("acquirer").order_by("rank", "rate_bps")


def down_lines() -> set[str]:
    """Name the acquirers whose breaker is open."""
    return set(AcquirerLine.objects.filter(failures__gte=FAULTS_TO_OPEN).values_list("acquirer_code", flat=True))


def routes_for(
    merchant: Merchant, *, flow: str, wallet: str, flows: dict[str, frozenset[str]], closed: Iterable[str] = ()
) -> list[str]:
    """List acquirers to try for a merchant, best first; `flows` says what each gateway offers."""
    open_lines = down_lines() | set(closed)
    ways = [
        Way(row.acquirer_code, row.rate_bps, row.rank, row.acquirer_code in open_lines, flows[row.acquirer_code])
        for row in SubMerchant.objects.filter(merchant=merchant, status="ACTIVE", acquirer_code__in=flows)
    ]
    return route(ways, flow=flow, wallet=wallet)
