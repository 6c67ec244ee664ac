"""Reads of corrections of merchants."""

from accounts.models import Merchant, MerchantChange


def open_change(merchant: Merchant) -> MerchantChange | None:
    """Find the correction that waits for two operators."""
    return MerchantChange.objects.filter(merchant=merchant, status="PROPOSED").first()


def last_change(merchant: Merchant) -> MerchantChange | None:
    """Find the latest correction, whatever became of it."""
    return MerchantChange.objects.filter(merchant=merchant).order_by("-proposed_at", "-pk").first()
