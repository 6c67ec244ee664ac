"""Reads of markets and stalls."""

from django.db.models import QuerySet

from accounts.models import Market, Stall


def market_by_code(code: str) -> Market:
    """Find a market; raises Market.DoesNotExist."""
    return Market.objects.get(code=code)


def all_markets() -> QuerySet[Market]:
    """List the markets."""
    return Market.objects.order_by("code")


def stall_by_no(stall_no: str) -> Stall:
    """Find any stall by its public number, as a payer's code does; raises Stall.DoesNotExist."""
    return Stall.objects.select_related("merchant", "market").get(stall_no=stall_no)
