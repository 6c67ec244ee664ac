"""Reads of stalls' codes."""

from django.db.models import QuerySet

from accounts.models import Merchant
from payments.models import StallCode


def stall_code_by_no(code_no: str) -> StallCode:
    """Find any code as a payer's scan does; raises StallCode.DoesNotExist."""
    return StallCode.objects.select_related("merchant", "stall__market").get(code_no=code_no)


def stall_codes_of(merchant: Merchant) -> QuerySet[StallCode]:
    """List a merchant's live codes with their stalls."""
    return (
        StallCode.objects.filter(merchant=merchant, status="ACTIVE")
        .select_related("stall__market")
        .order_by("stall__label")
    )


def stall_code_of(merchant: Merchant, code_no: str) -> StallCode:
    """Find a live code of this merchant only; raises StallCode.DoesNotExist for anybody else's."""
    return stall_codes_of(merchant).get(code_no=code_no)
